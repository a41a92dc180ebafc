"""What a questionnaire is: items, options and scales, as they are printed and scored."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from tongxin.core.instruments.norm import Change, Disagreement, Norm, Validity

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
class Alert:
    """One alarm: a crisis at once, or a safety check by a qualified person."""

    code: str
    kind: str
    item: str
    zh: str


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
class AskedIf:
    """A question is asked only if one of `items` came to that much; left out rightly, it counts `otherwise`."""

    items: tuple[str, ...]
    op: str
    value: int
    otherwise: int

    def holds(self, points: Mapping[str, int]) -> bool | None:
        """Whether the question was to be asked; nothing while too little is known."""
        given = [points.get(id) for id in self.items]
        if any(each is not None and OPERATORS[self.op](each, self.value) for each in given):
            return True
        return None if None in given else False


@dataclass(frozen=True, slots=True)
class Item:
    """One question, in its printed place; without words where a licence keeps them."""

    id: str
    number: str
    text: Text
    options: tuple[Option, ...]
    option_set: str
    reverse: bool
    scored: bool
    critical: tuple[Critical, ...]
    asked_if: AskedIf | None = None

    @property
    def lowest(self) -> int:
        return min(option.score for option in self.options)

    @property
    def highest(self) -> int:
        return max(option.score for option in self.options)

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
    """Items that are counted together, how, and what a blank among them means.

    `parts` are the scales of which this one is made: all of them, or the one for the child's age.
    `ages` (in months, both ends included) are those for which the scale is made.
    """

    id: str
    zh: str
    items: tuple[str, ...]
    reversed: frozenset[str]
    method: str
    factor: int
    at_least: int
    decimals: int
    max_missing: int
    blanks: str
    low: Fraction
    high: Fraction
    overlaps: tuple[str, ...]
    parts: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None

    def fits(self, age_months: int | None) -> bool:
        """Whether the scale is made for that age; nobody is left out whose age isn't known."""
        return self.ages is None or age_months is None or self.ages[0] <= age_months <= self.ages[1]

    def turned(self, item: Item, points: int) -> int:
        """What `points` count here: a reversed item runs from its own highest to its lowest."""
        return item.lowest + item.highest - points if item.id in self.reversed else points


@dataclass(frozen=True, slots=True)
class Informant:
    """Who fills the questionnaire in, and for children of which ages (in months, both ends included)."""

    code: str
    youngest: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Licence:
    """By whose leave words stand in an instrument that keeps none of its own, and until which day."""

    holder: str
    reference: str
    valid_until: str


@dataclass(frozen=True)
class Instrument:
    """A questionnaire in one version and one wording; its first scale is the main one."""

    id: str
    version: str
    zh: str
    translation_id: str
    text_sha256: str
    validated: bool
    family: str
    wording: str
    licensed: Licence | None
    licence: str
    licence_tier: str
    citation: str
    source: str
    informants: tuple[Informant, ...]
    period: Text
    roles: Mapping[str, tuple[str, ...]]
    notice: Text
    conditions: tuple[str, ...]
    stem: Text
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    norms: tuple[Norm, ...]
    validity: tuple[Validity, ...]
    changes: Mapping[str, Change]
    disagreement: Disagreement | None

    @property
    def main(self) -> Scale:
        return self.scales[0]

    @cached_property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.scored)

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        return {item.id: item for item in self.items}

    @property
    def youngest(self) -> int:
        return min(each.youngest for each in self.informants)

    @property
    def oldest(self) -> int:
        return max(each.oldest for each in self.informants)

    @property
    def has_words(self) -> bool:
        """Whether every word that a form needs is there in Chinese."""
        return "zh" in self.stem and all("zh" in item.text for item in self.items)

    def may_be_shown(self, on: date) -> bool:
        """Whether a form of it may be shown on a day: it has its words, and the licence for them holds."""
        return self.has_words and (self.licensed is None or on.isoformat() <= self.licensed.valid_until)

    def item(self, id: str) -> Item:
        return self.by_id[id]

    def scale(self, id: str) -> Scale:
        return next(scale for scale in self.scales if scale.id == id)

    def informant(self, code: str | None) -> Informant | None:
        """Who filled it in: the one named, else the only one there can be."""
        if code is None:
            return self.informants[0] if len(self.informants) == 1 else None
        return next((each for each in self.informants if each.code == code), None)

    def norm(
        self, age_months: int | None, *, sex: str | None = None, informant: str | None = None
    ) -> Norm | None:
        """The norm for that age, sex and informant; never the nearest one.

        Where no age is known the default holds. Other norms that the definition lists beside the one in
        use (`alternative`) are only found by name.
        """
        only = self.informants[0].code if len(self.informants) == 1 else None
        for norm in self.norms:
            if norm.holds(age_months, sex, informant or only):
                return norm
        return None

    def norm_named(self, id: str) -> Norm | None:
        return next((norm for norm in self.norms if norm.id == id), None)
