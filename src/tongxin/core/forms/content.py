"""Takes a definition apart key by key and refuses, with place and cure, whatever doesn't belong."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]


def mapping(
    value: object, path: str, *, required: Collection[str], optional: Collection[str] = ()
) -> Content:
    """`value` as a set of known keys with the required ones present."""
    if not isinstance(value, Mapping):
        raise DefinitionError(path, "这里应为若干“键: 值”", "请按文档的格式书写")
    for key in value:
        if key not in required and key not in optional:
            known = "、".join((*required, *optional))
            raise DefinitionError(
                join(path, str(key)), f"不认识的键 {key}", f"请删去，或改为其中之一：{known}"
            )
    for key in required:
        if value.get(key) in (None, "", [], {}):
            raise DefinitionError(join(path, key), f"缺少 {key}", f"请补上 {key}")
    return value


def sequence(value: object, path: str) -> Sequence[Any]:
    """`value` as a list."""
    if not isinstance(value, list | tuple):
        raise DefinitionError(path, "这里应为列表", "请每项一行，以“- ”开头")
    return value


def text(content: Content, key: str, path: str, default: str = "") -> str:
    """A piece of text under `key`."""
    value = content.get(key, default)
    if not isinstance(value, str):
        raise DefinitionError(join(path, key), f"{key} 应为文字", "请加引号写成文字")
    return value.strip()


def flag(content: Content, key: str, path: str, default: bool = False) -> bool:
    """Yes or no under `key`."""
    value = content.get(key, default)
    if not isinstance(value, bool):
        raise DefinitionError(join(path, key), f"{key} 应为 true 或 false", "请改为 true 或 false")
    return value


def number(
    content: Content, key: str, path: str, default: int, *, low: int = 0, high: int = 999_999_999
) -> int:
    """A whole number under `key`."""
    value = content.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise DefinitionError(join(path, key), f"{key} 应为 {low} 至 {high} 的整数", "请改为整数")
    return value


def identifier(content: Content, path: str, *, key: str = "id") -> str:
    """An English lower-case name under `key`."""
    value = text(content, key, path)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", value):
        raise DefinitionError(
            join(path, key), f"{key} 只能用小写英文、数字、下划线", "请改成如 low_mood 的写法"
        )
    return value


def unrepeated(names: Sequence[str], path: str, what: str) -> None:
    """Refuse the second of two equal names."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise DefinitionError(f"{path}[{index}]", f"{what} {name} 重复", "请改名或删去一处")
        seen.add(name)


def join(path: str, key: str) -> str:
    """The place of `key` inside `path`."""
    return f"{path}.{key}" if path else key
