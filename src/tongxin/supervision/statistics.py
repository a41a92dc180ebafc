"""Two tests: an exact binomial tail, and differences between raters drawn towards none. Pure, no tables.

`is_rare_below` is exact: integers only, so that no rounding decides. `shrunken` is the empirical Bayes estimate of a
normal mean with a common variance (James & Stein 1961; Efron & Morris 1975): few cases are drawn far towards the rest.
"""

from collections.abc import Mapping, Sequence
from math import comb, sqrt
from statistics import fmean, median, variance
from typing import TypeVar

Rater = TypeVar("Rater")
MILLION = 1_000_000


def tail_below(seen: int, of: int, *, hits: int, among: int) -> tuple[int, int]:
    """P(X <= seen) for X binomial(of, hits/among), as numerator and denominator."""
    misses = among - hits
    above = sum(comb(of, each) * hits**each * misses ** (of - each) for each in range(seen + 1))
    return above, among**of


def is_rare_below(seen: int, of: int, *, hits: int, among: int, per_million: int) -> bool:
    """Whether so few or fewer of so many come by chance less often than that, at the rate hits/among of the others."""
    if not among or not hits or seen * among >= of * hits:
        return False
    above, whole = tail_below(seen, of, hits=hits, among=among)
    return above * MILLION < whole * per_million


def tail_in_million(seen: int, of: int, *, hits: int, among: int) -> int:
    """The same probability, in whole parts of a million rounded up."""
    above, whole = tail_below(seen, of, hits=hits, among=among)
    return -(-above * MILLION // whole)


def shrunken(scores: Mapping[Rater, Sequence[float]]) -> dict[Rater, float]:
    """By how many standard deviations each rater's mean lies off the others', drawn towards 0; empty for fewer than 3.

    Each rater needs two scores. Where all differences can be chance, everybody comes out at 0.
    """
    rated = {who: list(each) for who, each in scores.items() if len(each) >= 2}
    if len(rated) < 3:
        return {}
    free = sum(len(each) - 1 for each in rated.values())
    within = sum((len(each) - 1) * variance(each) for each in rated.values()) / free
    means = {who: fmean(each) for who, each in rated.items()}
    # The middle one, so that one rater far off makes the others no strangers.
    middle = median(means.values())
    if within <= 0:
        return dict.fromkeys(rated, 0.0)
    noise = fmean(within / len(each) for each in rated.values())
    between = max(variance(means.values()) - noise, 0.0)
    return {
        who: (means[who] - middle) * between / (between + within / len(each)) / sqrt(within)
        for who, each in rated.items()
    }
