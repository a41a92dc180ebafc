"""A result written whole or not at all, safe to open in a table program."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from tongxin.batch.dialects import name, quoted
from tongxin.batch.engines import Duck
from tongxin.batch.errors import TableError

MOST_SHEET_ROWS = 1_048_575
MOST_EXACT = 10**15
FORMATS = (".csv", ".parquet", ".xlsx")
FORMULA = "^[=+@\\t\\r-]"
PLAIN_NUMBER = "^[+-]?[0-9]+(\\.[0-9]+)?$"


def check_out(path: Path, *, source: Path) -> None:
    """Refuse, before any work, a place that can't or must not be written."""
    if path.suffix.lower() not in FORMATS:
        raise TableError(f"不认识输出后缀“{path.suffix}”。可用 .csv、.parquet、.xlsx。")
    if not path.parent.is_dir():
        raise TableError(f"输出文件夹 {path.parent} 不存在。请先建好。")
    if path.is_dir():
        raise TableError(f"{path.name} 是文件夹，不能写成文件。请换一个名字。")
    if path.exists() and source.exists() and path.samefile(source):
        raise TableError("输出文件就是输入文件，会毁掉原始数据。请换一个输出名。")


def write(engine: Duck, query: str, path: Path, *, headings: Sequence[str]) -> int:
    """How many rows of `query` now stand in `path`, where nothing is replaced before all is written."""
    handle, draft_name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    draft = Path(draft_name)
    try:
        rows = _write(engine, query, draft, headings)
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def write_part(engine: Duck, query: str, draft: Path, *, headings: Sequence[str]) -> int:
    """How many rows of `query` now stand in the Parquet file `draft`, on the disk for certain."""
    rows = int(engine.one(f"COPY ({_named(engine, query, headings)}) TO {quoted(str(draft))} (FORMAT parquet)")[0])
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return rows


def harmless(column: str) -> str:
    """SQL for a text that no table program takes for a formula; a plain number stays as it is."""
    text = f"CAST({column} AS VARCHAR)"
    formula = f"regexp_matches({text}, {quoted(FORMULA)}) AND NOT regexp_matches({text}, {quoted(PLAIN_NUMBER)})"
    return f"CASE WHEN {formula} THEN concat('''', {text}) ELSE {text} END"


def _write(engine: Duck, query: str, draft: Path, headings: Sequence[str]) -> int:
    if draft.suffix.lower() == ".xlsx":
        return _write_workbook(engine, query, draft, headings)
    if draft.suffix.lower() == ".csv":
        query = f"SELECT * REPLACE ({harmless('id')} AS id, nullif(alerts, '') AS alerts) FROM ({query})"
        headings = [f"'{heading}" if re.match(FORMULA, heading) else heading for heading in headings]
    options = "FORMAT csv, HEADER" if draft.suffix.lower() == ".csv" else "FORMAT parquet"
    return int(engine.one(f"COPY ({_named(engine, query, headings)}) TO {quoted(str(draft))} ({options})")[0])


def _named(engine: Duck, query: str, headings: Sequence[str]) -> str:
    columns = [str(row[0]) for row in engine.rows(f"DESCRIBE {query}")]
    named = ", ".join(f"{name(c)} AS {name(heading)}" for c, heading in zip(columns, headings, strict=True))
    return f"SELECT {named} FROM ({query})"


def _write_workbook(engine: Duck, query: str, draft: Path, headings: Sequence[str]) -> int:
    counted = engine.one(f"SELECT count(*) FROM ({query})")[0]
    if counted > MOST_SHEET_ROWS:
        raise TableError(f"结果有 {counted} 行，一张工作表放不下。请输出为 .csv 或 .parquet。")
    workbook = xlsxwriter.Workbook(str(draft), {"constant_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading)
    result = engine.connection.execute(query)
    number = 0
    while rows := result.fetchmany(10_000):
        for row in rows:
            number += 1
            for column, value in enumerate(row):
                if isinstance(value, int | float) and abs(value) <= MOST_EXACT:
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, str(value))
    workbook.close()
    return number


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
