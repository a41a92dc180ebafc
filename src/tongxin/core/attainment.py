"""Goal attainment scaling: one score for how far several goals were reached (Kiresuk and Sherman 1968)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt


@dataclass(frozen=True, slots=True)
class Scale:
    """What the score is when all went as expected, how it spreads, and how far goals of one child go together."""

    middle: int
    spread: int
    correlation_percent: int


def score(points: Sequence[int], scale: Scale) -> int:
    """The score of goals, each from -2 to 2 with 0 as expected and all of one weight; rounded, halves up.

    Raises ValueError without a goal.
    """
    number = len(points)
    if not number:
        raise ValueError("no goal to score")
    percent = scale.correlation_percent
    together = sqrt(((100 - percent) * number + percent * number**2) / 100)
    return floor(scale.middle + scale.spread * sum(points) / together + 0.5)
