"""A blind comparison of two lists, all three letters: `python -m benchmarks.blind_lists [rows] [times]`.

Wanted is nothing by the plan; what one telephone call's patience allows is 60 seconds for 100,000 beside 100,000.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from datetime import date

import nacl

from benchmarks.targets import at_most, verdict
from tongxin import blind

TODAY = date(2026, 3, 1)
WANTED_SECONDS = 60.0
RULES = blind.Rules(longest=2_000_000, filled_to=1_000, days=30, shortest_list=20)
TERMS = blind.Terms("person", "benchmark", "none", "one", "other")


def marks(first: int, rows: int) -> blind.Marks:
    """Made-up rows `first` and following."""
    every = (blind.Listed(str(at), name=f"N{at}", birth="2015-03-04") for at in range(first, first + rows))
    return blind.mark_lists(every, kind="person")


def once(rows: int) -> tuple[dict[str, float], int]:
    """Seconds of each step and the megabytes of the largest letter."""
    took: dict[str, float] = {}
    largest = 0
    at = time.perf_counter()

    def stop(name: str) -> None:
        nonlocal at
        took[name] = time.perf_counter() - at
        at = time.perf_counter()

    asked = blind.ask(marks(0, rows), terms=TERMS, approved_by=["x"], today=TODAY, rules=RULES)
    content = blind.write(asked.letter, seed=b"a" * 32)
    stop("ask")
    first = blind.read(content)
    answered = blind.answer(first, marks(rows // 2, rows), approved_by=["y"], today=TODAY, rules=RULES)
    content = blind.write(answered.letter, seed=b"b" * 32)
    largest = len(content)
    stop("answer")
    second = blind.read(content)
    learned = blind.learn(second, asked.secret, today=TODAY, sent=first.digest, rules=RULES)
    content = blind.write(learned.letter, seed=b"a" * 32)
    stop("learn")
    known = blind.conclude(blind.read(content), answered.secret, today=TODAY, sent=second.digest)
    stop("conclude")
    if not len(known) == len(learned.keys) == rows - rows // 2:
        raise SystemExit("the two sides did not learn the overlap")
    return took, largest


def main(argv: list[str]) -> int:
    """The exit code: 1 when two lists of that size take longer than wanted."""
    rows, times = int(argv[0]) if argv else 100_000, int(argv[1]) if len(argv) > 1 else 3
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}, PyNaCl {nacl.__version__}")
    runs = [once(rows) for _ in range(times)]
    for name in runs[0][0]:
        seconds = [run[0][name] for run in runs]
        print(f"{name}: median {statistics.median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f})")
    whole = [sum(run[0].values()) for run in runs]
    print(f"whole, {rows:,} beside {rows:,}: median {statistics.median(whole):.1f} s "
          f"({min(whole):.1f} to {max(whole):.1f}); largest letter {runs[0][1] / 1e6:.1f} MB")
    return verdict(at_most("whole", statistics.median(whole), WANTED_SECONDS * rows / 100_000, "s"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
