"""The answer of a comparison, row by row; reasons are worked out when a row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tongxin.linkage.explaining import Reason, explain
from tongxin.linkage.features import Features, features_of
from tongxin.linkage.judging import Judge
from tongxin.linkage.record import Record
from tongxin.linkage.rules import Verdict
from tongxin.linkage.settling import Settled


class Pair(NamedTuple):
    """What was found of a record: with whom, how surely, and why.

    `same`, `probable` and `contradictory` name both; `new` only the left, `missing` only the right one.
    `weight` is the evidence in bits, `probability` from 0 to 1.
    """

    left_key: str | None
    right_key: str | None
    verdict: Verdict
    probability: float
    reasons: tuple[Reason, ...]
    weight: float = 0.0


@dataclass(frozen=True)
class Result:
    """All rows of one comparison; iterating gives a `Pair` for each.

    `counts` are records, not pairs: a left one counts under the first of same, contradictory, probable that it has.
    `looked_at` is how many pairs were compared, `skipped` how many keys were left aside as shared by too many.
    """

    left: Sequence[Record]
    right: Sequence[Record]
    settled: Sequence[Settled]
    judge: Judge
    shared: tuple[Sequence[int], Sequence[int]]
    looked_at: int
    skipped: int

    def __iter__(self) -> Iterator[Pair]:
        return map(self._pair, self.settled)

    def __len__(self) -> int:
        return len(self.settled)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many records of the left list are same, contradictory, probable or new; of the right one missing."""
        order: tuple[Verdict, ...] = ("same", "contradictory", "probable", "new")
        best: dict[int, int] = {}
        for each in self.settled:
            if each.left is not None:
                best[each.left] = min(best.get(each.left, len(order)), order.index(each.verdict))
        found = Counter(order[place] for place in best.values())
        missing = sum(1 for each in self.settled if each.verdict == "missing")
        return {**{verdict: found[verdict] for verdict in order}, "missing": missing}

    def _pair(self, each: Settled) -> Pair:
        a = None if each.left is None else self.left[each.left]
        b = None if each.right is None else self.right[each.right]
        if each.left is None or each.right is None or a is None or b is None or each.pattern is None:
            return Pair(a.key if a else None, b.key if b else None, each.verdict, each.probability, ())
        features = (self._features(0, each.left, a), self._features(1, each.right, b))
        rules, judgement = self.judge.rules, self.judge.judge(each.pattern)
        reasons = explain(rules, each.pattern, (a, b), features, rule=judgement.rule, note=each.note)
        weight = sum(level.weight for level in rules.levels(each.pattern).values())
        return Pair(a.key, b.key, each.verdict, each.probability, reasons, weight)

    def _features(self, side: int, at: int, record: Record) -> Features:
        return features_of(record)._replace(phone_shared=self.shared[side][at])
