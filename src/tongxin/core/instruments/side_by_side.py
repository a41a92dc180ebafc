"""What several informants say of one child, side by side; their scores are never averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from tongxin.core.instruments.definition import Instrument
from tongxin.core.instruments.norm import Band


@dataclass(frozen=True, slots=True)
class Told:
    """One informant's result: the bands its scales reached and, where a norm has them, their T scores."""

    instrument: Instrument
    informant: str
    bands: dict[str, Band | None]
    standards: dict[str, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether informants of one family of questionnaires disagree; nothing where it can't be told.

    `worst` is the place of the result that holds until somebody has asked: the heavier one.
    """

    disagree: bool | None
    worst: int | None


def compare(results: Sequence[Told]) -> Compared:
    """What the results of one family come to, by the measure that their definitions name."""
    families = {told.instrument.family for told in results}
    rules = {told.instrument.disagreement for told in results}
    rule = results[0].instrument.disagreement if results else None
    if rule is None or len(rules) > 1 or len(families) > 1 or len({told.informant for told in results}) < 2:
        return Compared(None, None)
    heights = [_height(told, rule.scale, rule.by) for told in results]
    known = [height for height in heights if height is not None]
    worst = heights.index(max(known)) if known else None
    if len(known) < len(heights):
        return Compared(None, worst)
    return Compared(any(abs(one - other) >= rule.at_least for one, other in combinations(known, 2)), worst)


def _height(told: Told, scale: str, by: str) -> int | None:
    """How severe a result is on the measure that is compared: steps of bands, or T points."""
    if by == "t_score":
        return told.standards.get(scale)
    band = told.bands.get(scale)
    return band.severity if band else None
