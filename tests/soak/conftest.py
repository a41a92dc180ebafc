"""Long runs: each part has a share of the time and a seed, and says what it did in docs/soak.md."""

import os
import platform
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic

import pytest

from tests.core.language.conftest import conninfo, engines
from tests.web.conftest import office, time

__all__ = ["conninfo", "engines", "office", "time"]

REPORT = Path(__file__).resolve().parents[2] / "docs" / "soak.md"
SECONDS = float(os.environ.get("TONGXIN_SOAK_SECONDS", "220"))
SEED = int(os.environ.get("TONGXIN_SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
WRITES = os.environ.get("TONGXIN_SOAK_REPORT") == "1"
HEAD = """# Soak

`make soak` runs what takes minutes: random lives, rules on every engine, writers while processes are killed, rosters
with random faults, a storm of pages, phones in a bad network, every route as every role, strange questions at every
door (schemathesis, by a description of all routes) and strange bytes for every reader (atheris).
`TONGXIN_SOAK_SECONDS` sets the time of each part (220), `TONGXIN_SYNC_STEPS` the steps of the phones (10,000),
`TONGXIN_SOAK_ANSWERS` how many answers the doors give at least (10,000; as long as it takes),
`TONGXIN_SOAK_SEED` repeats a run. What each part did when it last ran:

"""
COLUMNS = "| part | result | seconds | when, on what | counts |\n| --- | --- | --- | --- | --- |\n"


@dataclass
class Part:
    """One part's time, chance and counts."""

    name: str
    seed: int
    until: float
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    passed: bool = False

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)

    @property
    def answers(self) -> int:
        """How many answers were counted, whatever they were."""
        return sum(count for name, count in self.counts.items() if name.startswith("answers"))

    def turns(self, *, least: int = 0) -> Iterator[int]:
        """Numbers that differ from turn to turn, until the time is over and at least so many answers were counted;
        at least one."""
        number = 0
        while not number or monotonic() < self.until or self.answers < least:
            yield self.seed + number
            number += 1
        self.counts["turns"] = number


_parts: list[Part] = []


@pytest.fixture
def part(request: pytest.FixtureRequest) -> Iterator[Part]:
    name = request.node.name.removeprefix("test_").replace("_", " ")
    since = monotonic()
    found = Part(name, SEED, since + SECONDS)
    _parts.append(found)
    yield found
    found.seconds = monotonic() - since
    found.passed = not getattr(request.node, "failed_call", True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.failed_call = report.failed  # type: ignore[attr-defined]
    return report


def pytest_sessionfinish() -> None:
    if WRITES and _parts:
        kept = REPORT.read_text(encoding="utf-8").splitlines() if REPORT.exists() else []
        rows = {line.split("|")[1].strip(): line for line in kept if line.startswith("| ")}
        rows |= {each.name: _row(each) for each in _parts}
        lines = [line for name, line in rows.items() if name not in ("part", "---")]
        REPORT.write_text(HEAD + COLUMNS + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"\nwritten: {REPORT.name}", file=sys.stderr)


def _row(part: Part) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "duckdb", "hypothesis"))
    database = os.environ.get("TONGXIN_DATABASE", "").partition(":")[0] or "sqlite"
    where = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}, {database}, seed {part.seed}"
    )
    counts = ", ".join(f"{name} {count:,}" for name, count in sorted(part.counts.items()))
    return f"| {part.name} | {'passed' if part.passed else 'FAILED'} | {part.seconds:.0f} | {where} | {counts} |"
