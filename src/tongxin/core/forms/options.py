"""Lists of options, written in place or shared by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tongxin.core.forms import content as take
from tongxin.core.forms.model import Option
from tongxin.core.language.errors import DefinitionError

YES_NO = (Option("yes", "是"), Option("no", "否"))


def read_options(raw: object, path: str) -> tuple[Option, ...]:
    """Options in the order of the page, each code once.

    A list that depends on the place (organisations) may be empty there: nothing can be chosen from it.
    """
    options = tuple(_option(each, f"{path}[{index}]") for index, each in enumerate(take.sequence(raw, path)))
    take.unrepeated([option.code for option in options], path, "选项")
    return options


class SharedOptions(Mapping[str, tuple[Option, ...]]):
    """Shared lists by name, each read when a form first asks for it: no form uses more than a few."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self._read: dict[str, tuple[Option, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Option, ...]:
        if name not in self._read:
            self._read[name] = read_options(self._raw[name], name)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._raw

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def named_options(raw: object, path: str, shared: Mapping[str, tuple[Option, ...]]) -> tuple[Option, ...]:
    """Options written in place, or the shared list that `raw` names."""
    if not isinstance(raw, str):
        return read_options(raw, path)
    if raw not in shared:
        raise DefinitionError(
            path, f"没有名为 {raw} 的选项组", f"现有：{'、'.join(sorted(shared)) or '（无）'}"
        )
    return shared[raw]


def _option(raw: object, path: str) -> Option:
    content = take.mapping(raw, path, required=("code", "zh"), optional=("score", "source", "retired"))
    code = take.text(content, "code", path)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,63}", code):
        raise DefinitionError(
            f"{path}.code", "代码只能用小写英文、数字、下划线，并写成文字", "请改成如 often 的写法"
        )
    score = content.get("score")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int)):
        raise DefinitionError(f"{path}.score", "score 应为整数", "请改为整数或删去")
    return Option(code, take.text(content, "zh", path), score, take.flag(content, "retired", path))
