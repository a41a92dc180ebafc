"""How fast `tongxin score phq9` is from Parquet: rows a second of the whole command, start to file.

Run with `python -m benchmarks.score [rows] [runs]`.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.targets import SCORED_A_SECOND, at_least, verdict

NINE = [f"q{number}" for number in range(1, 10)]
KINDS = {"whole numbers": "TINYINT", "floating point": "DOUBLE", "text": "VARCHAR"}


def main(rows: int = 6_000_000, runs: int = 5) -> int:
    """Print machine, versions, and for each type of column median and spread of `runs` runs; 1 when too slow."""
    medians = {}
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, {rows:,} rows, {runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        for kind, type in KINDS.items():
            source = answers(Path(folder) / "answers.parquet", rows, type)
            taken = [_taken(source, Path(folder) / "scores.parquet") for _ in range(runs)]
            rates = sorted(rows / wall / 1e6 for wall, _ in taken)
            medians[kind] = statistics.median(rates)
            print(
                f"{kind:>15}: median {statistics.median(rates):.2f} million rows/s "
                f"({rates[0]:.2f}–{rates[-1]:.2f}), {statistics.median(cpu for _, cpu in taken):.2f} CPU seconds"
            )
    return verdict(at_least("whole numbers", medians["whole numbers"], SCORED_A_SECOND, "million rows/s"))


def answers(path: Path, rows: int, type: str) -> Path:
    """Sheets with 1 % gaps, drawn anew in `path`."""
    path.unlink(missing_ok=True)
    cells = ", ".join(f"CASE WHEN random() < 0.99 THEN CAST(random() * 3 AS TINYINT)::{type} END AS {q}" for q in NINE)
    duckdb.sql(f"SELECT range AS id, {cells} FROM range({rows})").write_parquet(str(path))
    return path


def _taken(source: Path, out: Path) -> tuple[float, float]:
    """Seconds on the wall and on the processors for one run of the command."""
    command = [sys.executable, "-m", "tongxin", "score", "phq9", str(source)]
    command += ["--columns", ",".join(NINE), "--id", "id", "-o", str(out)]
    since, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - since, cpu


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
