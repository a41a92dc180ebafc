"""How many answer sheets one process scores in Python, one at a time, PHQ-9 and every other questionnaire.

Sheets per second of processor time: scoring waits for nothing, and others on the machine aren't measured.
Run with `python -m benchmarks.sheet [sheets] [runs]`.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.targets import SHEETS_A_SECOND, at_least, verdict
from tongxin.core.instruments import Instrument, read, score
from tongxin.lib.places import definitions_folder
from tongxin.lib.strict_yaml import load

Answers = Mapping[str, str | int | float | None]
FIRST = "phq_9"


def main(sheets: int = 20_000, runs: int = 5) -> int:
    """Print the machine and sheets a second of each; 1 when PHQ-9 is too slow."""
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, {sheets:,} sheets, {runs} runs")
    folders = sorted((definitions_folder() / "instruments").glob("*/instrument.yaml"))
    found = {path.parent.name: _rates(path, sheets, runs) for path in folders}
    for id, (items, rates) in sorted(found.items(), key=lambda each: -statistics.median(each[1][1])):
        median = f"{statistics.median(rates):>9,.0f}"
        print(f"{id:>12}, {items:>3} items: median {median} ({rates[0]:,.0f}–{rates[-1]:,.0f})")
    return verdict(at_least(FIRST, statistics.median(found[FIRST][1]), SHEETS_A_SECOND, "sheets/s"))


def _rates(path: Path, sheets: int, runs: int) -> tuple[int, list[float]]:
    instrument = read(load(path).content)
    drawn = _drawn(instrument, sheets if path.parent.name == FIRST else sheets // 20)
    return len(instrument.items), sorted(_rate(instrument, drawn) for _ in range(runs))


def _drawn(instrument: Instrument, count: int) -> list[Answers]:
    """Whole sheets with 1 % gaps."""
    chance = random.Random(1)
    return [
        {
            item.id: chance.choice(item.options).code if chance.random() < 0.99 else None
            for item in instrument.items
        }
        for _ in range(count)
    ]


def _rate(instrument: Instrument, drawn: Sequence[Answers]) -> float:
    since = time.process_time()
    for answers in drawn:
        score(instrument, answers, age_months=160)
    return len(drawn) / (time.process_time() - since)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
