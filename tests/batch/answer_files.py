"""Files of answer sheets as the field sends them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from tests.core.instruments.questionnaires import shipped
from tongxin.batch.score import Outcome, score_table

NINE = [f"题{number}" for number in range(1, 10)]
HEAD = ["编号", *NINE]

Row = Sequence[Any]


def write_text(path: Path, rows: Sequence[Row], *, head: Row = HEAD, encoding: str = "utf-8", **more: Any) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **more).writerows([head, *rows])
    return path


def write_workbook(path: Path, rows: Sequence[Row], *, head: Row = HEAD) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in (head, *rows):
        workbook.active.append(list(row))
    workbook.save(path)
    return path


def write_parquet(path: Path, select: str) -> Path:
    duckdb.sql(select).write_parquet(str(path))
    return path


def read_text(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(
    source: Path, *, out: str = "out.csv", id: str = "phq_9", **more: Any
) -> tuple[list[dict[str, str]], Outcome]:
    """The rows of the CSV result, and what was told about them."""
    result = source.parent / out
    outcome = score_table(shipped(id), source, result, columns=more.pop("columns", NINE), id_column="编号", **more)
    return read_text(result), outcome


def brief(rows: Sequence[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    return [(row["编号"], row["total"], row["status"], row["alerts"]) for row in rows]
