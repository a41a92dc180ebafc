"""The sheets of a file, whatever its name says it is."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine

from tongxin.intake.reading import delimited, guards
from tongxin.intake.reading.apart import read_apart
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.text import Cell
from tongxin.intake.reading.words import words

__all__ = ["Cell", "Sheet", "Workbook", "read_workbook"]

PANIC = "PanicException"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the very first one, and the areas merged into one cell."""

    name: str
    rows: list[list[Cell]] = field(repr=False)
    merged: tuple[tuple[int, int, int, int], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Workbook:
    """A file's sheets, and those left aside with the reason."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]
    left_aside: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)

    def __len__(self) -> int:
        return len(self.sheets)


def read_workbook(source: Path | str | bytes, name: str = "") -> Workbook:
    """The sheets in `source`; formulas are never worked out, their last shown value is taken."""
    name = name or (Path(source).name if not isinstance(source, bytes) else "文件")
    content = guards.content_of(source, name)
    kind = guards.kind_of(content, name)
    if kind == "text":
        return Workbook(name, kind, (Sheet(Path(name).stem, delimited.read(content, name)),))
    return read_apart(content, name) if kind == "xls" else read_here(content, name, kind)


def read_here(content: bytes, name: str, kind: str) -> Workbook:
    """The sheets of a workbook, read in this process."""
    guards.check_spreadsheet(content, name, kind)
    sheets, aside = [], []
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            for meta in book.sheets_metadata:
                if why := _why_aside(meta):
                    aside.append((meta.name, why))
                else:
                    sheets.append(_sheet(book.get_sheet_by_name(meta.name), name))
    except python_calamine.PasswordError:
        raise guards.encrypted(name) from None
    except (python_calamine.CalamineError, ValueError, OSError, UnicodeError):
        raise guards.broken(name) from None
    except BaseException as error:
        # The reader gives up on some damaged files with an exception of its own kind that is no Exception.
        if type(error).__name__ != PANIC:
            raise
        raise guards.broken(name) from None
    if not sheets:
        cure = "请把要导入的工作表取消隐藏，或换一个不叫“说明”的名称。"
        raise RosterError("里面没有可以读的工作表。", place=name, cure=cure)
    return Workbook(name, kind, tuple(sheets), tuple(aside))


def _sheet(found: python_calamine.CalamineSheet, name: str) -> Sheet:
    last_row, last_column = found.end or (-1, -1)
    guards.check_extent(last_row + 1, last_column + 1, f"{name} 的工作表“{found.name}”")
    rows = found.to_python(skip_empty_area=False)
    merged = tuple((a, b, c, d) for (a, b), (c, d) in found.merged_cell_ranges or ())
    return Sheet(found.name, rows, merged)


def _why_aside(meta: python_calamine.SheetMetadata) -> str:
    if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return "不是普通工作表"
    if meta.visible != python_calamine.SheetVisibleEnum.Visible:
        return "工作表是隐藏的"
    return "看名称是说明或汇总" if any(word in meta.name for word in words().skip_sheets) else ""
