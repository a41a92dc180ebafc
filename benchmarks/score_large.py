"""PHQ-9 over millions of sheets from Parquet to Parquet, beside the best that was written for it by hand.

Run with `python -m benchmarks.score_large [rows] [runs]`. polars comes into an environment of its own below var/bench.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import duckdb

from benchmarks.score import NINE, answers
from benchmarks.targets import BY_HAND, PEAK_MB, at_most, verdict

HERE = Path(__file__).parent / "yardsticks"
COLUMNS = ("id", "total", "phq_2", "phq_8", "band", "status", "alerts")


def main(rows: int = 20_000_000, runs: int = 5) -> int:
    """Print median and spread of each program in turn, and its peak memory; 1 when ours is too slow or too large."""
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, {rows:,} rows of 9 answers, {runs} runs")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        source = answers(Path(folder) / "answers.parquet", rows, "TINYINT")
        programs = _programs(source, Path(folder))
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for _ in range(runs):
            for name, command in programs.items():
                taken[name].append(measured(command))
        _check_same(Path(folder))
    medians = {name: statistics.median(wall for wall, _ in each) for name, each in taken.items()}
    for name, each in taken.items():
        walls = [wall for wall, _ in each]
        peak = max(peak for _, peak in each)
        print(f"{name:>8}: median {medians[name]:.2f} s ({min(walls):.2f}–{max(walls):.2f}), peak {peak:.0f} MB")
    ratio = medians["tongxin"] / min(medians["polars"], medians["duckdb"])
    print(f"tongxin takes {ratio:.2f} of the better one by hand")
    peak = max(peak for _, peak in taken["tongxin"])
    return verdict([*at_most("ratio", ratio, BY_HAND, "times"), *at_most("peak memory", peak, PEAK_MB, "MB")])


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds on the wall, and the most memory in MB."""
    since = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{command[:3]} failed")
    return time.perf_counter() - since, used.ru_maxrss / 1024


def _programs(source: Path, folder: Path) -> dict[str, list[str]]:
    out = {name: str(folder / f"{name}.parquet") for name in ("tongxin", "polars", "duckdb")}
    ours = [sys.executable, "-m", "tongxin", "score", "phq9", str(source), "--columns", ",".join(NINE), "--id", "id"]
    return {
        "tongxin": [*ours, "-o", out["tongxin"]],
        "polars": [_polars(), str(HERE / "phq9_polars.py"), str(source), out["polars"]],
        "duckdb": [sys.executable, str(HERE / "phq9_duckdb.py"), str(source), out["duckdb"]],
    }


def _polars() -> str:
    """A Python that has polars."""
    place = Path("var/bench/yardsticks")
    python = place / "bin/python"
    if not python.exists():
        venv.create(place, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", str(HERE / "requirements.lock")], check=True)
    return str(python)


def _check_same(folder: Path) -> None:
    """All programs found the same, row for row."""
    for other in ("polars", "duckdb"):
        tables = [f"SELECT {', '.join(COLUMNS)} FROM '{folder / name}.parquet'" for name in ("tongxin", other)]
        prints = [
            duckdb.sql(f"SELECT count(*), sum(hash({', '.join(COLUMNS)})) FROM ({each})").fetchall() for each in tables
        ]
        assert prints[0] == prints[1], other


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
