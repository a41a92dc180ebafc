"""The three scorers side by side: Python, the phone's JavaScript, and SQL over a file."""

from __future__ import annotations

import csv
import dataclasses
import json
import subprocess
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.core.instruments.questionnaires import Content
from tongxin.batch.score import Outcome, score_table
from tongxin.core.instruments import Instrument, Score, read, score

Sheet = Mapping[str, Any]
SCORER = Path(__file__).with_name("scorer.js")


def by_python(content: Content, sheets: Sequence[Sheet], ages: Sequence[int | None]) -> list[Any]:
    instrument = read(content)
    scores = [score(instrument, sheet, age_months=age) for sheet, age in zip(sheets, ages, strict=True)]
    return [as_json(each) for each in scores]


def as_json(result: Score) -> Any:
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
