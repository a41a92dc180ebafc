"""Which options a region may put into other words or retire: never those on which a rule or a danger hangs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from tongxin.rulebook import rules

RULED = ("pathway", "crisis", "gates", "rubric", "identification", "grading", "drafts", "prefill")
CONDITIONS = ("show_if", "required_if", "default")
WORD = re.compile(r"[a-z0-9_]+")
# Lists that the place fills, or that say the grade's own colours.
FILLED = frozenset({"level"})


@dataclass(frozen=True, slots=True)
class Locks:
    """`sets`: lists whose words stand fast, with the reason; `codes`: options that stay on offer."""

    sets: Mapping[str, str]
    codes: frozenset[str]


def locks_in(*, region: str, at: datetime) -> Locks:
    """What stands fast in a region, from all its forms and rules."""
    forms, ruled = (
        tuple(
            rules.resolve(kind, id, region=region, at=at).hash
            for kind in kinds for id in rules.ids_in_force(kind, region=region, at=at)
        )
        for kinds in (("forms",), RULED)
    )
    options = rules.resolve("fields", "option_sets", region=region, at=at).hash
    danger = rules.access_rules(at=at).form_groups.get("danger", ())
    return _locks(forms, ruled, options, danger)


@lru_cache(maxsize=16)
def _locks(forms: tuple[str, ...], ruled: tuple[str, ...], options: str, danger: tuple[str, ...]) -> Locks:
    locked = {name: "随地区的机构或等级而定" for name in FILLED}
    codes: set[str] = set()
    for hash in forms:
        form = rules.content_of(hash)
        for field in _fields(form["sections"]):
            used = [field[key] for key in ("options", "escape") if isinstance(field.get(key), str)]
            if "floor" in field or form["id"] in danger:
                locked |= dict.fromkeys(used, "用在危险信号或处置里，各地一样")
            codes |= {word for key in CONDITIONS for word in WORD.findall(str(field.get(key, "")))}
    for hash in ruled:
        codes |= {word for text in _texts(rules.content_of(hash)) for word in WORD.findall(text)}
    for name, rows in rules.content_of(options)["sets"].items():
        if any("score" in row for row in rows):
            locked[name] = "参与记分，各地一样"
        elif not rows:
            locked[name] = "随地区的机构或等级而定"
    return Locks(locked, frozenset(codes))


def _fields(sections: Any) -> Iterator[Mapping[str, Any]]:
    for section in sections:
        for field in section["fields"]:
            yield field
            yield from field.get("fields", ())


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node
