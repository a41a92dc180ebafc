"""The rules of scrubbing as objects; a pattern that doesn't find its own cases is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.core.scrubbing.views import digits, plain

NAME, PLACE, SCHOOL, NUMBER, BIRTH, MARKED = "name", "place", "school", "number", "birth", "marked"
NEEDED = (NAME, PLACE, SCHOOL, NUMBER, BIRTH, MARKED)
WORDS = ("double_surnames", "titles", "relatives", "before", "after", "cues", "place_ends", "never")
HEAD = ("id", "zh", "version", "source", "kinds", "patterns", "surnames", "foreign_signs", *WORDS)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is hidden, and what stands in its place."""

    id: str
    zh: str
    mark: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """What something looks like; `on_digits`: where numbers written in characters count as numbers."""

    kind: str
    find: re.Pattern[str]
    on_digits: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Kinds, patterns, and how people are called."""

    kinds: Mapping[str, Kind]
    patterns: tuple[Pattern, ...]
    surnames: frozenset[str]
    foreign_signs: str
    double_surnames: tuple[str, ...]
    titles: tuple[str, ...]
    relatives: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    cues: tuple[str, ...]
    place_ends: tuple[str, ...]
    never: tuple[str, ...]


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    take.mapping(content, "", required=HEAD, optional=("valid_from", "means"))
    kinds = {}
    for at, each in enumerate(take.sequence(content["kinds"], "kinds")):
        take.mapping(each, f"kinds[{at}]", required=("id", "zh", "mark"))
        kinds[take.identifier(each, f"kinds[{at}]")] = Kind(each["id"], each["zh"], each["mark"])
    if lacking := [name for name in NEEDED if name not in kinds]:
        raise DefinitionError("kinds", f"缺少 {'、'.join(lacking)}", "这几种系统要用")
    lists = {key: tuple(map(str, take.sequence(content[key], key))) for key in WORDS}
    written = take.sequence(content["patterns"], "patterns")
    patterns = tuple(_pattern(each, f"patterns[{at}]", kinds) for at, each in enumerate(written))
    surnames = frozenset("".join(str(content["surnames"]).split()))
    return Rules(
        kinds=kinds, patterns=patterns, surnames=surnames, foreign_signs=str(content["foreign_signs"]), **lists
    )


def _pattern(raw: object, path: str, kinds: Mapping[str, Kind]) -> Pattern:
    each = take.mapping(raw, path, required=("kind", "digits", "find", "cases"))
    if each["kind"] not in kinds:
        raise DefinitionError(f"{path}.kind", f"没有“{each['kind']}”这一种", "先写进 kinds，或改正拼写")
    try:
        found = Pattern(each["kind"], re.compile(str(each["find"])), take.flag(each, "digits", path))
    except re.error as error:
        raise DefinitionError(f"{path}.find", f"写法不对：{error}", "按正则表达式的写法改正") from None
    for at, case in enumerate(take.sequence(each["cases"], f"{path}.cases")):
        if not found.find.search(digits(str(case)) if found.on_digits else plain(str(case))):
            raise DefinitionError(f"{path}.cases[{at}]", f"“{case}”没有找到", "改正写法，或换一个例子")
    return found
