"""From pairs judged one by one to an answer for each record: one child goes with one child, or a person looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from tongxin.linkage.features import features_of
from tongxin.linkage.judging import Judge, Judgement
from tongxin.linkage.record import Record
from tongxin.linkage.rules import Pattern, Verdict

# Of the pairs a person is to look at, so many for one record.
SHOWN = 5
SEVERAL, LISTED_TWICE = "several", "listed_twice"
Edge = tuple[int, int, Pattern]


class Settled(NamedTuple):
    """One row of the answer: places in the lists, `None` on the side that has nobody."""

    left: int | None
    right: int | None
    verdict: Verdict
    probability: float
    pattern: Pattern | None
    note: str = ""


def settle(
    edges: Iterable[Edge], *, judge: Judge, left: Sequence[Record], right: Sequence[Record]
) -> list[Settled]:
    """An answer for every record of both lists, by place."""
    certain: list[Edge] = []
    open_pairs: list[tuple[Edge, Judgement]] = []
    for edge in edges:
        judgement = judge.judge(edge[2])
        if judgement.status == "automatic":
            certain.append(edge)
        elif judgement.status in ("review", "contradictory"):
            open_pairs.append((edge, judgement))
    settled, doubtful = _certain(certain, judge, left, right)
    rows = [*settled, *doubtful, *_open(open_pairs, {each.left for each in settled})]
    met_left, met_right = {each.left for each in rows}, {each.right for each in rows}
    rows += [Settled(at, None, "new", 0.0, None) for at in range(judge.left) if at not in met_left]
    rows += [Settled(None, at, "missing", 0.0, None) for at in range(judge.right) if at not in met_right]
    return rows


def _certain(
    edges: list[Edge], judge: Judge, left: Sequence[Record], right: Sequence[Record]
) -> tuple[list[Settled], list[Settled]]:
    """Pairs that are one child; and those where one record would go with several that aren't certainly one."""
    rights: defaultdict[int, list[int]] = defaultdict(list)
    lefts: defaultdict[int, list[int]] = defaultdict(list)
    for at, to, _ in edges:
        rights[at].append(to)
        lefts[to].append(at)
    apart_left = {to for to, several in lefts.items() if not _is_one(several, left, judge)}
    apart_right = {at for at, several in rights.items() if not _is_one(several, right, judge)}
    settled, doubtful = [], []
    for at, to, pattern in edges:
        probability = judge.judge(pattern).probability
        if at in apart_right or to in apart_left:
            doubtful.append(Settled(at, to, "probable", probability, pattern, SEVERAL))
        else:
            note = LISTED_TWICE if len(rights[at]) > 1 or len(lefts[to]) > 1 else ""
            settled.append(Settled(at, to, "same", probability, pattern, note))
    return settled, doubtful


def _is_one(places: list[int], listed: Sequence[Record], judge: Judge) -> bool:
    """Whether some records of one list are by the same rules one child, registered more than once."""
    features = [features_of(listed[at]) for at in places] if len(places) > 1 else []
    return all(
        judge.judge(judge.rules.pattern(one, other)).status == "automatic" for one, other in combinations(features, 2)
    )


def _open(pairs: list[tuple[Edge, Judgement]], done_left: set[int | None]) -> list[Settled]:
    """What a person is to look at, the likeliest first and no more than `SHOWN` a record.

    A record of the right list that is settled may still be met: the left one may be its second registration.
    """
    shown: defaultdict[int, int] = defaultdict(int)
    rows = []
    for (at, to, pattern), (status, probability, rule) in sorted(pairs, key=lambda pair: -pair[1].probability):
        if at in done_left and (status != "contradictory" or (rule is not None and rule.gives_way)):
            continue
        if status == "contradictory":
            rows.append(Settled(at, to, "contradictory", probability, pattern))
        elif shown[at] < SHOWN:
            shown[at] += 1
            rows.append(Settled(at, to, "probable", probability, pattern))
    return rows
