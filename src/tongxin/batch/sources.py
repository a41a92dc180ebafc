"""A file as a table that DuckDB can read, and the columns that were asked for."""

from __future__ import annotations

import csv
import itertools
import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch.errors import TableError
from tongxin.batch.rows import sheet_rows, text_rows

MAGIC = {
    b"PAR1": (".parquet",),
    b"PK\x03\x04": (".xlsx",),
    b"\xd0\xcf\x11\xe0": (".xls", ".et"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """SQL that yields the rows in the file's own order as columns `id`, `c0`, `c1`, … and their types."""

    query: str
    types: tuple[str, ...]


def quoted(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """`text` as an SQL name."""
    return '"' + text.replace('"', '""') + '"'


def open_source(
    engine: duckdb.DuckDBPyConnection, path: Path, *, id_column: str, columns: Sequence[str], folder: Path
) -> Source:
    """The asked columns of `path`; a text table is brought into shape in `folder` first."""
    _check_file(path)
    wanted = [id_column, *columns]
    if path.suffix.lower() == ".parquet":
        return _parquet(engine, path, wanted)
    return _spooled(engine, path, wanted, folder / "rows.csv")


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise TableError(f"找不到文件 {path.name}。请核对路径。")
    if path.stat().st_size == 0:
        raise TableError(f"文件 {path.name} 是空的。")
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet", ".xlsx"):
        raise TableError(f"不认识后缀“{path.suffix}”。可用 .csv、.parquet、.xlsx。")
    with path.open("rb") as file:
        start = file.read(4)
    actual = next((suffixes for magic, suffixes in MAGIC.items() if start.startswith(magic)), (".csv",))
    if suffix not in actual:
        raise TableError(f"文件后缀是 {suffix}，内容却不是。请改成正确的后缀，或重新另存。")


def _parquet(engine: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str]) -> Source:
    literal = re.sub(r"([\[*?])", r"[\1]", str(path))
    table = f"read_parquet({quoted(literal)})"
    try:
        described = engine.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    except duckdb.Error:
        raise TableError("Parquet 文件不完整或已损坏。请重新导出。") from None
    types = {str(row[0]): str(row[1]) for row in described}
    found = [_match(list(types), column) for column in wanted]
    chosen = ", ".join(f"{name(column)} AS {alias}" for column, alias in zip(found, _aliases(found), strict=True))
    return Source(query=f"SELECT {chosen} FROM {table}", types=tuple(types[column] for column in found[1:]))


def _spooled(engine: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str], spool: Path) -> Source:
    """The asked cells, rewritten as a table without quirks, counted in and counted out."""
    header, rows = _table(path, wanted)
    places = [header.index(_match(header, column)) for column in wanted]
    chosen = operator.itemgetter(*places)
    count = 0
    with spool.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in rows:
            if len(row) < len(header):
                row = row + [""] * (len(header) - len(row))
            elif any(row[len(header) :]):
                raise TableError(f"第 {number} 行的格数比表头多。请检查是否有多余的逗号，再试。")
            writer.writerow(chosen(row))
            count += 1
    names = ", ".join(f"{quoted(alias)}: 'VARCHAR'" for alias in _aliases(wanted))
    shape = "auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\n'"
    table = f"read_csv({quoted(str(spool))}, {shape}, columns={{{names}}}, force_not_null=['id'])"
    engine.execute(f"CREATE TEMP TABLE spooled AS SELECT * FROM {table}")
    read = engine.execute("SELECT count(*) FROM spooled").fetchone()
    if read is None or read[0] != count:
        raise TableError("文件里有读不准的行，未写出任何结果。请在表格软件中打开，再另存为 CSV。")
    return Source(query="SELECT * FROM spooled", types=("VARCHAR",) * (len(wanted) - 1))


def _table(path: Path, wanted: Sequence[str]) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The head and the numbered rows; of a workbook, the first sheet that has every asked column."""
    if path.suffix.lower() == ".csv":
        return _headed(text_rows(path))
    tables = [_headed(rows) for rows in sheet_rows(path)]
    if not tables:
        raise TableError("工作簿里没有工作表。")
    return next((table for table in tables if set(wanted) <= set(table[0])), tables[0])


def _headed(rows: Iterator[list[str]]) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    filled = ((number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row))
    header = next(filled, (0, []))[1]
    return [cell.strip() for cell in header], filled


def _match(header: Sequence[str], wanted: str) -> str:
    found = header.count(wanted)
    if found > 1:
        raise TableError(f"表头里有 {found} 个“{wanted}”，不知道用哪一个。请改名后再试。")
    if not found:
        shown = "、".join(itertools.islice(filter(None, header), 30)) or "（没有表头）"
        raise TableError(f"文件里没有“{wanted}”这一列。文件的列：{shown}。")
    return wanted


def _aliases(wanted: Sequence[str]) -> list[str]:
    return ["id", *(f"c{index}" for index in range(len(wanted) - 1))]
