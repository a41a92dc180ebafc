"""The rows of a text table or a workbook as plain text, cell by cell."""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, load_workbook

from tongxin.batch.errors import TableError

BROKEN = "工作簿打不开：可能已损坏或加了密码。请在表格软件中打开，去掉密码后另存为 xlsx。"
BLOCK = 1 << 20
LARGEST_WORKBOOK = 2 << 30
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
Cell = int | float | str | bool | time | date | datetime | timedelta


def text_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a CSV file in UTF-8, UTF-16 or GB18030; a broken row is named, never skipped."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        file.seek(0)
        delimiter = max(",\t;", key=first.count)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            yield from reader
        except csv.Error:
            zh = f"第 {reader.line_num} 行的引号或单元格不完整，读不下去。"
            raise TableError(f"{zh}请在表格软件中打开检查，再另存为 CSV。") from None


def sheet_rows(path: Path) -> Iterator[Iterator[list[str]]]:
    """The rows of each sheet of a workbook; formulas are never evaluated, only what was last shown."""
    _refuse_bomb(path)
    try:
        workbook = load_workbook(path)
        for index in range(len(workbook.sheet_names)):
            yield _cells(workbook.get_sheet_by_index(index))
    except CalamineError:
        raise TableError(BROKEN) from None
    except BaseException as error:
        # The reader gives up on some damaged files with an exception of its own kind that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise TableError(BROKEN) from None


def _cells(sheet: CalamineSheet) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    for bom, name in BOMS.items():
        if start.startswith(bom):
            return _proven(path, [name])
    found = _proven(path, ["utf-8", "gb18030"])
    if found == "gb18030":
        _refuse_mixture(path)
    return found


def _proven(path: Path, names: list[str]) -> str:
    """The first encoding in which the whole file can be read."""
    for name in names:
        try:
            with path.open(encoding=name, newline="") as file:
                while block := file.read(BLOCK):
                    if "\0" in block:
                        raise TableError("文件里有空字节，不是 CSV 文本。请在表格软件中打开，再另存为 CSV。")
        except UnicodeError:
            continue
        return name
    zh = f"文件编码既不是 UTF-8 也不是 GB18030，第 {_first_strange(path)} 行起读不出来，可能是几个文件拼成的。"
    raise TableError(f"{zh}请分成原来的几个文件，或在表格软件中打开，另存为“CSV UTF-8”。")


def _first_strange(path: Path) -> int:
    with path.open("rb") as file:
        return next((number for number, line in enumerate(file, start=1) if not _reads(line, "utf-8")), 1)


def _refuse_mixture(path: Path) -> None:
    """Read as GB18030 throughout, a line in UTF-8 would become other words without anybody being told."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.isascii() and _reads(line, "utf-8") and not _reads(line, "gb2312"):
                zh = f"第 {number} 行是 UTF-8 编码，别的行是 GB18030，可能是几个文件拼成的；一起读会读错字，没有计分。"
                raise TableError(f"{zh}请分成原来的几个文件再计分。")


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeError:
        return False
    return True


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise TableError("文件不是 xlsx 工作簿。请在表格软件中打开，另存为 xlsx。") from None
    if size > LARGEST_WORKBOOK:
        raise TableError("工作簿解压后超过 2 GB，不予打开。请改用 CSV 或 Parquet。")
