"""Why two records were found to be one child or not, in Chinese words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tongxin.lib.plain_text import compact
from tongxin.linkage.characters import HOLE
from tongxin.linkage.features import Features
from tongxin.linkage.record import Record
from tongxin.linkage.rules import HardRule, Pattern, Rules

ARROW = "→"


class Reason(NamedTuple):
    """One reason: a code (`name.sound`, `hard.twins`) without anything of the child, and words that may quote names."""

    code: str
    zh: str


def explain(
    rules: Rules, pattern: Pattern, sides: tuple[Record, Record], features: tuple[Features, Features],
    *, rule: HardRule | None = None, note: str = "",
) -> tuple[Reason, ...]:  # fmt: skip
    """The reasons of one pair: what decided first, then each comparison from the most telling on."""
    found: list[Reason] = []
    if rule:
        found.append(Reason(f"hard.{rule.id}", rule.zh))
    if note:
        found.append(Reason(f"note.{note}", rules.several if note == "several" else rules.listed_twice))
    found.extend(_written_otherwise(sides, features))
    for comparison, level in rules.levels(pattern).items():
        if level.zh:
            found.append(Reason(f"{comparison}.{level.id}", _filled(level.zh, features)))
    return tuple(found)


def _filled(zh: str, features: tuple[Features, Features]) -> str:
    a, b = features
    zh = zh.replace("{name}", _difference(a.name or "", b.name or "")).rstrip()
    shared = max(a.phone_shared, b.phone_shared)
    return zh.replace("{shared}", f"（{shared} 人共用，不单独作准）" if shared > 1 else "")


def _difference(one: str, other: str) -> str:
    """The signs in which two names differ, or both names where they are not of one length."""
    one, other = one.replace(HOLE, "？"), other.replace(HOLE, "？")
    if len(one) != len(other):
        return f"{one}{ARROW}{other}"
    pairs = [(left, right) for left, right in zip(one, other, strict=True) if left != right]
    return "、".join(f"{left}{ARROW}{right}" for left, right in pairs)


def _written_otherwise(sides: tuple[Record, Record], features: tuple[Features, Features]) -> Iterator[Reason]:
    """Names that are the same though written otherwise, letters in place of a character, numbers that are made up."""
    written = tuple(compact(each.name or "") for each in sides)
    if features[0].name and features[0].name == features[1].name and written[0] != written[1]:
        yield Reason("name.variant", f"繁体、异体或间隔号不同 {_difference(*written)}")
    spoken = [each.name for each in features if each.name and any("a" <= sign <= "z" for sign in each.name)]
    if spoken and features[0].name_sound == features[1].name_sound and features[0].name != features[1].name:
        yield Reason("name.pinyin", "一方用拼音代替了字")
    if any(side.id_no and each.id_text is None for side, each in zip(sides, features, strict=True)):
        yield Reason("id.made_up", "一方的证件号不像真的，没有算")
