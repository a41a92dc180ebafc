"""How far two judges agree beyond chance (Cohen 1960), and how sure that is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

# The 95 % quantile of the normal distribution, both sides.
NINETY_FIVE = 1.959964


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa with its 95 % interval; no kappa where chance alone would agree always."""

    pairs: int
    agreed: int
    kappa: float | None
    low: float | None
    high: float | None
    is_small: bool


def agreement(pairs: Sequence[tuple[str, str]], *, at_least: int) -> Agreement:
    """The agreement of two judges over the same children; below `at_least` pairs it says little."""
    count = len(pairs)
    agreed = sum(1 for first, second in pairs if first == second)
    is_small = count < at_least
    if not count:
        return Agreement(0, 0, None, None, None, is_small)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(first[each] * second[each] for each in first) / count**2
    observed = agreed / count
    if by_chance == 1:
        return Agreement(count, agreed, None, None, None, is_small)
    kappa = (observed - by_chance) / (1 - by_chance)
    error = sqrt(observed * (1 - observed) / count) / (1 - by_chance)
    low, high = max(-1.0, kappa - NINETY_FIVE * error), min(1.0, kappa + NINETY_FIVE * error)
    return Agreement(count, agreed, kappa, low, high, is_small)
