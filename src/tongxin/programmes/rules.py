"""What `definitions/programmes` says: kinds, how deliverables are counted, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

KIND = "programmes"
PEOPLE = "人"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """One way to count what was delivered, from the system's own records."""

    id: str
    zh: str
    unit: str
    origin: str
    forms: tuple[str, ...]
    is_attended: bool

    @property
    def is_people(self) -> bool:
        """Whether each child counts once."""
        return self.unit == PEOPLE


@dataclass(frozen=True, slots=True)
class Planned:
    """An activity that usually belongs to a programme, as its plan begins; `answers` as a browser would send them."""

    id: str
    zh: str
    answers: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Small wishes of a programme: by which days of the year they are noted and brought (month and day)."""

    zh: str
    collected: tuple[int, int]
    delivered: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Template:
    """A programme to begin from."""

    id: str
    zh: str
    source: str
    answers: Mapping[str, list[str]]
    activities: tuple[Planned, ...]
    wishes: Wishes | None


@dataclass(frozen=True, slots=True)
class Programmes:
    """The rules of a county."""

    means: str
    kinds: Words
    counts: Mapping[str, Count]
    late_after: timedelta
    left_out: Words
    refusals: Words
    endings: Words
    changes: Words
    remind_before: timedelta
    asked: Mapping[str, tuple[Field, ...]]
    templates: Mapping[str, Template]


def programmes_in(*, region: str, at: datetime) -> Programmes:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> Programmes:
    lists = {name: words_of(each) for name, each in content["option_lists"].items()}
    kinds = words_of(content["kinds"])
    return Programmes(
        means=content["means"], kinds=kinds,
        counts={
            each["id"]: Count(
                each["id"], each["zh"], each["unit"], each["from"], tuple(each.get("forms", ())),
                bool(each.get("attended")),
            ) for each in content["counts"]
        },
        late_after=timedelta(**content["late_after"]), left_out=words_of(content["left_out"]),
        refusals=words_of(content["refusals"]), endings=words_of(content["endings"]),
        changes=words_of(content["changes"]), remind_before=timedelta(**content["remind_before"]),
        asked={
            key: fields_in(content[key], {**lists, "kinds": kinds}) for key in ("programme", "contract", "acceptance")
        },
        # What versions adopted before had none of.
        templates={each["id"]: _template(each) for each in content.get("templates", ())},
    )


def _template(each: Mapping[str, Any]) -> Template:
    wishes = each.get("wishes")
    return Template(
        id=each["id"], zh=each["zh"], source=each["source"],
        answers={"title": [each["zh"]], "aim": [each["aim"]], "kind": [each["kind"]]},
        activities=tuple(_planned(one) for one in each["activities"]),
        wishes=Wishes(wishes["zh"], _day(wishes["collected"]), _day(wishes["delivered"])) if wishes else None,
    )


def _planned(each: Mapping[str, Any]) -> Planned:
    said = {name: [str(each[name])] for name in ("kind", "topic", "purpose", "goal")}
    return Planned(each["id"], each["zh"], {**said, "title": [each["zh"]], "audience": list(each["audience"])})


def _day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
