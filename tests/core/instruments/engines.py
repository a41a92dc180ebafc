"""The three scorers side by side: Python, the phone's JavaScript, and SQL over a file."""

from __future__ import annotations

import csv
import dataclasses
import json
import subprocess
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from tests.core.instruments.questionnaires import Content
from tongxin.batch.score import Outcome, score_table
from tongxin.batch.sql import Who, score_query
from tongxin.core.instruments import Instrument, Score, read, score

Sheet = Mapping[str, Any]
SCORER = Path(__file__).with_name("scorer.js")


def by_python(content: Content, sheets: Sequence[Sheet], ages: Sequence[int | None]) -> list[Any]:
    instrument = read(content)
    scores = [score(instrument, sheet, age_months=age) for sheet, age in zip(sheets, ages, strict=True)]
    return [as_json(each) for each in scores]


def as_json(result: Score) -> Any:
    """A score as the phone says it."""

    def plain(value: Any) -> Any:
        return str(value) if isinstance(value, Decimal) else value

    return json.loads(json.dumps(dataclasses.asdict(result), default=plain))


def by_javascript(content: Content, sheets: Sequence[Sheet], ages: Sequence[int | None]) -> list[Any]:
    asked = [{"answers": sheet, "ageMonths": age} for sheet, age in zip(sheets, ages, strict=True)]
    line = json.dumps({"instrument": content, "sheets": asked}) + "\n"
    done = subprocess.run(["node", str(SCORER)], input=line, capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def by_sql(content: Content, sheets: Sequence[Sheet], folder: Path) -> tuple[list[dict[str, str]], Outcome]:
    """The rows of the result of scoring the sheets as a CSV file, with every item asked."""
    instrument = read(content)
    ids = [item.id for item in instrument.items]
    source, out = folder / "sheets.csv", folder / "scores.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *ids])
        writer.writerows([number, *(sheet.get(id) for id in ids)] for number, sheet in enumerate(sheets))
    outcome = score_table(instrument, source, out, columns=ids, id_column="id")
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), outcome


def as_row(number: int, instrument: Instrument, result: Score) -> dict[str, str]:
    """A score as a row of the result file says it."""
    main, *others = instrument.scales
    codes = dict.fromkeys(alert.code for alert in result.alerts)
    order = dict.fromkeys(critical.alert for item in instrument.items for critical in item.critical)
    row = {"id": str(number), "total": result.totals[main.id], "status": result.status}
    row |= {scale.id: result.totals[scale.id] for scale in others}
    row |= {"band": result.band[main.id], "alerts": ";".join(code for code in order if code in codes)}
    return {key: "" if value is None else str(value) for key, value in row.items()}


WHO = Who(age_months="age", sex="sex", informant="informant", seconds="seconds")


def fully_by_sql(
    instrument: Instrument, points: Sequence[Mapping[str, int | None]], rows: Sequence[tuple[Any, ...]]
) -> list[dict[str, Any]]:
    """Everything that SQL says of sheets of points, each with what is known of child and informant."""
    ids = [item.id for item in instrument.items]
    known = ("age", "sex", "informant", "seconds")
    rowed = [
        (number, *(sheet.get(id) for id in ids), *row)
        for number, (sheet, row) in enumerate(zip(points, rows, strict=True))
    ]
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rowed)
    types = [f"CAST({name} AS {'VARCHAR' if name in ('sex', 'informant') else 'INTEGER'}) AS {name}" for name in
             ("id", *ids, *known)]  # fmt: skip
    table = f"SELECT {', '.join(types)} FROM (VALUES {values}) AS sheets(id, {', '.join((*ids, *known))})"
    query = score_query(instrument, table, given={id: id for id in ids}, who=WHO, full=True)
    found = _engine().execute(f"SELECT * FROM ({query}) ORDER BY id")
    heads = [str(each[0]) for each in found.description or ()]
    return [dict(zip(heads, row, strict=True)) for row in found.fetchall()]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _literal(value: Any) -> str:
    return "NULL" if value is None else repr(value)


def as_full_row(number: int, instrument: Instrument, result: Score) -> dict[str, Any]:
    """A score as a full row of SQL says it."""
    order = dict.fromkeys(critical.alert for item in instrument.items for critical in item.critical)
    kinds = {
        kind: {alert.code for alert in result.alerts if kind in ("", alert.kind)}
        for kind in ("", "crisis", "safety_check")
    }
    row: dict[str, Any] = {"id": number, "status": result.status, "band": result.band[instrument.main.id]}
    row |= {f"s{index}": result.totals[scale.id] for index, scale in enumerate(instrument.scales)}
    row |= {f"band{index}": result.band[scale.id] for index, scale in enumerate(instrument.scales)}
    row |= {f"standard{index}": result.standards.get(scale.id) for index, scale in enumerate(instrument.scales)}
    said = {kind: ";".join(code for code in order if code in codes) for kind, codes in kinds.items()}
    row |= {"alerts": said[""], "crisis": said["crisis"], "safety_check": said["safety_check"]}
    row |= {"norm": result.norm, "failed": ";".join(result.failed), "made_up": sum(result.made_up.values())}
    return row
