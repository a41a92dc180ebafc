"""A million children against a million: how many are merged, how many rightly, in what time and memory.

Run with `python -m benchmarks.linkage [rows] [seed] [runs]`; our rules and Splink's guide, on the same lists.
LINKAGE_LISTS names a folder whose lists (see `benchmarks.linkage_lists`) are taken as they are.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pyarrow.parquet as pq

from benchmarks.linkage_figures import Figures, of_pairs
from benchmarks.linkage_lists import Lists, write
from benchmarks.targets import at_least, at_most, verdict

SECONDS, GIGABYTES = 300.0, 8.0
PRECISION, RECALL = 99.9, 95.0
PAUSE = 0.25


def main(rows: int = 1_000_000, seed: int = 20261123, runs: int = 1) -> int:
    """Print figures, median and spread of both; 1 when ours misses a target."""
    names = ("splink", "duckdb", "pyarrow")
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as scratch:
        folder = Path(os.environ.get("LINKAGE_LISTS") or scratch)
        if not (folder / "truth.parquet").exists():
            write(folder, rows, seed)
        truth = read_truth(folder)
        sizes = " × ".join(f"{len(side):,}" for side in truth.children)
        print(f"{sizes} records, {truth.pairs:,} true pairs, {len(truth.twins):,} twins, seed {seed}")
        runs_of: dict[str, list[Run]] = {}
        for name in ("ours", "stock"):
            out = Path(scratch) / f"{name}.parquet"
            command = [sys.executable, "-m", "benchmarks.linkage_run", name, str(folder), str(out)]
            runs_of[name] = [measured(command, out, truth) for _ in range(runs)]
            told(name, runs_of[name])
    found = runs_of["ours"]
    ours = found[0].figures
    return verdict([
        *at_least("precision", ours.precision * 100, PRECISION, "%"),
        *at_least("recall", ours.recall * 100, RECALL, "%"),
        *at_most("twins merged", ours.twins, 0, "pairs"),
        *at_most("time", statistics.median(each.wall for each in found), SECONDS, "s"),
        *at_most("memory", max(each.peak for each in found), GIGABYTES, "GiB"),
    ])


def read_truth(folder: Path) -> Lists:
    """Whose record each row is, without the records."""
    made = Lists()
    for side, child, twin in zip(*pq.read_table(folder / "truth.parquet").to_pydict().values(), strict=True):
        made.children[side == "right"].append(child)
        if twin >= 0:
            made.twins[child] = twin
    return made


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the wall and of processors, the most gigabytes, and how good the answer was."""

    wall: float
    used: float
    peak: float
    figures: Figures


def told(name: str, runs: list[Run]) -> None:
    """Print what some runs of one program came to."""
    walls = [each.wall for each in runs]
    print(f"{name:>13}: {runs[0].figures}")
    print(
        f"{name:>13}: median {statistics.median(walls):.0f} s ({min(walls):.0f}–{max(walls):.0f}), "
        f"{statistics.median(each.used for each in runs):.0f} s of processors, "
        f"peak {max(each.peak for each in runs):.1f} GiB of all its processes",
        flush=True,
    )


def measured(command: list[str], out: Path, truth: Lists) -> Run:
    """A program that writes the pairs it finds to `out`."""
    before = getrusage(RUSAGE_CHILDREN)
    since = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory_of(process.pid))
        time.sleep(PAUSE)
    if process.returncode:
        raise RuntimeError(f"{command[1:4]} failed")
    wall = time.perf_counter() - since
    rows = list(zip(*pq.read_table(out).to_pydict().values(), strict=True))
    chosen = [[(at, to) for at, to, merged in rows if merged is wanted] for wanted in (True, False)]
    after = getrusage(RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(wall, used, peak, of_pairs(truth, *chosen))


def memory_of(root: int) -> float:
    """Gigabytes that a process and all it started hold (their resident sets added up)."""
    parents, sizes = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)], sizes[int(entry.name)] = int(fields[1]), int(fields[21])
    family = {root}
    for _ in range(4):
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(sizes.get(each, 0) for each in family) * os.sysconf("SC_PAGE_SIZE") / 2**30


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
