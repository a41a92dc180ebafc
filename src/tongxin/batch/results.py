"""A result of `tongxin score`, opened again: its rows, and what they are grouped by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch.dialects import name, quoted
from tongxin.batch.engines import Duck
from tongxin.batch.errors import TableError
from tongxin.batch.manifest import MANIFEST
from tongxin.batch.request import AGE, MISSING, SEX

FOUND = ("total", "band", "status", "alerts")
PARTS, BAND_OF = "parts", "band_"


@dataclass(frozen=True, slots=True)
class Result:
    """SQL for the scored rows, the columns that they have beside their scores, the instrument if it is known."""

    query: str
    columns: frozenset[str]
    by: tuple[str, ...]
    instrument: str = ""
    definition: str = ""


def open_result(engine: Duck, path: Path, *, by: Sequence[str]) -> Result:
    """The result in a folder, or in one file of it."""
    if path.is_dir():
        return _folder(engine, path, by)
    if not path.is_file():
        raise TableError(f"找不到 {path.name}。请核对路径。")
    readers = {".parquet": "read_parquet({}, hive_partitioning = false)", ".csv": "read_csv({}, all_varchar = true)"}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TableError("汇总只读 tongxin score 写出的文件夹、.parquet 或 .csv。")
    return _checked(engine, f"SELECT * FROM {reader.format(quoted(str(path)))}", by)


def _folder(engine: Duck, path: Path, by: Sequence[str]) -> Result:
    try:
        wish = json.loads((path / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise TableError(f"{path.name} 不是 tongxin score 写出的文件夹。") from None
    if not any((path / PARTS).rglob("*.parquet")):
        raise TableError(f"{path.name} 里还没有结果。请先把计分做完。")
    escaped = str(path / PARTS).replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    rows = f"SELECT * FROM read_parquet({quoted(f'{escaped}/**/*.parquet')}, hive_partitioning = false)"
    found = _checked(engine, rows, by or wish["by"])
    return Result(found.query, found.columns, found.by, wish["instrument"], wish["definition"])


def _checked(engine: Duck, query: str, by: Sequence[str]) -> Result:
    try:
        columns = [str(row[0]) for row in engine.rows(f"DESCRIBE {query}")]
    except duckdb.Error:
        raise TableError("结果文件不完整或已损坏。请重新计分。") from None
    lacking = [column for column in (*FOUND, *by) if column not in columns]
    if lacking:
        raise TableError(f"结果里没有“{'、'.join(lacking)}”这几列，汇总不了。请核对是不是 tongxin score 写出的。")
    kept = ["TRY_CAST(total AS DOUBLE) AS total, band, status, coalesce(alerts, '') AS alerts"]
    kept += [f"TRY_CAST({column} AS INTEGER) AS {column}" for column in (MISSING, AGE) if column in columns]
    kept += [SEX] if SEX in columns else []
    kept += [name(column) for column in columns if column.startswith(BAND_OF) and column not in by]
    kept += [f"coalesce(CAST({name(column)} AS VARCHAR), '') AS b{index}" for index, column in enumerate(by)]
    return Result(f"SELECT {', '.join(kept)} FROM ({query})", frozenset(columns), tuple(by))
