"""Whom to talk with once more: at random, the same whoever draws it again, negatives among them."""

import hashlib
from collections.abc import Iterable
from math import ceil

from tongxin.core.screening.rule import PER_MILLE


def draw(
    positives: Iterable[str], negatives: Iterable[str], *, size: int, negatives_per_mille: int, seed: str
) -> list[str]:
    """The ids drawn, in the order in which they come up; where one side is short the other fills up."""
    left, right = _shuffled(positives, seed), _shuffled(negatives, seed)
    wanted = min(ceil(size * negatives_per_mille / PER_MILLE), len(right))
    wanted = max(wanted, min(size - len(left), len(right)))
    return _shuffled([*right[:wanted], *left[: max(0, size - wanted)]], seed)


def _shuffled(ids: Iterable[str], seed: str) -> list[str]:
    return sorted(ids, key=lambda id: hashlib.sha256(f"{seed}:{id}".encode()).digest())
