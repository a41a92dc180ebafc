"""Which pairs are looked at: those that share a key, and never a key that too many share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from tongxin.linkage.features import Features
from tongxin.linkage.rules import Rules

Key = tuple[object, ...]


class Blocked(NamedTuple):
    """Pairs of places, and how many keys were left aside because too many share them."""

    pairs: set[tuple[int, int]]
    skipped: int


def block(left: Sequence[Features], right: Sequence[Features], rules: Rules) -> Blocked:
    """The pairs that share a key; the same that `engine.blocked_pairs` finds by SQL."""
    pairs: set[tuple[int, int]] = set()
    skipped = 0
    for parts in rules.keys:
        here, there = _shelves(left, parts), _shelves(right, parts)
        for key, lefts in here.items():
            rights = there.get(key, ())
            if len(lefts) * len(rights) > rules.most:
                skipped += 1
            else:
                pairs.update(product(lefts, rights))
    return Blocked(pairs, skipped)


def keys_of(features: Features, parts: tuple[tuple[str, ...], ...]) -> Iterator[Key]:
    """The values of one key; none where a part is blank, several where a part has several columns."""
    values = [
        list(dict.fromkeys(value for column in part if (value := getattr(features, column)) is not None))
        for part in parts
    ]
    return product(*values)


def _shelves(listed: Sequence[Features], parts: tuple[tuple[str, ...], ...]) -> dict[Key, list[int]]:
    shelves: defaultdict[Key, list[int]] = defaultdict(list)
    for at, features in enumerate(listed):
        for key in keys_of(features, parts):
            shelves[key].append(at)
    return shelves
