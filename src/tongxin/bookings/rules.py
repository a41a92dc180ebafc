"""The rules of rooms and bookings in force, as an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tongxin.accounts import throttle
from tongxin.accounts.throttle import Limits
from tongxin.rulebook import shipped

KIND, ID = "bookings", "bookings"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FeedRules:
    """How long a calendar's address works, which days it gives, and which words may stand in it."""

    lasts: timedelta
    past: timedelta
    ahead: timedelta
    reads: Limits
    wrong_links: Limits
    booked: str
    seated: str
    place: str
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Kinds, equipment, reasons; how long and how far ahead a booking may be; who can be booked."""

    kinds: Words
    equipment: Words
    states: Words
    working: frozenset[str]
    closures: Words
    whom: Words
    named: frozenset[str]
    cancel: Words
    serves: frozenset[str]
    recorded_by: tuple[str, ...]
    longest: timedelta
    ahead: timedelta
    usual: timedelta
    weeks: int
    afternoon: time
    remind_at: time
    record_within: timedelta
    find_within: timedelta
    prefilled_within: timedelta
    feed: FeedRules


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    return Rules(
        kinds=_words(content["kinds"]), equipment=_words(content["equipment"]), states=_words(content["states"]),
        working=frozenset(each["id"] for each in content["states"] if each["works"]),
        closures=_words(content["closures"]), whom=_words(content["whom"]),
        named=frozenset(each["id"] for each in content["whom"] if each["named"]), cancel=_words(content["cancel"]),
        serves=frozenset(content["serves"]), recorded_by=tuple(content["recorded_by"]),
        longest=timedelta(**content["longest"]), ahead=timedelta(**content["ahead"]),
        usual=timedelta(**content["usual"]), weeks=int(content["weeks"]),
        afternoon=time.fromisoformat(content["afternoon"]), remind_at=time.fromisoformat(content["remind_at"]),
        record_within=timedelta(**content["record_within"]), find_within=timedelta(**content["find_within"]),
        # Before it was a rule, as long as a record is asked for.
        prefilled_within=timedelta(**content.get("prefilled_within", content["record_within"])),
        feed=_feed(content["feed"]),
    )


def _feed(content: Mapping[str, Any]) -> FeedRules:
    return FeedRules(
        lasts=timedelta(**content["lasts"]), past=timedelta(**content["past"]), ahead=timedelta(**content["ahead"]),
        reads=throttle.read(content["reads"]), wrong_links=throttle.read(content["wrong_links"]),
        booked=content["booked"], seated=content["seated"], place=content["place"], never=tuple(content["never"]),
    )


def _words(rows: Any) -> Words:
    return {each["id"]: each["zh"] for each in rows}
