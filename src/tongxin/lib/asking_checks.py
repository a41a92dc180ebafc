"""What children are told before and after they answer: every part is there, and every hole can be filled."""

import re
from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
SPANS = ("seat", "kiosk", "kiosk_idle")
UNITS = ("minutes", "hours", "days")
PARTS = (
    "before", "assent", "readers", "after", "unwilling", "danger", "elsewhere", *SPANS, "wrong_links", "import_rows",
)
HOLE = re.compile(r"\{(\w*)\}")
# Who reads it and when somebody comes is said to every child (spine A12).
SAID = ("readers", "within")
FALLBACK = "fallback"


def check_asking(content: Mapping[str, Any]) -> None:
    """Refuse words for children that leave out who reads their answers or when somebody comes."""
    take.mapping(content, "", required=(*HEAD, *PARTS), optional=DATED)
    _check_before(content)
    take.mapping(content["assent"], "assent", required=("yes_zh", "no_zh"))
    if FALLBACK not in content["readers"]:
        raise DefinitionError("readers.fallback", "缺少 fallback", "写上不知道岗位时怎么称呼")
    for key in ("after", "unwilling"):
        take.sequence(content[key], key)
    elsewhere = take.mapping(content["elsewhere"], "elsewhere", required=("zh", "lines", "by"))
    take.sequence(elsewhere["lines"], "elsewhere.lines")
    for key in SPANS:
        _span(content, key, key)
    limits = take.mapping(
        content["wrong_links"], "wrong_links", required=("tries", "pause", "forgotten_after", "known_for")
    )
    take.number(limits, "tries", "wrong_links", 0, low=1)
    for key in ("pause", "forgotten_after", "known_for"):
        _span(limits, key, f"wrong_links.{key}")
    take.number(content, "import_rows", "", 0, low=1)


def _check_before(content: Mapping[str, Any]) -> None:
    said: set[str] = set()
    for at, raw in enumerate(take.sequence(content["before"], "before")):
        path = f"before[{at}]"
        part = take.mapping(raw, path, required=("id", "zh", "text"))
        take.identifier(part, path)
        holes = set(HOLE.findall(part["text"]))
        if unknown := sorted(holes - set(SAID)):
            raise DefinitionError(f"{path}.text", f"不认识 {{{unknown[0]}}}", "只能用 {readers} 和 {within}")
        said |= holes
    for name in SAID:
        if name not in said:
            raise DefinitionError("before", f"没有用到 {{{name}}}", "儿童要知道谁会看、多久之内有人来")


def _span(content: Mapping[str, Any], key: str, path: str) -> None:
    span = take.mapping(content[key], path, required=(), optional=UNITS)
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {minutes: 30}")
    take.number(span, next(iter(span)), path, 0, low=1)
