"""From pairs judged one by one to an answer for each record: one child goes with one child, or a person looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tongxin.linkage.judging import Judge, Judgement
from tongxin.linkage.rules import Pattern, Verdict

# Of the pairs a person is to look at, so many for one record.
SHOWN = 5
SEVERAL, LISTED_TWICE = "several", "listed_twice"
Edge = tuple[int, int, Pattern]
# Whether two places of one side are provably one child registered twice.
Twice = Callable[[int, int], bool]


class Settled(NamedTuple):
    """One row of the answer: places in the lists, `None` on the side that has nobody."""

    left: int | None
    right: int | None
    verdict: Verdict
    probability: float
    pattern: Pattern | None
    note: str = ""


def settle(
    edges: Iterable[Edge], *, judge: Judge, twice_left: Twice, twice_right: Twice
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
    settled, doubtful = _certain(certain, judge, twice_left, twice_right)
    done_left = {each.left for each in settled}
    done_right = {each.right for each in settled}
    open_settled = _open(open_pairs, done_left, done_right)
    rows = [*settled, *doubtful, *open_settled]
    met_left, met_right = {each.left for each in rows}, {each.right for each in rows}
    rows += [Settled(at, None, "new", 0.0, None) for at in range(judge.left) if at not in met_left]
    rows += [Settled(None, at, "missing", 0.0, None) for at in range(judge.right) if at not in met_right]
    return rows


def _certain(
    edges: list[Edge], judge: Judge, twice_left: Twice, twice_right: Twice
) -> tuple[list[Settled], list[Settled]]:
    """Pairs that are one child; and those where one record would go with several that aren't provably one."""
    rights: defaultdict[int, list[int]] = defaultdict(list)
    lefts: defaultdict[int, list[int]] = defaultdict(list)
    for left, right, _ in edges:
        rights[left].append(right)
        lefts[right].append(left)
    settled, doubtful = [], []
    for left, right, pattern in edges:
        probability = judge.judge(pattern).probability
        if all(twice_right(right, other) for other in rights[left]) and all(
            twice_left(left, other) for other in lefts[right]
        ):
            note = LISTED_TWICE if len(rights[left]) > 1 or len(lefts[right]) > 1 else ""
            settled.append(Settled(left, right, "same", probability, pattern, note))
        else:
            doubtful.append(Settled(left, right, "probable", probability, pattern, SEVERAL))
    return settled, doubtful


def _open(
    pairs: list[tuple[Edge, Judgement]], done_left: set[int | None], done_right: set[int | None]
) -> list[Settled]:
    """What a person is to look at, the likeliest first and no more than `SHOWN` a record."""
    shown: defaultdict[int, int] = defaultdict(int)
    rows = []
    for (left, right, pattern), (status, probability, rule) in sorted(pairs, key=lambda pair: -pair[1].probability):
        gives_way = rule is not None and rule.gives_way
        if (left in done_left or right in done_right) and gives_way:
            continue
        if status == "contradictory":
            rows.append(Settled(left, right, "contradictory", probability, pattern))
        elif left not in done_left and shown[left] < SHOWN:
            shown[left] += 1
            rows.append(Settled(left, right, "probable", probability, pattern))
    return rows
