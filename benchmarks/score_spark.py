"""What a cluster costs and gains: DuckDB beside a real Spark master with one worker and with two.

Run with `python -m benchmarks.score_spark [rows …]`; each worker has one core and 1 GB on this machine.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

import duckdb
import pyspark

from benchmarks.score import NINE
from benchmarks.score_large import measured
from tests.batch.spark_cluster import HOST, cluster

FILES = 8


def main(*sizes: int) -> int:
    """Print seconds and megabytes a second for each engine and size; 1 when results differ."""
    os.environ["SPARK_LOCAL_IP"] = HOST
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, Spark {pyspark.__version__}")
    same = True
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        here = Path(folder)
        for rows in sizes or (1_000_000, 10_000_000):
            source = _folder(here / f"in{rows}", rows)
            size = sum(file.stat().st_size for file in source.iterdir()) / 1e6
            print(f"{rows:,} rows in {FILES} files, {size:.0f} MB")
            told = {"duckdb": _run(source, here / f"duck{rows}", ["--threads", "2"])}
            for workers in (1, 2):
                (here / f"cluster{rows}-{workers}").mkdir()
                with cluster(here / f"cluster{rows}-{workers}", workers=workers) as master:
                    more = ["--engine", "spark", "--master", master]
                    told[f"spark, {workers} worker"] = _run(source, here / f"spark{rows}-{workers}", more)
            for name, wall in told.items():
                print(f"{name:>16}: {wall:6.1f} s, {rows / wall / 1e6:.2f} million rows/s, {size / wall:.1f} MB/s")
            outs = [here / f"duck{rows}", here / f"spark{rows}-1", here / f"spark{rows}-2"]
            same = same and len({_mark(out) for out in outs}) == 1
    print("all results are the same" if same else "RESULTS DIFFER")
    return 0 if same else 1


def _folder(place: Path, rows: int) -> Path:
    place.mkdir()
    cells = ", ".join(f"CASE WHEN random() < 0.99 THEN CAST(random() * 3 AS TINYINT) END AS {q}" for q in NINE)
    each = rows // FILES
    for number in range(FILES):
        table = duckdb.sql(f"SELECT range AS id, {cells} FROM range({number * each}, {(number + 1) * each})")
        table.write_parquet(str(place / f"{number}.parquet"))
    return place


def _run(source: Path, out: Path, more: list[str]) -> float:
    asked = [sys.executable, "-m", "tongxin", "score", "phq9", str(source), "--columns", ",".join(NINE), "--id", "id"]
    return measured([*asked, "-o", str(out), *more])[0]


def _mark(out: Path) -> str:
    return str(duckdb.sql(f"SELECT count(*), sum(hash(COLUMNS(*))) FROM '{out}/parts/**/*.parquet'").fetchall())


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
