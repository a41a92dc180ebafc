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
from tongxin.core.indicators import KIND, read
from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.core.language import Kind
from tongxin.indicators import nation
from tongxin.indicators.export import DIVISIONS, EXPORTED, FILE
from tongxin.lib import definitions, places

CHILDREN, PROVINCES = 10_000_000, 31
MINUTES, PEAK = 10, 12_288
VILLAGES = 19_404
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
# Rows for each child, 30 in all; what isn't about single children is by village.
PER_CHILD = {
    "cases": 1, "spans": 1.3, "identifications": 2, "assessments": 0.6, "sheets": 0.9, "grades": 0.5, "standings": 1.5,
    "rolls": 8, "visits": 7, "contacts": 2,
    "tasks": 12.6, "referrals": 0.2, "feedback": 0.5, "consents": 0.3, "courses": 0.1, "course_ends": 0.08,
    "sessions": 0.7, "crises": 0.03, "crisis_times": 0.03, "reports": 0.01, "plans": 0.3, "reviews": 0.5,
    "closures": 0.1, "mediations": 0.01, "participants": 0.8, "loop": 1, "problems": 1, "needs": 0.5,
    "grants": 0.15, "clues": 0.02,
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
    "turn": ("asked", "approved"), "problem": ("mind", "living", "education"), "need": ("medical", "education_aid"),
    "source": ("visit", "plan"), "state_then": ("new", "going_on", "solved"), "answer": ("received", "refused"),
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
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SELECT setseed(0.5)")
        for number in range(PROVINCES):
            connection.execute(f"CREATE OR REPLACE TEMP TABLE villages AS {_villages(number)}")
            _places(connection, folder, number)
            for name, facts in EXPORTED.items():
                villages = 620_000 * share
                rows = PER_CHILD[name] * CHILDREN * share if name in PER_CHILD else PER_VILLAGE[name] * villages
                many += _write(connection, folder, facts, number, int(rows / PROVINCES) + 1, share)
    return many


def _places(connection: duckdb.DuckDBPyConnection, folder: Path, province: int) -> None:
    """The places of a province, as an export lists them."""
    levels = " UNION ALL ".join(
        f"SELECT DISTINCT {level} AS code, '地方' || {level} AS name, '{level}' AS level, "
        + ", ".join(each if LEVELS.index(each) <= at else f"NULL::VARCHAR AS {each}" for each in LEVELS)
        + " FROM villages" for at, level in enumerate(LEVELS)
    )
    path = folder / "places" / f"part={province + 11}" / DIVISIONS
    path.parent.mkdir(parents=True)
    connection.execute(f"COPY ({levels}) TO '{path}' (FORMAT parquet)")


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, facts: FactSet, province: int, rows: int, share: float
) -> int:
    path = folder / facts.id / f"part={province + 11}" / FILE
    path.parent.mkdir(parents=True)
    lowest = LEVELS.index(facts.lowest)
    places = [f"{level if at <= lowest else 'NULL::VARCHAR'} AS {level}" for at, level in enumerate(LEVELS)]
    columns = ", ".join([*places, *_keys(facts), *_values(facts)])
    # A child lives in one village: the number of the child says which.
    children = max(int(CHILDREN * share / PROVINCES), 1)
    source = (
        f"SELECT c, villages.* FROM (SELECT {province * children} + floor(random() * {children})::INTEGER AS c "
        f"FROM range({rows})) JOIN villages ON villages.number = c % {VILLAGES}"
    )
    connection.execute(
        f"COPY (SELECT {columns} FROM ({source})) TO '{path}' "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 500000)"
    )
    return rows


def _villages(province: int) -> str:
    """A province of 11 cities, 9 counties in each, 14 towns in each, 14 villages in each."""
    code = province + 11
    parts = {"city": (11, 2), "county": (99, 4), "town": (1386, 7), "village": (VILLAGES, 10)}
    named = ", ".join(
        f"'{code}' || lpad((range % {many})::VARCHAR, {wide}, '0') AS {level}" for level, (many, wide) in parts.items()
    )
    return f"SELECT range AS number, '{code}' AS province, {named} FROM range({VILLAGES})"


def _keys(facts: FactSet) -> list[str]:
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
    whens = " ".join(f"WHEN {at} THEN '{each}'" for at, each in enumerate(codes[:-1]))
    return f"CASE floor(random() * {len(codes)})::TINYINT {whens} ELSE '{codes[-1]}' END"


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
