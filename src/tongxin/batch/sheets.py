"""The rows of one source as SQL: each answer judged, then scored, then with what is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tongxin.batch import sql_norms
from tongxin.batch.attributes import ages, sexes
from tongxin.batch.cells import Codes, Judged, judged
from tongxin.batch.dialects import Engine
from tongxin.batch.narrowing import Narrow, as_it_is
from tongxin.batch.request import Request
from tongxin.batch.sql import Who, score_query

MOST_PLACES = 100


class Rows(Protocol):
    """SQL for rows with columns `id`, `c0`, …, `x0`, …; the types of the `c`."""

    @property
    def query(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Sheets:
    """How each column that may hold an impossible code reads, by its heading; the query of the result."""

    columns: tuple[tuple[str, Judged], ...]
    scored: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """How many cells of a column hold no possible code, and the first rows (counted from 1) that do."""

    column: str
    cells: int
    rows: tuple[int, ...]

    @property
    def first_row(self) -> int:
        return self.rows[0]


def read_sheets(
    engine: Engine, table: Rows, request: Request, *, id: str = "id", narrow: Narrow = as_it_is
) -> Sheets:
    """How the rows of `table` read; a cell with an impossible code is a blank, never a guess."""
    answers = [
        judged(
            engine,
            table.query,
            column=f"c{index}",
            type=table.types[index],
            heading=request.columns[index],
            codes=Codes(item=item, recode=request.recode),
        )
        for index, item in enumerate(request.items)
    ]
    known = _attributes(engine, table, request)
    groups = [f"CAST(x{len(known) + index} AS STRING)" for index in range(len(request.by))]
    values = [*(cell.score for cell in answers), *(cell.score for _, cell in known), *groups]
    given = {item.id: f"a{index}" for index, item in enumerate(request.items)}
    names = [*given.values(), *(f"y{index}" for index in range(len(known) + len(groups)))]
    chosen = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
    return Sheets(
        columns=(*zip(request.columns, answers, strict=True), *known),
        scored=score_query(
            request.instrument,
            f"SELECT {id} AS id, {chosen} FROM ({table.query})",
            given=given,
            who=Who(
                age_months="y0" if request.age else "",
                sex=f"y{int(bool(request.age))}" if request.sex else "",
                informant=engine.dialect.quoted(request.informant) if request.informant else "",
            ),
            also=_also(request, given),
            narrow=narrow,
        ),
    )


def find_rejections(engine: Engine, table: Rows, sheets: Sheets, *, number: str) -> tuple[Rejection, ...]:
    """The columns with impossible codes; `number` is SQL for the place of a row."""
    doubtful = [(column, cell) for column, cell in sheets.columns if cell.present != cell.known]
    if not doubtful:
        return ()
    counts = ", ".join(f"count({cell.present}) - count({cell.known})" for _, cell in doubtful)
    found = engine.rows(f"SELECT {counts} FROM ({table.query})")[0]
    wrong = [(column, cell, count) for (column, cell), count in zip(doubtful, found, strict=True) if count]
    if not wrong:
        return ()
    numbered = f"SELECT *, {number} AS number FROM ({table.query})"
    return tuple(
        Rejection(column, count, _first(engine, f"SELECT number FROM ({numbered}) WHERE {cell.rejected}"))
        for column, cell, count in wrong
    )


def _first(engine: Engine, numbers: str) -> tuple[int, ...]:
    rows = engine.rows(f"{numbers} ORDER BY number LIMIT {MOST_PLACES}")
    return tuple(int(row[0]) for row in rows)


def _attributes(engine: Engine, table: Rows, request: Request) -> list[tuple[str, Judged]]:
    readers = [(ages, request.age)] * bool(request.age) + [(sexes, request.sex)] * bool(request.sex)
    return [
        (heading, read(engine, table.query, column=f"x{index}", heading=heading))
        for index, (read, heading) in enumerate(readers)
    ]


def _also(request: Request, given: dict[str, str]) -> Sequence[str]:
    """What each row carries beside its scores, in the order of the headings."""
    scales = request.instrument.scales
    more = [f"{sql_norms.band(request.instrument, scales.index(scale))} AS p_{scale.id}" for scale in request.apart]
    if request.counts_missing:
        lacking = [f"CAST({given[item.id]} IS NULL AS INTEGER)" for item in request.items if item.scored]
        more.append(f"CAST({' + '.join(lacking)} AS INTEGER) AS missing")
    if request.age:
        more.append("CAST(floor(y0 / 12) AS INTEGER) AS age")
    first = bool(request.age) + bool(request.sex)
    if request.sex:
        more.append(f"y{first - 1} AS sex")
    return [*more, *(f"y{first + index} AS b{index}" for index in range(len(request.by)))]
