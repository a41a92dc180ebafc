"""A whole file: every table in it, every child, and what was left aside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tongxin.intake.reading import counties
from tongxin.intake.reading.divisions import Divisions
from tongxin.intake.reading.duplicates import Seen
from tongxin.intake.reading.layout import Layout, tables, understand
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.row import Row
from tongxin.intake.reading.rows import read_rows
from tongxin.intake.reading.text import compact, shown
from tongxin.intake.reading.workbook import Sheet, Workbook, read_workbook

_PLACES = ("village", "address", "hukou_address", "town")
_SAMPLE = 300


@dataclass(frozen=True)
class Part:
    """One table of a file with the way it is read."""

    sheet: Sheet
    layout: Layout


@dataclass(frozen=True)
class Roster:
    """A file as understood, before its rows are read."""

    workbook: Workbook
    parts: tuple[Part, ...]
    left_aside: tuple[tuple[str, str], ...]
    county: str | None
    divisions: Divisions
    # Cells of another system's sheet that couldn't be taken over, in words.
    faults: tuple[str, ...] = ()

    def rows(self, *, today: date) -> Iterator[Row]:
        """Every child in the file, in its order."""
        seen = Seen()
        for part in self.parts:
            yield from read_rows(part.sheet, part.layout, self.divisions, today=today, seen=seen)


def open_roster(
    source: Path | str | bytes | Workbook,
    *,
    name: str = "",
    county: str | None = None,
    columns: Mapping[str, Mapping[str, int]] | None = None,
) -> Roster:
    """A file with its tables understood; `columns` (sheet → field → column) is what a person corrected."""
    workbook = source if isinstance(source, Workbook) else read_workbook(source, name)
    parts, aside = _parts(workbook, columns or {})
    if not parts:
        zh = "没有看懂任何一张工作表的表头：至少要有“姓名”或“身份证号码”一列，和另一列内容。"
        raise RosterError(zh, place=workbook.name, cure="请核对表头是否在数据上方、是否写了列名。")
    county = county or _county(workbook, parts)
    return Roster(workbook, tuple(parts), (*workbook.left_aside, *aside), county, Divisions.load(county))


def _parts(workbook: Workbook, columns: Mapping[str, Mapping[str, int]]) -> tuple[list[Part], list[tuple[str, str]]]:
    parts, aside = [], []
    for sheet in workbook:
        if sheet.name in columns:
            own = understand(sheet, columns=columns[sheet.name])
            found = [own] if own else []
        else:
            found = list(tables(sheet))
        parts += [Part(sheet, layout) for layout in found]
        if not found:
            aside.append((sheet.name, "空表" if not any(map(any, sheet.rows)) else "没有看懂表头"))
    return parts, aside


def _county(workbook: Workbook, parts: list[Part]) -> str | None:
    titles = [workbook.name, *(sheet.name for sheet in workbook)]
    titles += [title for part in parts for title in part.layout.titles]
    places = [place for part in parts for place in _places(part)]
    return counties.choose(titles=titles, places=places)


def _places(part: Part) -> list[str]:
    """Some of the places written, evenly from top to bottom."""
    columns = part.layout.columns
    asked = [columns[name] for name in _PLACES if name in columns]
    rows = part.sheet.rows[part.layout.first_row : part.layout.last_row + 1]
    step = max(1, len(rows) // _SAMPLE)
    few = sorted(asked)[:2]
    texts = ("".join(compact(shown(row[at])) for at in few if at < len(row)) for row in rows[::step])
    return list(dict.fromkeys(filter(None, texts)))
