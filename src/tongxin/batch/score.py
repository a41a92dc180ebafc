"""A whole file of answer sheets, scored."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch.engines import Limits, duck
from tongxin.batch.errors import TableError
from tongxin.batch.narrowing import as_it_is, listed_words
from tongxin.batch.remarks import Remarks, remarks
from tongxin.batch.request import Request, asked
from tongxin.batch.sheets import Rejection, find_rejections, read_sheets
from tongxin.batch.sources import open_source, place
from tongxin.batch.writing import check_out, write
from tongxin.core.instruments.definition import Instrument

ROW_NUMBER = "row_number() OVER ()"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was scored: rows, rejected cells, rows left out or short, critical items without a column, what is odd."""

    rows: int
    rejections: tuple[Rejection, ...]
    unasked: tuple[str, ...]
    remarks: Remarks
    dropped: tuple[int, ...] = ()
    short: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every cell of every row was understood, and each id stands once."""
        return not (self.rejections or self.dropped or self.short or self.remarks.repeated_ids)


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
    request = asked(instrument, id_column=id_column, columns=columns, recode=recode)
    return score_file(request, source, out, bounds=Limits())


def score_file(request: Request, source: Path, out: Path, *, bounds: Limits) -> Outcome:
    """As `score_table`, for a request that may ask for more."""
    check_out(out, source=source)
    try:
        with tempfile.TemporaryDirectory(prefix="tongxin-") as folder, duck(Path(folder), bounds) as engine:
            table = open_source(engine, source, request=request, folder=Path(folder))
            narrow = listed_words(request.instrument) if out.suffix.lower() == ".parquet" else as_it_is
            sheets = read_sheets(engine, table, request, narrow=narrow)
            found = find_rejections(engine, table, sheets, number=ROW_NUMBER)
            noted = remarks(engine, table, recode=request.recode)
            rows = write(engine, sheets.scored, out, headings=request.headings)
    except duckdb.Error:
        raise TableError("文件内容读到一半出错，或磁盘写不下，没有写出结果。请核对文件和磁盘空间。") from None
    rejections = placed(found, table.dropped)
    return Outcome(rows, rejections, request.unasked, noted, dropped=table.dropped, short=table.short)


def placed(found: Sequence[Rejection], dropped: Sequence[int]) -> tuple[Rejection, ...]:
    """The same, with rows counted as they stand in the file."""
    return tuple(
        Rejection(each.column, each.cells, tuple(place(row, dropped) for row in each.rows)) for each in found
    )
