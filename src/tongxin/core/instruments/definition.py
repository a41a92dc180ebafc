"""What a questionnaire is: items, options, scales, norms, as they are printed and scored."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

Text = Mapping[str, str]
Answer = str | int | float | None
OPERATORS: dict[str, Callable[[int | Fraction, int], bool]] = {
    "==": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Option:
    """One printed answer, with the score it is worth."""

    code: str | int
    score: int
    text: Text


@dataclass(frozen=True, slots=True)
class Critical:
    """An answer that raises an alarm by itself, whatever the rest of the form says."""

    op: str
    value: int
    alert: str
    kind: str
    zh: str

    def met(self, points: int) -> bool:
        return OPERATORS[self.op](points, self.value)


@dataclass(frozen=True, slots=True)
class Item:
    """One question, in its printed place."""

    id: str
    number: str
    text: Text
    options: tuple[Option, ...]
    option_set: str
    reverse: bool
    scored: bool
    critical: tuple[Critical, ...]

    @property
    def lowest(self) -> int:
        return min(option.score for option in self.options)

    @property
    def highest(self) -> int:
        return max(option.score for option in self.options)

    def turned(self, points: int) -> int:
        """What `points` count in a scale: a reversed item runs from its own highest to its lowest."""
        return self.lowest + self.highest - points if self.reverse else points

    def option(self, answer: Answer) -> Option | None:
        """The option `answer` names, or nothing: an impossible code is never the nearest one."""
        if isinstance(answer, bool):
            return None
        if isinstance(answer, float):
            answer = int(answer) if answer.is_integer() else None
        for option in self.options:
            if answer == option.code or (isinstance(answer, str) and answer == str(option.code)):
                return option
        return None


@dataclass(frozen=True, slots=True)
class Scale:
    """Items that are counted together, how, and how many of them may be blank."""

    id: str
    zh: str
    items: tuple[str, ...]
    method: str
    factor: int
    at_least: int
    decimals: int
    max_missing: int
    low: Fraction
    high: Fraction
    overlaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a scale with a name; `severity` counts up from 0, the best."""

    code: str
    zh: str
    start: Fraction
    end: Fraction
    severity: int


@dataclass(frozen=True, slots=True)
class Norm:
    """Whose values the bands come from, and for which ages (in months, both ends included)."""

    id: str
    zh: str
    population: str
    citation: str
    caution: str
    translation_id: str
    youngest: int
    oldest: int
    default: bool
    bands: Mapping[str, tuple[Band, ...]]


@dataclass(frozen=True, slots=True)
class Validity:
    """A sign that the sheet as a whole can't be trusted; it never silences a critical item."""

    id: str
    kind: str
    zh: str
    scale: str
    op: str
    value: int
    items: tuple[str, ...]
    max_missing: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire in one version and one wording; its first scale is the main one."""

    id: str
    version: str
    zh: str
    translation_id: str
    text_sha256: str
    validated: bool
    licence: str
    licence_tier: str
    citation: str
    source: str
    informant: str
    period: Text
    youngest: int
    oldest: int
    roles: Mapping[str, tuple[str, ...]]
    notice: Text
    stem: Text
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    norms: tuple[Norm, ...]
    validity: tuple[Validity, ...]

    @property
    def main(self) -> Scale:
        return self.scales[0]

    @property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.scored)

    def item(self, id: str) -> Item:
        return next(item for item in self.items if item.id == id)

    def norm(self, age_months: int | None) -> Norm | None:
        """The norm for that age; the default one where no age is known, never the nearest one."""
        if age_months is None:
            return next((norm for norm in self.norms if norm.default), None)
        return next((norm for norm in self.norms if norm.youngest <= age_months <= norm.oldest), None)
