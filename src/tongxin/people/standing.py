"""What all entries in force say of a child together: who the child is, who cares, which difficulties."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongxin.core.pathway import CHINA

IDENTITY = frozenset({"case_file", "registration", "detail_correction"})
FILES = frozenset({"case_file", "registration"})
TOLD = IDENTITY | {"carer_change"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry in force says."""

    entry_id: UUID
    kind: str
    answers: Mapping[str, Any]
    recorded_at: datetime

    @property
    def day(self) -> date:
        return day_of(self.recorded_at)


@dataclass(slots=True)
class CarerTime:
    """Somebody's time as a carer: the place of the person in the entry, and from when to when."""

    entry_id: UUID
    row: Mapping[str, Any]
    from_on: date
    to_on: date | None = None


@dataclass(slots=True)
class CategoryTime:
    """One difficulty's time."""

    entry_id: UUID
    category: str
    source: str
    start_on: date | None = None
    end_on: date | None = None


@dataclass(slots=True)
class Standing:
    """The whole, as the tables are to hold it."""

    identity: dict[str, Any] = field(default_factory=dict)
    carers: list[CarerTime] = field(default_factory=list)
    categories: list[CategoryTime] = field(default_factory=list)


def day_of(at: datetime) -> date:
    """The day in China on which a moment falls."""
    return at.astimezone(CHINA).date()


def as_day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def identity_of(said: Iterable[Said]) -> dict[str, Any]:
    """The newest of each answer about who the child is; `month` is the month of birth that they give."""
    found: dict[str, Any] = {}
    for each in said:
        if each.kind in IDENTITY:
            found |= {name: value for name, value in each.answers.items() if value}
            found |= {"month": month} if (month := month_of(each.answers)) else {}
    return found


def month_of(answers: Mapping[str, Any]) -> date | None:
    """The first day of the month of birth, from the day or from the month alone."""
    day = answers.get("birth") or (f"{answers['birth_month']}-01" if answers.get("birth_month") else None)
    return date.fromisoformat(str(day)).replace(day=1) if day else None


def standing_of(said: Sequence[Said]) -> Standing:
    """Identity, carers and categories after these entries, in the order recorded."""
    found = Standing(identity=identity_of(said))
    for each in said:
        if each.kind in IDENTITY and "categories" in each.answers:
            _take_categories(found.categories, each)
        if each.kind in FILES and "carers" in each.answers:
            _end(found.carers, each.day)
            found.carers += [_begins(each, row) for row in each.answers["carers"]]
        if each.kind == "carer_change":
            _change_carer(found.carers, each)
    return found


def _begins(said: Said, row: Mapping[str, Any]) -> CarerTime:
    return CarerTime(said.entry_id, row, as_day(row.get("changed_on")) or said.day)


def _end(carers: Iterable[CarerTime], day: date, relation: str | None = None) -> None:
    for each in carers:
        if each.to_on is None and relation in {None, each.row.get("relation") or "other"}:
            each.to_on = day


def _change_carer(carers: list[CarerTime], said: Said) -> None:
    """Changed details are the same carer written anew; whoever ends begins nothing."""
    event = said.answers.get("event")
    if event in {"ends", "changes"}:
        _end(carers, said.day, said.answers.get("relation") or "other")
    if event != "ends":
        carers.append(_begins(said, said.answers))


def _take_categories(spans: list[CategoryTime], said: Said) -> None:
    """A file names them all: those no longer named end."""
    open_spans = {each.category: each for each in spans if each.end_on is None}
    for row in said.answers["categories"]:
        span = open_spans.pop(row["category"], None)
        if span is None:
            span = CategoryTime(said.entry_id, row["category"], str(said.answers.get("source") or said.kind))
            spans.append(span)
        span.start_on = as_day(row.get("start_on")) or span.start_on
        span.end_on = as_day(row.get("end_on"))
    for left in open_spans.values():
        left.end_on = said.day
