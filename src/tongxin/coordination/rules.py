"""The definitions of working together as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import rules, shipped

KIND = "coordination"
DEPARTMENTS, MEETINGS, STANDARDS, CASES = "departments", "meetings", "standards", "typical_cases"
Words = Mapping[str, str]
Span = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Duty:
    """What the law has a department do, since when."""

    id: str
    zh: str
    source: str
    since: date


@dataclass(frozen=True, slots=True)
class Department:
    """A department, the kinds of bodies that stand for it, its duties."""

    id: str
    zh: str
    leads: bool
    is_required: bool
    bodies: frozenset[str]
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the agenda with its definition in words."""

    id: str
    zh: str
    unit: str
    means: str


@dataclass(frozen=True, slots=True)
class Rules:
    """One definition: its forms by name, its spans, and the rest as it stands."""

    zh: str
    means: str
    source: str
    forms: Mapping[str, tuple[Field, ...]]
    content: Mapping[str, Any]

    def span(self, of: str, which: str = "") -> Span:
        """A span such as {days: 3}."""
        found: Span = self.content[of][which] if which else self.content[of]
        return found

    def words(self, name: str) -> Words:
        """Options by their ids."""
        return words_of(self.content.get(name) or self.content["option_lists"][name])

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(Figure(each["id"], each["zh"], each["unit"], each["means"]) for each in self.content["figures"])

    @property
    def least(self) -> int:
        return int(self.content["least"])


def departments_in(*, region: str, at: datetime) -> Mapping[str, Department]:
    """The departments of a county by their ids, in order."""
    return shipped.read_in_force(_departments, KIND, DEPARTMENTS, region=region, at=at)


def departments_for(county_id: int, *, at: datetime) -> Mapping[str, Department]:
    """The departments as a county has them."""
    return departments_in(region=rules.region_of(county_id), at=at)


def rules_for(name: str, county_id: int, *, at: datetime) -> Rules:
    """One of the definitions as a county has it."""
    return shipped.read_in_force(_read, KIND, name, region=rules.region_of(county_id), at=at)


def _departments(content: Mapping[str, Any]) -> dict[str, Department]:
    return {
        each["id"]: Department(
            each["id"], each["zh"], bool(each.get("leads")), bool(each.get("required")), frozenset(each["bodies"]),
            tuple(Duty(duty["id"], duty["zh"], duty["source"], date.fromisoformat(str(duty["since"])))
                  for duty in each["duties"]),
        )
        for each in content["departments"]
    }


def _read(content: Mapping[str, Any]) -> Rules:
    lists = {name: words_of(rows) for name, rows in content.get("option_lists", {}).items()}
    lists |= {name: words_of(content[name]) for name in ("kinds",) if name in content}
    forms = {
        name: fields_in(raw, lists) for name, raw in content.items()
        if isinstance(raw, list | tuple) and raw and isinstance(raw[0], Mapping) and "type" in raw[0]
    }
    return Rules(content["zh"], content["means"], content["source"], forms, content)
