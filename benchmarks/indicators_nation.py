"""All figures over a generated nation: 10 million children, 300 million records, five levels, on DuckDB.

Run with `python -m benchmarks.indicators_nation [share] [folder]`; a share of 0.01 is one in a hundred. The files are
generated province by province, with the columns and kinds of values that an export has, then every indicator is
computed in a process of its own, down to the county.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.score_large import measured
from benchmarks.targets import at_most, verdict
from tongxin.core.indicators import KIND, SETS, read
from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.core.language import Kind
from tongxin.indicators import nation
from tongxin.indicators.export import FILE
from tongxin.lib import definitions, places

CHILDREN, PROVINCES = 10_000_000, 31
MINUTES, PEAK = 10, 12_288
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
# Rows for each child, 30 in all; what isn't about single children is by village.
PER_CHILD = {
    "cases": 1, "spans": 1.3, "identifications": 2, "assessments": 0.6, "grades": 0.5, "visits": 7, "contacts": 2,
    "tasks": 12.6, "referrals": 0.2, "feedback": 0.5, "consents": 0.3, "courses": 0.1, "course_ends": 0.08,
    "sessions": 0.7, "crises": 0.03, "reports": 0.01, "plans": 0.3, "reviews": 0.5, "closures": 0.1,
    "mediations": 0.01, "participants": 0.8, "grants": 0.15, "clues": 0.02,
}
PER_VILLAGE = {
    "posts": 1.3, "credits": 4, "trainings": 0.1, "sites": 0.5, "rooms": 0.05, "occasions": 2, "publicity": 0.2,
    "meetings": 0.01, "money": 0.2,
}
CODES = {
    "level": ("low", "mid_low", "mid_high", "high", "ungraded", "unknown"), "sex": ("male", "female", "unknown"),
    "before": ("low", "mid_low", "mid_high", "high"), "identified": ("healthy", "refer", "none"),
    "stage": ("registered", "identified_healthy", "plan_active", "following_up", "closed"),
    "category": ("orphan", "de_facto_unattended", "left_behind", "migrant", "poor_family"),
    "result": ("healthy", "refer", "incomplete", "better", "same"), "seen": ("yes", "no"),
    "step": ("identify", "assess", "visit", "visit_healthy", "contact", "reassess", "make_plan", "crisis.take_over"),
    "state": ("done", "open", "paid", "answered", "closed", "held"), "outcome": ("agrees", "refuses", "well"),
    "attended": ("present", "absent"), "way": ("phone", "face", "group"), "channel": ("line_12345", "police"),
    "role": ("child_director", "child_supervisor", "counsellor"), "reason": ("goals_reached", "turned_18"),
    "kind": ("crisis", "medical", "school", "lecture"), "satisfied": ("yes", "no", ""),
    "account": ("bank", "income_relief", "spent_mind"), "purpose": ("study", "medical"), "change": ("better", "same"),
}


def main(share: float = 1.0, folder: str = "") -> int:
    """Print how long it took and the most memory; 1 when it is too slow or too large for the whole nation."""
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}")
    base = Path(folder or tempfile.mkdtemp(dir=os.environ.get("BENCH_FOLDER")))
    try:
        since = time.perf_counter()
        rows = generate(base / "facts", share)
        print(f"generated {int(CHILDREN * share):,} children, {rows:,} records in {time.perf_counter() - since:.0f} s")
        command = [sys.executable, "-m", "benchmarks.indicators_nation", "compute", str(base / "facts")]
        seconds, peak = measured(command)
    finally:
        if not folder:
            shutil.rmtree(base, ignore_errors=True)
    print(f"all indicators: {seconds:.1f} s, peak {peak:.0f} MB")
    return verdict([
        *at_most("time", seconds / 60, MINUTES, "minutes"), *at_most("peak memory", peak, PEAK, "MB"),
    ])


def generate(folder: Path, share: float) -> int:
    """How many rows were written, a file for each province and set."""
    many = 0
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as connection:
        connection.execute("SELECT setseed(0.5)")
        for number in range(PROVINCES):
            for name, facts in SETS.items():
                villages = 620_000 * share
                rows = PER_CHILD[name] * CHILDREN * share if name in PER_CHILD else PER_VILLAGE[name] * villages
                many += _write(connection, folder, facts, number, int(rows / PROVINCES) + 1, share)
    return many


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, facts: FactSet, province: int, rows: int, share: float
) -> int:
    path = folder / facts.id / f"part={province + 11}" / FILE
    path.parent.mkdir(parents=True)
    columns = ", ".join([*_places(facts, province), *_keys(facts, share), *_values(facts)])
    # A child lives in one village: the number of the child says which.
    child = f"floor(random() * {max(int(CHILDREN * share / PROVINCES), 1)})::BIGINT"
    source = f"SELECT {child} AS c FROM range({rows})"
    connection.execute(f"COPY (SELECT {columns} FROM ({source})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return rows


def _places(facts: FactSet, province: int) -> list[str]:
    """A province of 11 cities, 9 counties in each, 14 towns in each, 14 villages in each."""
    code = f"{province + 11}"
    parts = {
        "province": f"'{code}'", "city": f"'{code}' || lpad((c % 11)::VARCHAR, 2, '0')",
        "county": f"'{code}' || lpad((c % 99)::VARCHAR, 4, '0')",
        "town": f"'{code}' || lpad((c % 1386)::VARCHAR, 7, '0')",
        "village": f"'{code}' || lpad((c % 19404)::VARCHAR, 10, '0')",
    }
    lowest = LEVELS.index(facts.lowest)
    return [f"{parts[level] if at <= lowest else 'NULL::VARCHAR'} AS {level}" for at, level in enumerate(LEVELS)]


def _keys(facts: FactSet, share: float) -> list[str]:
    sql = {"child": "c * 31", "household": "c // 2", "person": "c % 20000", "meeting": "c * 7 % 1000003"}
    return [f"({sql[key]})::BIGINT AS {key}" for key in facts.keys]


def _values(facts: FactSet) -> list[str]:
    return [f"{_value(name, each.type.kind)} AS {name}" for name, each in facts.facts.items()]


def _value(name: str, kind: Kind) -> str:
    if kind is Kind.BOOL:
        return "random() < 0.8"
    if kind is Kind.DATE:
        start = "DATE '2008-01-01'" if name == "born" else "DATE '2024-07-01'"
        day = f"({start} + floor(random() * {6000 if name == 'born' else 540})::INTEGER)"
        return f"CASE WHEN random() < 0.9 THEN {day} END"
    if kind is Kind.INT:
        return "floor(random() * 3000)::BIGINT"
    codes = CODES.get(name, ("a", "b", "c"))
    listed = ", ".join(f"'{each}'" for each in codes)
    return f"[{listed}][1 + floor(random() * {len(codes)})::INTEGER]"


def compute(folder: str) -> int:
    """Every indicator, down to the county."""
    library = definitions.load_all(places.definitions_folder())
    groups = [read(definitions.resolve(library, KIND, id, regions=(), on=LAST).content) for id in library.ids(KIND)]
    base = Path(folder)
    figures = nation.compute(groups, [base], first=FIRST, last=LAST, lowest="county", spill=base.parent)
    return 0 if len(figures) == sum(len(each.indicators) for each in groups) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["compute"]:
        sys.exit(compute(sys.argv[2]))
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0, sys.argv[2] if len(sys.argv) > 2 else ""))
