"""What `definitions/groups` says: sizes, spans, reasons, and what each count means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import rules

KIND = "groups"
# What held before it was a rule.
BEFORE: Mapping[str, Any] = {"supervise_back": {"days": 180, "most": 2000}, "small_below": 5}
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """One figure with its unit and its definition in words."""

    id: str
    zh: str
    unit: str
    means: str


@dataclass(frozen=True, slots=True)
class SupervisionHours:
    """How many minutes of supervision who counsels gets in a span, and how long one meeting may be."""

    roles: frozenset[str]
    minutes: int
    every: timedelta
    most: int


@dataclass(frozen=True, slots=True)
class GroupRules:
    """The rules for groups in force somewhere."""

    least: int
    most: int
    look_within: timedelta
    supervise_within: timedelta
    missed: int
    left: Words
    called_off: Words
    supervision_ways: Words
    counts: tuple[Count, ...]
    source: str
    supervise_back: timedelta
    supervise_most: int
    small_below: int
    session_counts: tuple[Count, ...]
    # None where nothing was laid down yet.
    hours: SupervisionHours | None


def groups_in(*, region: str, at: datetime) -> GroupRules:
    """The rules for groups in a county."""
    return rules.read(_read, rules.resolve(KIND, KIND, region=region, at=at))


def _read(content: Mapping[str, Any]) -> GroupRules:
    back = content.get("supervise_back") or BEFORE["supervise_back"]
    return GroupRules(
        least=content["size"]["least"], most=content["size"]["most"],
        look_within=timedelta(days=content["look_within"]["days"]),
        supervise_within=timedelta(days=content["supervise_within"]["days"]), missed=content["missed"],
        left=_words(content["left"]), called_off=_words(content["called_off"]),
        supervision_ways=_words(content["supervision_ways"]),
        counts=_counts(content["counts"]), source=str(content["source"]),
        supervise_back=timedelta(days=back["days"]), supervise_most=back["most"],
        small_below=content.get("small_below", BEFORE["small_below"]),
        session_counts=_counts(content.get("session_counts", ())), hours=_hours(content.get("supervision_hours")),
    )


def _hours(raw: Mapping[str, Any] | None) -> SupervisionHours | None:
    if raw is None:
        return None
    return SupervisionHours(
        frozenset(raw["roles"]), int(raw["minutes"]), timedelta(**raw["every"]), int(raw["most"])
    )


def _counts(rows: Any) -> tuple[Count, ...]:
    return tuple(Count(each["id"], each["zh"], each["unit"], each["means"]) for each in rows)


def _words(rows: list[Mapping[str, str]]) -> Words:
    return {each["id"]: each["zh"] for each in rows}
