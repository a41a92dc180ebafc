"""A file as a table that DuckDB can read, and the columns that were asked for."""

from __future__ import annotations

import csv
import itertools
import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch.dialects import name, quoted
from tongxin.batch.engines import Duck
from tongxin.batch.errors import TableError
from tongxin.batch.request import Request
from tongxin.batch.rows import sheet_rows, text_rows

SUFFIXES = (".csv", ".parquet", ".xlsx")
MAGIC = {
    b"PAR1": (".parquet",),
    b"PK\x03\x04": (".xlsx",),
    b"\xd0\xcf\x11\xe0": (".xls", ".et"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """SQL that yields the rows in the file's own order as columns `id`, `c0`, `c1`, …, `x0`, …; types of the `c`.

    `dropped` are the rows, counted from 1, that have more cells than the head and so belong to nobody surely;
    `short` those that have fewer, of which an answer may be lost.
    """

    query: str
    types: tuple[str, ...]
    id_type: str
    dropped: tuple[int, ...] = ()
    short: tuple[int, ...] = ()


def place(number: int, dropped: Sequence[int]) -> int:
    """The row of data in the file that stands at `number` among those that aren't `dropped`."""
    for each in dropped:
        if each > number:
            break
        number += 1
    return number


def open_source(
    engine: Duck, path: Path, *, request: Request, folder: Path, given: Mapping[str, str] | None = None
) -> Source:
    """What `request` asks of `path`; a text table is brought into shape in `folder` first.

    `given` are values that the names of the file's folders hold, `class=2` for one.
    """
    check_file(path)
    held = given or {}
    wanted = [request.id_column, *request.columns, *(column for column in request.more if column not in held)]
    dropped: list[int] = []
    short: list[int] = []
    if path.suffix.lower() == ".parquet":
        query, types = _parquet(engine, path, wanted)
    else:
        query, types, dropped, short = _spooled(engine, path, wanted, folder / "rows.csv")
    width = len(request.columns)
    own = iter(range(width, len(wanted) - 1))
    more = [
        f"{quoted(held[column])} AS x{index}" if column in held else f"c{next(own)} AS x{index}"
        for index, column in enumerate(request.more)
    ]
    if more:
        query = f"SELECT {', '.join(['id', *(f'c{index}' for index in range(width)), *more])} FROM ({query})"
    return Source(query, tuple(types[1 : width + 1]), types[0], dropped=tuple(dropped), short=tuple(short))


def check_file(path: Path) -> None:
    if not path.is_file():
        raise TableError(f"找不到文件 {path.name}。请核对路径。")
    if path.stat().st_size == 0:
        raise TableError(f"文件 {path.name} 是空的。")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TableError(f"不认识后缀“{path.suffix}”。可用 .csv、.parquet、.xlsx。")
    with path.open("rb") as file:
        start = file.read(4)
    actual = next((suffixes for magic, suffixes in MAGIC.items() if start.startswith(magic)), (".csv",))
    if suffix not in actual:
        raise TableError(f"文件后缀是 {suffix}，内容却不是。请改成正确的后缀，或重新另存。")


def parquet_types(engine: Duck, path: Path) -> dict[str, str]:
    """The type of each column of a Parquet file."""
    try:
        described = engine.rows(f"DESCRIBE SELECT * FROM {parquet(path)}")
    except duckdb.Error:
        raise TableError("Parquet 文件不完整或已损坏。请重新导出。") from None
    return {str(row[0]): str(row[1]) for row in described}


def parquet(path: Path) -> str:
    """SQL for the rows of one Parquet file, whatever characters stand in its name."""
    literal = re.sub(r"([\[*?])", r"[\1]", str(path))
    return f"read_parquet({quoted(literal)}, hive_partitioning = false)"


def _parquet(engine: Duck, path: Path, wanted: Sequence[str]) -> tuple[str, list[str]]:
    types = parquet_types(engine, path)
    found = [_match(list(types), column) for column in wanted]
    chosen = ", ".join(f"{name(column)} AS {alias}" for column, alias in zip(found, _aliases(found), strict=True))
    return f"SELECT {chosen} FROM {parquet(path)}", [types[column] for column in found]


def _spooled(
    engine: Duck, path: Path, wanted: Sequence[str], spool: Path
) -> tuple[str, list[str], list[int], list[int]]:
    """The asked cells, rewritten as a table without quirks, counted in and counted out."""
    header, rows = _table(path, wanted)
    places = [header.index(_match(header, column)) for column in wanted]
    chosen = operator.itemgetter(*places)
    count, width = 0, len(header)
    headed = max((place for place, heading in enumerate(header, start=1) if heading), default=0)
    dropped: list[int] = []
    short: list[int] = []
    with spool.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(rows, start=1):
            if len(row) < headed:
                short.append(number)
            if len(row) < width:
                row = row + [""] * (width - len(row))
            elif any(row[width:]):
                dropped.append(number)
                continue
            writer.writerow(chosen(row))
            count += 1
    names = ", ".join(f"{quoted(alias)}: 'VARCHAR'" for alias in _aliases(wanted))
    shape = "auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\n'"
    table = f"read_csv({quoted(str(spool))}, {shape}, columns={{{names}}}, force_not_null=['id'])"
    engine.rows(f"CREATE OR REPLACE TEMP TABLE spooled AS SELECT * FROM {table}")
    if engine.one("SELECT count(*) FROM spooled")[0] != count:
        raise TableError("文件里有读不准的行，未写出任何结果。请在表格软件中打开，再另存为 CSV。")
    return "SELECT * FROM spooled", ["VARCHAR"] * len(wanted), dropped, short


def _table(path: Path, wanted: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
    """The head and the numbered rows; of a workbook, the first sheet that has every asked column."""
    if path.suffix.lower() == ".csv":
        return _headed(text_rows(path))
    tables = [_headed(rows) for rows in sheet_rows(path)]
    if not tables:
        raise TableError("工作簿里没有工作表。")
    return next((table for table in tables if set(wanted) <= set(table[0])), tables[0])


def _headed(rows: Iterator[list[str]]) -> tuple[list[str], Iterator[list[str]]]:
    filled = (row for row in rows if any(cell.strip() for cell in row))
    header: list[str] = next(filled, [])
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
