"""The queue against what is known of queues, and how long one question takes: `python -m benchmarks.waiting`.

Wanted: a mean wait within 5 % of Erlang's C formula (M/M/c) at each load, and two estimates (now and then) in 2 s.
"""

from __future__ import annotations

import math
import platform
import sys
import time
from random import Random

from benchmarks.targets import at_most, verdict
from tongxin.capacity.simulation import DAY, Course, Past, Plan, estimate, waits

LOADS = ((0.8, 1.0, 1), (1.6, 1.0, 2), (4.2, 1.0, 5))
PEOPLE, WARM = 100_000, 2_000
WANTED_SECONDS, WANTED_PERCENT = 2.0, 5.0
PLAN = Plan(warm=6, run=12, after=20, times=200, seed=20250101)


def erlang_wait(rate: float, served: float, counters: int) -> float:
    """The mean wait of M/M/c by Erlang's C formula."""
    offered = rate / served
    full = offered**counters / math.factorial(counters) / (1 - offered / counters)
    waiting = full / (sum(offered**each / math.factorial(each) for each in range(counters)) + full)
    return waiting / (counters * served - rate)


def simulated_wait(rate: float, served: float, counters: int, *, people: int = PEOPLE, seed: int = 1) -> float:
    """The mean wait of the simulation, fed with exponential draws and counters that never close."""
    chance, moment = Random(seed), 0.0
    asked, courses = [], []
    for _ in range(people):
        moment += chance.expovariate(rate)
        asked.append(moment)
        courses.append(Course((chance.expovariate(served),)))
    found = waits(asked, courses, [[(0.0, math.inf)]] * counters, until=math.inf)
    seen = [each for each in found[WARM:] if each is not None]
    return sum(seen) / len(seen)


def past(*, new: int = 10, seed: int = 2) -> Past:
    """Twelve weeks of a busy place: so many new ones a week, courses of one to eight, fifteen half days."""
    chance = Random(seed)
    weeks = tuple(
        tuple(sorted(chance.uniform(0, 5 * DAY) for _ in range(chance.randrange(new - 4, new + 5)))) for _ in range(12)
    )
    courses = tuple(Course((60.0,) * many, (7 * DAY - 60.0,) * (many - 1)) for many in (1, 1, 2, 3, 4, 5, 6, 8))
    return Past(weeks, courses, tuple(((day * DAY + 510.0, day * DAY + 720.0),) for day in range(5) for _ in range(3)))


def main() -> int:
    """Both, printed; 1 when a target is missed."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    missed: list[str] = []
    for rate, served, counters in LOADS:
        known, found = erlang_wait(rate, served, counters), simulated_wait(rate, served, counters)
        off = 100 * abs(found - known) / known
        print(f"M/M/{counters} at load {rate / served / counters:.2f}: formula {known:.3f}, simulated {found:.3f}")
        missed += at_most(f"M/M/{counters} off the formula", off, WANTED_PERCENT, "%")
    began = time.perf_counter()
    for new in (10, 12):
        told = estimate(past(new=new), PLAN)
        print(f"{new} new a week, load {told.load:.2f}: {told.median:.2f} days ({told.low:.2f} to {told.high:.2f})")
    took = time.perf_counter() - began
    print(f"two estimates of {PLAN.times} replications: {took:.2f} s")
    return verdict([*missed, *at_most("one question", took, WANTED_SECONDS, "s")])


if __name__ == "__main__":
    sys.exit(main())
