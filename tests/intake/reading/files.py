"""Rosters written on the spot, and invented children to put in them."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from tongxin.intake.reading import Row, open_roster
from tongxin.intake.reading.identity import check_digit

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "rosters"
TODAY = date(2025, 12, 30)
LAIWU = "370116"
XIAOYU = "37011620150304002"
XIAOFENG = "37011620121111001"
TITLE = "莱芜区困境儿童花名册"


def number(first: str) -> str:
    """An invented identity number with its check digit."""
    return first + check_digit(first)


def xlsx(
    rows: Iterable[Sequence[Any]], *, sheet: str = "花名册", merged: Iterable[tuple[int, int, int, int]] = ()
) -> bytes:
    return workbook({sheet: rows}, merged=merged)


def workbook(
    sheets: dict[str, Iterable[Sequence[Any]]],
    *,
    merged: Iterable[tuple[int, int, int, int]] = (),
    hidden: Iterable[str] = (),
) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        if name in set(hidden):
            page.hide()
        cells = [list(row) for row in rows]
        for area in merged:
            page.merge_range(*area, "")
        for at, row in enumerate(cells):
            page.write_row(at, 0, row)
    book.close()
    return target.getvalue()


def read(content: bytes | Path, *, name: str = "花名册.xlsx", county: str | None = LAIWU) -> list[Row]:
    return list(open_roster(content, name=name, county=county).rows(today=TODAY))


def table(head: Sequence[Any], *rows: Sequence[Any]) -> list[Row]:
    """The children of a sheet with one head row."""
    return read(xlsx([head, *rows]))
