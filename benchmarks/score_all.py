"""Every shipped instrument over a million children, from Parquet to Parquet, and sheet by sheet in Python.

Run with `python -m benchmarks.score_all [rows] [seconds]`; with npm at hand SurveyJS is measured beside it.
"""

from __future__ import annotations

import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.targets import ROWS_A_SECOND, SHEETS_A_SECOND, at_least, verdict
from tongxin.batch.engines import Limits
from tongxin.batch.request import asked
from tongxin.batch.score import score_file
from tongxin.commands.score_instruments import instruments
from tongxin.core.instruments import Instrument, score

SURVEY = Path(__file__).parent / "yardsticks/survey_core.js"


def main(rows: int = 1_000_000, seconds: int = 3) -> int:
    """Print rows a second of each instrument, slowest first; 1 when one is below its target."""
    known = instruments()
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, {len(known)} instruments, {rows:,} rows")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        rates = {id: _rate(each, Path(folder), rows) for id, each in known.items()}
        for id, rate in sorted(rates.items(), key=lambda pair: pair[1]):
            print(f"{id:>14}: {rate:>12,.0f} rows/s, {len(known[id].items)} items")
        sheets = _sheets_a_second(known["phq_9"], seconds)
        print(f"one PHQ-9 sheet after the other in Python: {sheets:,.0f}/s")
        print(f"the same total by SurveyJS in Node: {_survey(Path(folder), seconds)}")
    slow = [line for id, rate in rates.items() for line in at_least(id, rate, ROWS_A_SECOND, "rows/s")]
    return verdict([*slow, *at_least("sheets in Python", sheets, SHEETS_A_SECOND, "sheets/s")])


def _rate(instrument: Instrument, folder: Path, rows: int) -> float:
    """Rows a second of one instrument, reading and writing included."""
    source, columns = folder / "answers.parquet", [item.id for item in instrument.scored_items]
    cells = ", ".join(_cell([option.code for option in instrument.item(id).options], id) for id in columns)
    duckdb.sql(f"SELECT range AS child, {cells} FROM range({rows})").write_parquet(str(source))
    request = asked(instrument, id_column="child", columns=columns)
    since = time.perf_counter()
    score_file(request, source, folder / "scores.parquet", bounds=Limits())
    return rows / (time.perf_counter() - since)


def _cell(codes: list[str | int], column: str) -> str:
    """Codes drawn at random, one in a hundred left out; numbers are stored as numbers."""
    listed = ", ".join(repr(code) for code in codes)
    type = "TINYINT" if all(isinstance(code, int) for code in codes) else "VARCHAR"
    drawn = f"CAST(([{listed}])[1 + CAST(floor(random() * {len(codes)}) AS INTEGER)] AS {type})"
    return f'CASE WHEN random() < 0.99 THEN {drawn} END AS "{column}"'


def _sheets_a_second(instrument: Instrument, seconds: int) -> float:
    chance = random.Random(1)
    ids = [item.id for item in instrument.items]
    sheets = [{id: chance.randint(0, 3) for id in ids} for _ in range(1000)]
    done, since = 0, time.perf_counter()
    while time.perf_counter() - since < seconds:
        for sheet in sheets:
            score(instrument, sheet)
        done += len(sheets)
    return done / (time.perf_counter() - since)


def _survey(folder: Path, seconds: int) -> str:
    """Sheets a second of SurveyJS, installed into `folder` for this once."""
    if not shutil.which("npm"):
        return "not measured, there is no npm"
    shutil.copy(SURVEY, folder / "run.js")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "survey-core@3"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    done = subprocess.run(["node", "run.js", str(seconds)], cwd=folder, check=True, capture_output=True, text=True)
    return f"{float(done.stdout):,.0f}/s"


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
