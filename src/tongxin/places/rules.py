"""What `definitions/places` says: kinds of sites, their standards, inspections, report boxes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.lib.site_standards import Standard, read_standard
from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

KIND = "places"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of site: which kind of body runs it, how often it is looked at, whether it has report boxes."""

    id: str
    zh: str
    body: str
    every: timedelta
    is_school: bool


@dataclass(frozen=True, slots=True)
class Key:
    """Who may keep one of the two keys of a box."""

    id: str
    zh: str
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Places:
    """The rules of a county."""

    means: str
    kinds: Mapping[str, Kind]
    staff: Words
    qualified: frozenset[str]
    equipment: Words
    # What a site counts, as beds: its name and its unit.
    counted: Mapping[str, tuple[str, str]]
    standards: tuple[Standard, ...]
    closures: Words
    photos: Words
    findings: Words
    within: Mapping[str, timedelta]
    inspection: tuple[Field, ...]
    climb: timedelta
    remind_before: timedelta
    keys: Mapping[str, Key]
    box: Mapping[str, tuple[str, str]]
    opening: tuple[Field, ...]
    open_every: timedelta
    hand_within: timedelta
    most_letters: int
    channel: str
    shown: int
    ahead: timedelta
    # How far away a place counts that nobody measured: in the same village, town, county, beyond.
    guess: tuple[int, ...]
    ages: tuple[int, int]


def places_in(*, region: str, at: datetime) -> Places:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> Places:
    lists = {name: words_of(each) for name, each in content["option_lists"].items()}
    return Places(
        means=content["means"], kinds={
            each["id"]: Kind(
                each["id"], each["zh"], each["body"], timedelta(**each["inspect"]), bool(each.get("school"))
            ) for each in content["kinds"]
        },
        staff=words_of(content["staff"]),
        qualified=frozenset(each["id"] for each in content["staff"] if each.get("qualified")),
        equipment=words_of(content["equipment"]),
        counted={each["id"]: (each["zh"], each["unit"]) for each in content.get("counted", ())},
        standards=tuple(read_standard(each) for each in content["standards"]),
        closures=words_of(content["closures"]), photos=words_of(content["photos"]),
        findings=words_of(content["findings"]),
        within={each["id"]: timedelta(**each["within"]) for each in content["findings"]},
        inspection=fields_in(content["inspection"], lists), climb=timedelta(**content["climb"]),
        remind_before=timedelta(**content["remind_before"]),
        keys={each["id"]: Key(each["id"], each["zh"], bool(each.get("outside"))) for each in content["keys"]},
        box={each["id"]: (each["zh"], each.get("hint", "")) for each in content["box"]},
        opening=fields_in(content["opening"], lists), open_every=timedelta(**content["open_every"]),
        hand_within=timedelta(**content["hand_within"]), most_letters=int(content["most_letters"]),
        channel=content["channel"], shown=int(content["near"]["shown"]),
        ahead=timedelta(**content["near"]["ahead"]), guess=tuple(content["near"]["guess"]),
        ages=(content["ages"]["from"], content["ages"]["to"]),
    )
