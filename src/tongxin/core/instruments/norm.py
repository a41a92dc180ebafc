"""What a score is compared with: bands, standard scores, signs of an untrustworthy sheet, real change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, sqrt


@dataclass(frozen=True, slots=True)
class Ladder:
    """Values that hold from a score on: bands, or standard scores; read off the exact score."""

    starts: tuple[Fraction, ...]
    values: tuple[str | int, ...]
    whole: tuple[int, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", tuple(ceil(start) for start in self.starts))

    def at(self, numerator: int, denominator: int) -> str | int:
        """What holds at a score: 1.995 has not reached 2."""
        if denominator == 1:
            reached = bisect_right(self.whole, numerator)
        else:
            reached = bisect_right(self.starts, Fraction(numerator, denominator))
        return self.values[reached - 1 if reached else 0]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a scale with a name; `severity` counts up from 0, the best."""

    code: str
    zh: str
    start: Fraction
    end: Fraction
    severity: int


@dataclass(frozen=True, slots=True)
class Standard:
    """Scores of a norm on a common measure: T scores (mean 50, SD 10) or percentile ranks; maybe for one sex."""

    kind: str
    sex: str
    ladder: Ladder
    citation: str


@dataclass(frozen=True, slots=True)
class Norm:
    """Whose values the bands come from, and for which ages (months, both ends), sexes and informants."""

    id: str
    zh: str
    population: str
    citation: str
    caution: str
    translation_id: str
    youngest: int
    oldest: int
    sexes: tuple[str, ...]
    informants: tuple[str, ...]
    is_for_all: bool
    default: bool
    alternative: bool
    bands: Mapping[str, tuple[Band, ...]]
    ladders: Mapping[str, Ladder]
    standards: Mapping[str, tuple[Standard, ...]]

    def standard(self, scale: str, sex: str | None) -> Standard | None:
        """The standard scores of a scale for that sex; none where the sex matters and isn't known."""
        return next((each for each in self.standards.get(scale, ()) if each.sex in ("", sex)), None)

    def holds(self, age_months: int | None, sex: str | None, informant: str | None) -> bool:
        """Whether the norm in use is this one; what isn't known never fits where it matters."""
        if self.alternative or not (self.is_for_all if informant is None else informant in self.informants):
            return False
        if self.sexes and sex not in self.sexes:
            return False
        return self.default if age_months is None else self.youngest <= age_months <= self.oldest

    def band(self, scale: str, code: str) -> Band | None:
        return next((band for band in self.bands.get(scale, ()) if band.code == code), None)


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
    min_seconds: int


@dataclass(frozen=True, slots=True)
class Change:
    """From which difference on a scale two results differ for real, and who found that out.

    The square of that difference is kept: that of a reliable change is no fraction itself.
    """

    square: Fraction
    kind: str
    source: str
    rising_is_worse: bool

    @property
    def points(self) -> float:
        """The difference in points, for people to read."""
        return round(sqrt(self.square), 1)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """From how many bands, or T points, apart two informants' results are said to disagree."""

    scale: str
    by: str
    at_least: int
    source: str
