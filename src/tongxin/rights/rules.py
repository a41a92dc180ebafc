"""The rules of people's rights in force, as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import shipped

KIND, ID = "rights", "rights"
OTHER_REASON = "我们还想多了解你一些，所以这样安排。"
OWN, GUARDIAN = "own", "guardian"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request: how many days, whose task, from which age a child asks alone."""

    id: str
    zh: str
    days: int
    role: str
    child_from: int
    is_shut: bool
    source: str


@dataclass(frozen=True, slots=True)
class CopyOf:
    """What of one form goes into a copy: to whom, which words, which sections and fields not."""

    form: str
    to: frozenset[str]
    words: frozenset[str]
    without: frozenset[str]
    only: frozenset[str]


@dataclass(frozen=True, slots=True)
class AttachedTo:
    """One kind of attachment that goes into a copy: to whom, and of which forms' records."""

    kind: str
    to: frozenset[str]
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Keeps:
    """Records that the law wants kept for some years after the last of them."""

    id: str
    zh: str
    kinds: frozenset[str]
    years: int
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Kinds, ages, reasons, and what copies, explanations and erasures hold."""

    kinds: Mapping[str, Kind]
    adult: int
    refusals: Mapping[str, str]
    neutral: frozenset[str]
    complaint: tuple[str, ...]
    identity: tuple[str, ...]
    copies: Mapping[str, CopyOf]
    attached: tuple[AttachedTo, ...]
    left_out: tuple[str, ...]
    opening: tuple[str, ...]
    levels: Mapping[str, str]
    # A reason as a child of twelve hears it, by the rule that gave it; `other` for the rest.
    reasons: Mapping[str, str]
    objection: tuple[str, ...]
    keeps: tuple[Keeps, ...]
    opened_for: timedelta
    purposes: Mapping[str, str]


def rules_in(*, region: str, at: datetime) -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    copy, explain, erase = content["copy"], content["explain"], content["erase"]
    return Rules(
        kinds={each["id"]: _kind(each) for each in content["kinds"]}, adult=int(content["adult"]["value"]),
        refusals=_words(content["refusals"]),
        neutral=frozenset(each["id"] for each in content["refusals"] if each.get("neutral")),
        complaint=tuple(content["complaint"]), identity=tuple(copy["identity"]),
        copies={each["id"]: _copy(each) for each in copy["forms"]}, left_out=tuple(copy["left_out"]),
        attached=tuple(
            AttachedTo(each["id"], frozenset(each["to"]), frozenset(each["of"])) for each in copy.get("attachments", ())
        ),
        opening=tuple(explain["opening"]), levels=dict(explain["levels"]),
        reasons={"other": OTHER_REASON} | _words(explain.get("reasons", ())), objection=tuple(explain["objection"]),
        keeps=tuple(
            Keeps(each["id"], each["zh"], frozenset(each["kinds"]), int(each["years"]), each["source"])
            for each in erase["keeps"]
        ),
        opened_for=timedelta(**erase["opened_for"]), purposes=_words(erase["purposes"]),
    )


def _kind(each: Mapping[str, Any]) -> Kind:
    return Kind(
        each["id"], each["zh"], int(each["days"]["value"]), each["role"], int(each["child_from"]),
        bool(each.get("shut")), each["source"],
    )


def _copy(each: Mapping[str, Any]) -> CopyOf:
    sets = (frozenset(each.get(name, ())) for name in ("to", "words", "without", "only"))
    return CopyOf(each["id"], *sets)


def _words(rows: Any) -> dict[str, str]:
    return {each["id"]: each["zh"] for each in rows}
