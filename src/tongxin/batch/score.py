"""A whole file of answer sheets, scored."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch.cells import Codes, Judged, canonical, judged
from tongxin.batch.errors import TableError
from tongxin.batch.remarks import Remarks, remarks
from tongxin.batch.sources import Source, open_source, quoted
from tongxin.batch.sql import score_query
from tongxin.batch.writing import check_out, write
from tongxin.core.instruments.definition import Instrument, Item

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """How many cells of a column hold no possible code, and the first row (counted from 1) that does."""

    column: str
    cells: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was scored: rows, rejected cells, critical items that had no column, and what is odd about the file."""

    rows: int
    rejections: tuple[Rejection, ...]
    unasked: tuple[str, ...]
    remarks: Remarks


def score_table(
    instrument: Instrument,
    source: Path,
    out: Path,
    *,
    columns: Sequence[str],
    id_column: str,
    recode: Mapping[str, str] | None = None,
) -> Outcome:
    """Score each row of `source` into `out`; a cell with an impossible code is counted, never guessed."""
    items = asked_items(instrument, columns)
    headings = output_headings(instrument, id_column)
    meanings = checked_recode(instrument, recode or {})
    _check_columns(columns, id_column)
    check_out(out, source=source)
    try:
        with tempfile.TemporaryDirectory(prefix="tongxin-") as folder, duckdb.connect(config=SETTINGS) as engine:
            engine.execute(f"SET temp_directory = {quoted(folder)}")
            table = open_source(engine, source, id_column=id_column, columns=columns, folder=Path(folder))
            cells = _judged(engine, table, columns, items, meanings)
            rejections = _rejections(engine, table, columns, cells)
            noted = remarks(engine, table, recode=meanings)
            chosen = ", ".join(f"{cell.score} AS a{index}" for index, cell in enumerate(cells))
            given = {item.id: f"a{index}" for index, item in enumerate(items)}
            scored = score_query(instrument, f"SELECT id, {chosen} FROM ({table.query})", given=given)
            rows = write(engine, scored, out, headings=headings)
    except duckdb.Error:
        raise TableError("文件内容读到一半出错，或磁盘写不下，没有写出结果。请核对文件和磁盘空间。") from None
    asked = {item.id for item in items}
    unasked = tuple(item.number for item in instrument.items if item.critical and item.id not in asked)
    return Outcome(rows=rows, rejections=rejections, unasked=unasked, remarks=noted)


def _judged(
    engine: duckdb.DuckDBPyConnection,
    table: Source,
    columns: Sequence[str],
    items: Sequence[Item],
    recode: Mapping[str, str],
) -> list[Judged]:
    return [
        judged(
            engine,
            table.query,
            column=f"c{index}",
            type=table.types[index],
            heading=columns[index],
            codes=Codes(item=item, recode=recode),
        )
        for index, item in enumerate(items)
    ]


def asked_items(instrument: Instrument, columns: Sequence[str]) -> tuple[Item, ...]:
    """The items that `columns` answer, in printed order: the scored ones, or all of them."""
    for items in (instrument.scored_items, instrument.items):
        if len(items) == len(columns):
            return items
    scored, printed = instrument.scored_items, instrument.items
    expected = f"{len(scored)} 列（第 {'、'.join(item.number for item in scored)} 题）"
    if len(printed) > len(scored):
        expected += f"，或全部 {len(printed)} 列（再加 {'、'.join(i.number for i in printed if not i.scored)}）"
    raise TableError(f"--columns 给了 {len(columns)} 列，{instrument.zh}应按印刷顺序给 {expected}。")


def output_headings(instrument: Instrument, id_column: str) -> list[str]:
    """The head of the result: the row's id under its own name, then what was found."""
    scales = ["total", *(scale.id for scale in instrument.scales[1:])]
    headings = [id_column, *scales, "band", "status", "alerts"]
    if id_column in headings[1:]:
        raise TableError(f"编号列“{id_column}”与结果列同名。请先把它改名。")
    return headings


def checked_recode(instrument: Instrument, recode: Mapping[str, str]) -> dict[str, str]:
    """The recoding in canonical codes; each target is a code of the instrument or a blank."""
    codes = {str(option.code) for item in instrument.items for option in item.options}
    meanings: dict[str, str] = {}
    for source, target in recode.items():
        before, after = canonical(source), canonical(target)
        if after and after not in codes:
            raise TableError(f"--recode 里的“{source}={target}”：{instrument.zh}没有代码“{target}”。")
        if meanings.get(before, after) != after:
            raise TableError(f"--recode 里“{source}”写了两次。请只留一个。")
        meanings[before] = after
    return meanings


def _check_columns(columns: Sequence[str], id_column: str) -> None:
    for index, column in enumerate(columns):
        if column in columns[:index]:
            raise TableError(f"--columns 里“{column}”写了两次。每题各用一列。")
        if column == id_column:
            raise TableError(f"“{column}”既作编号又作答案。请核对 --id 与 --columns。")


def _rejections(
    engine: duckdb.DuckDBPyConnection, table: Source, columns: Sequence[str], cells: Sequence[Judged]
) -> tuple[Rejection, ...]:
    counts = ", ".join(f"count({cell.present}) - count({cell.known})" for cell in cells)
    found = engine.execute(f"SELECT {counts} FROM ({table.query})").fetchone() or ()
    numbered = f"SELECT *, row_number() OVER () AS number FROM ({table.query})"
    rejections = []
    for column, cell, count in zip(columns, cells, found, strict=True):
        if count:
            first = engine.execute(f"SELECT min(number) FROM ({numbered}) WHERE {cell.rejected}").fetchone()
            rejections.append(Rejection(column=column, cells=count, first_row=first[0] if first else 0))
    return tuple(rejections)
