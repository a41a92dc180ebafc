"""What `definitions/pairings` says: kinds of companions, their checks, what is asked, what teachers see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.lib.pairing_checks import is_needed
from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

KIND = "pairings"
Words = Mapping[str, str]
# What versions that were adopted before these stood in them mean.
FORMERLY: Mapping[str, Any] = {
    "worry": {"resolver": "social_worker", "within": {"days": 1}}, "teachers": ["class_teacher", "psych_teacher"],
    "school_contact": "child_supervisor", "gatherings_seen_by": ["case_manager"],
    "screen": [], "identity": {"value": 0}, "read_by_another": {"value": 0}, "returns": [],
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of companion: how many children at most, and how often they meet."""

    id: str
    zh: str
    means: str
    most: int
    every: timedelta


@dataclass(frozen=True, slots=True)
class Proof:
    """One check: whether it is needed, and how long it holds."""

    id: str
    zh: str
    is_required: bool
    valid: timedelta
    hint: str


@dataclass(frozen=True, slots=True)
class Pairings:
    """The rules of a county."""

    means: str
    kinds: Mapping[str, Kind]
    checks: Mapping[str, Proof]
    results: Words
    # Whether two people write a companion's number each for themselves; whether a second reads what is published.
    needs_identity: bool
    is_read_twice: bool
    returns: Words
    remind_before: timedelta
    ends: Words
    leaves: Words
    declines: Words
    lasts_at_most: timedelta
    teaches_at_most: timedelta
    pupil_fields: tuple[str, ...]
    # Who is told of a worry in a contact, and within what time somebody looks.
    worry_to: str
    worry_within: timedelta
    teachers: tuple[str, ...]
    school_contact: str
    gatherings_seen_by: tuple[str, ...]
    # What no published need may say: illness, harm, crime, family, places, ages.
    screen: tuple[re.Pattern[str], ...]
    asked: Mapping[str, tuple[Field, ...]]


def pairings_in(*, region: str, at: datetime) -> Pairings:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(said: Mapping[str, Any]) -> Pairings:
    content = {**FORMERLY, **said}
    lists = {name: words_of(each) for name, each in content["option_lists"].items()}
    return Pairings(
        means=content["means"],
        kinds={
            each["id"]: Kind(each["id"], each["zh"], each["means"], int(each["most"]), timedelta(**each["every"]))
            for each in content["kinds"]
        },
        checks={
            each["id"]: Proof(
                each["id"], each["zh"], is_needed(each), timedelta(**each["valid"]), each.get("hint", "")
            )
            for each in content["checks"]
        },
        results=words_of(content["results"]), remind_before=timedelta(**content["remind_before"]),
        ends=words_of(content["ends"]), leaves=words_of(content["leaves"]),
        needs_identity=bool(content["identity"]["value"]), is_read_twice=bool(content["read_by_another"]["value"]),
        returns=words_of(content["returns"]),
        declines=words_of(content["declines"]), lasts_at_most=timedelta(**content["lasts_at_most"]),
        teaches_at_most=timedelta(**content["teaches_at_most"]), pupil_fields=tuple(content["pupil_fields"]),
        worry_to=content["worry"]["resolver"], worry_within=timedelta(**content["worry"]["within"]),
        teachers=tuple(content["teachers"]), school_contact=content["school_contact"],
        gatherings_seen_by=tuple(content["gatherings_seen_by"]),
        screen=tuple(
            re.compile(each) for group in content["screen"]
            for each in (*map(re.escape, group.get("words", ())), *group.get("patterns", ()))
        ),
        asked={
            key: fields_in(content[key], lists)
            for key in ("companion", "begin", "contact", "wanted", "offer")
        },
    )
