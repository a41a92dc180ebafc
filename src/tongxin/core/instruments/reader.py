"""A place in a definition's content, read strictly: each key is known, each value of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tongxin.core.language.errors import DefinitionError

WORD = re.compile(r"[a-z][a-z0-9_]*")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Place:
    """A value and the path to it, so that a refusal can point at the line."""

    path: str
    value: Any

    def refuse(self, zh: str, cure: str) -> DefinitionError:
        return DefinitionError(self.path, zh, cure)

    def keys(self, needed: Iterable[str], allowed: Iterable[str] = ()) -> Place:
        """This place, after each of its keys was found to be known and none to be lacking."""
        if not isinstance(self.value, dict):
            raise self.refuse("这里应是“名称: 内容”的写法", "每行写成“名称: 内容”")
        needed = list(needed)
        known = {*needed, *allowed}
        for key in self.value:
            if key not in known:
                raise self.at(str(key)).refuse(f"不认识“{key}”", f"可用：{'、'.join(sorted(known))}")
        for key in needed:
            if self.value.get(key) is None:
                raise self.refuse(f"缺少“{key}”", f"补上“{key}: …”")
        return self

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def at(self, key: str) -> Place:
        return Place(f"{self.path}.{key}" if self.path else key, self.value.get(key))

    def each(self) -> list[Place]:
        """The entries of a list; a list left out has none."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refuse("这里应是一个列表", "每项以“- ”开头，或写成 [甲, 乙]")
        return [Place(f"{self.path}[{index}]", entry) for index, entry in enumerate(self.value)]

    def entries(self) -> list[tuple[str, Place]]:
        """The named entries of a mapping; a mapping left out has none."""
        if self.value is None:
            return []
        if not isinstance(self.value, dict):
            raise self.refuse("这里应是“名称: 内容”的写法", "每行写成“名称: 内容”")
        return [(str(key), self.at(key)) for key in self.value]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse("这里应是一段文字", "写上文字，不能留空")
        return self.value

    def word(self) -> str:
        if not isinstance(self.value, str) or not WORD.fullmatch(self.value):
            raise self.refuse("这里应是一个代码", "只用小写英文字母、数字和下划线，以字母开头")
        return self.value

    def day(self) -> str:
        if not DAY.fullmatch(str(self.value)):
            raise self.refuse("这里应是一个日期", "写成 2026-01-01")
        return str(self.value)

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            raise self.refuse("这里应是不小于 0 的整数", "写成 0、1、2……")
        return self.value

    def number(self) -> Fraction:
        if isinstance(self.value, bool) or not NUMBER.fullmatch(str(self.value)):
            raise self.refuse("这里应是一个数", '写成整数，或加引号的小数，如 "1.50"')
        return Fraction(str(self.value))

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse("这里应是 true 或 false", "写成 true 或 false")
        return self.value

    def one_of(self, *choices: str) -> str:
        if self.value not in choices:
            raise self.refuse(f"“{self.value}”不在可选之列", f"可选：{'、'.join(choices)}")
        return str(self.value)

    def words(self) -> tuple[str, ...]:
        """A list of codes, none of them twice."""
        found = tuple(entry.word() for entry in self.each())
        for index, word in enumerate(found):
            if word in found[:index]:
                raise self.each()[index].refuse(f"“{word}”写了两次", "只留一个")
        return found

    def wording(self) -> dict[str, str]:
        """A text in one language or more; Chinese is always there."""
        self.keys(["zh"], ["en"])
        return {language: place.text() for language, place in self.entries()}
