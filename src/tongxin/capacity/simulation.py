"""How long people wait: a queue of courses at counters that are open at hours, event by event. Pure; seeded.

Minutes throughout. A request takes the counter that is free first, in the order of asking; further sessions of a
course ask again after their gap. Without closed hours and with one session each this is the queue G/G/c (for
exponential draws M/M/c, whose waiting time Erlang's C formula gives).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import NamedTuple

WEEK = 7 * 24 * 60
DAY = 24 * 60
Span = tuple[float, float]


class Course(NamedTuple):
    """One person's sessions: how long each was, and after how long each following one was wanted."""

    lengths: tuple[float, ...]
    gaps: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What was seen: by week the minutes at which new ones asked, their courses; counters by their hours of a week."""

    weeks: tuple[tuple[float, ...], ...]
    courses: tuple[Course, ...]
    counters: tuple[tuple[Span, ...], ...]

    @property
    def load(self) -> float:
        """Minutes wanted a week over minutes offered; above 1 the queue only grows."""
        offered = sum(end - start for spans in self.counters for start, end in spans)
        wanted = sum(sum(each.lengths) for each in self.courses) / max(len(self.courses), 1)
        return wanted * sum(map(len, self.weeks)) / max(len(self.weeks), 1) / offered if offered else float("inf")


@dataclass(frozen=True, slots=True)
class Plan:
    """How the past is drawn again: weeks to warm up, to look at, to let run out; how often; from which seed."""

    warm: int
    run: int
    after: int
    times: int
    seed: int
    band: int = 80


@dataclass(frozen=True, slots=True)
class Estimate:
    """Days until the first session: median over the replications' medians, its band; `late`: share never reached."""

    median: float
    low: float
    high: float
    load: float
    late: float


def waits(
    asked: Sequence[float], courses: Sequence[Course], counters: Sequence[Sequence[Span]], *, until: float
) -> list[float | None]:
    """How long each waits for the first session; None who has none before the counters close for good.

    `asked` ascending, `courses` one for each; `counters` are the open spans of each, ascending.
    """
    free = [(spans[0][0], at, 0) for at, spans in enumerate(counters) if spans]
    heapq.heapify(free)
    events: list[tuple[float, int, int]] = [(moment, at, 0) for at, moment in enumerate(asked)]
    heapq.heapify(events)
    found: list[float | None] = [None] * len(asked)
    while events and free:
        moment, who, turn = heapq.heappop(events)
        if moment > until:
            break
        course = courses[who]
        start = _take(free, counters, moment, course.lengths[turn])
        if start is None:
            break
        if turn == 0:
            found[who] = start - moment
        if turn + 1 < len(course.lengths):
            heapq.heappush(events, (start + course.lengths[turn] + course.gaps[turn], who, turn + 1))
    return found


def _take(
    free: list[tuple[float, int, int]], counters: Sequence[Sequence[Span]], moment: float, length: float
) -> float | None:
    """The earliest start at or after a moment for so long; the rest of a span that is too short is not used."""
    while free:
        ready, counter, at = free[0]
        spans = counters[counter]
        start = max(ready, moment)
        if start + length <= spans[at][1]:
            heapq.heapreplace(free, (start + length, counter, at))
            return start
        at += 1
        if at == len(spans):
            heapq.heappop(free)
        else:
            heapq.heapreplace(free, (max(spans[at][0], ready), counter, at))
    return None


def estimate(past: Past, plan: Plan) -> Estimate:
    """The wait of those who come in the weeks looked at, drawn from the past again and again."""
    longest = max(end - start for spans in past.counters for start, end in spans)
    courses = [Course(tuple(min(each, longest) for each in course.lengths), course.gaps) for course in past.courses]
    total = plan.warm + plan.run + plan.after
    counters = [_laid_out(spans, total) for spans in past.counters]
    first, last = plan.warm * WEEK, (plan.warm + plan.run) * WEEK
    medians, never, all_of = [], 0, 0
    for number in range(plan.times):
        chance = Random(f"{plan.seed}-{number}")  # noqa: S311
        asked = sorted(
            week * WEEK + offset for week in range(plan.warm + plan.run) for offset in chance.choice(past.weeks)
        )
        drawn = chance.choices(courses, k=len(asked))
        found = waits(asked, drawn, counters, until=total * WEEK)
        seen = [
            wait if wait is not None else total * WEEK - moment
            for moment, wait in zip(asked, found, strict=True) if first <= moment < last
        ]
        never += sum(wait is None for moment, wait in zip(asked, found, strict=True) if first <= moment < last)
        all_of += len(seen)
        if seen:
            medians.append(median(seen) / DAY)
    medians.sort()
    side = (100 - plan.band) / 200
    return Estimate(
        median(medians), _quantile(medians, side), _quantile(medians, 1 - side), past.load, never / max(all_of, 1)
    )


def _laid_out(spans: Sequence[Span], weeks: int) -> list[Span]:
    return [(week * WEEK + start, week * WEEK + end) for week in range(weeks) for start, end in sorted(spans)]


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
