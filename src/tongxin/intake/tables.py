"""Held rows and rows to be corrected as a workbook to fill in, and that workbook read back."""

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import xlsxwriter

from tongxin.intake.faults import NotTaken
from tongxin.intake.lines import doubts_of
from tongxin.intake.mending import NAME, OTHER, SAME
from tongxin.intake.models import HeldRow
from tongxin.intake.reading import Row, read_workbook
from tongxin.intake.reading.row import DOUBTS
from tongxin.intake.reading.text import compact, shown
from tongxin.intake.reading.words import words

HELD, DOUBTFUL = "待核", "待补正"
HEADS = (
    "表号", "行号", "原因", "姓名", "身份证号码", "性别", "出生日期", "困境类别", "照料人", "与儿童关系", "联系电话",
    "处理",
)
DECISIONS = {"同一名儿童": SAME, "另一名儿童": OTHER}
REASONS = {
    HeldRow.NO_NAME: "没有姓名：请写上姓名",
    HeldRow.DUPLICATE: "疑似与本表另一行重复：处理一栏写“同一名儿童”或“另一名儿童”",
    HeldRow.SUSPECTED: "疑似已有档案：处理一栏写“同一名儿童”或“另一名儿童”",
    HeldRow.STORED: "可能有只保存的档案：请个案管理员先核对；处理一栏写“同一名儿童”（先取回）或“另一名儿童”",
}
# What a cell of a workbook can hold.
LONGEST = 32_767
# Nothing in a cell is ever taken for a formula, a number or a link; nothing is put down on disk.
OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
}


class Mended(NamedTuple):
    """One line of a workbook that came back."""

    sheet: int
    row: int
    name: str
    decision: str


def workbook_of(held: Sequence[tuple[HeldRow, Row]], doubtful: Sequence[tuple[int, Row]]) -> bytes:
    """An xlsx file: the rows that wait for a decision, and those whose details are to be corrected."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        _sheet(book, HELD, [_cells(each.sheet, row, REASONS.get(each.reason, "")) for each, row in held])
        _sheet(book, DOUBTFUL, [
            _cells(sheet, row, "、".join(DOUBTS[code] for code in doubts_of(row))) for sheet, row in doubtful
        ])
    return content.getvalue()


def _sheet(book: Any, name: str, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(2, 2, 40)
    sheet.set_column(3, len(HEADS) - 1, 18)
    sheet.freeze_panes(1, 0)
    for at, cells in enumerate((HEADS, *rows)):
        for column, text in enumerate(cells):
            sheet.write_string(at, column, text[:LONGEST])


def _cells(sheet: int, row: Row, why: str) -> list[str]:
    written = row.written
    return [
        str(sheet), str(row.row), why, row.name or "", row.id_no or written.get("id_no", ""),
        written.get("sex", ""), written.get("birth", ""),
        "、".join(words().category_names[code] for code in row.categories), row.carer or "", row.relation or "",
        row.phone or "", "",
    ]


def read_mended(content: bytes, name: str) -> list[Mended]:
    """The decisions in a workbook that was filled in; lines without any are left out."""
    for sheet in read_workbook(content, name):
        heads = [compact(shown(cell)) for cell in sheet.rows[0]] if sheet.rows else []
        if {"表号", "行号", "姓名", "处理"} <= set(heads):
            return list(_mended(sheet.rows[1:], {head: heads.index(head) for head in heads}))
    raise NotTaken("没有认出这张表：请用这里下载的“待核”表填写后再上传，表头不要改。没有改动任何一行。")


def _mended(rows: Sequence[Sequence[Any]], at: dict[str, int]) -> Iterator[Mended]:
    for number, cells in enumerate(rows, start=2):
        texts = {head: compact(shown(cells[column])) for head, column in at.items() if column < len(cells)}
        if not texts.get("表号") or not texts.get("行号"):
            continue
        said = texts.get("处理", "")
        if said and said not in DECISIONS:
            zh = f"第 {number} 行的“处理”写的不是“同一名儿童”或“另一名儿童”。"
            raise NotTaken(f"{zh}没有改动任何一行，请改好再上传。")
        if not (texts["表号"].isdigit() and texts["行号"].isdigit()):
            raise NotTaken(f"第 {number} 行的表号或行号被改过，对不上原来的行。没有改动任何一行，请改好再上传。")
        decision = DECISIONS.get(said, NAME if texts.get("姓名") else "")
        if decision:
            yield Mended(int(texts["表号"]), int(texts["行号"]), texts.get("姓名", ""), decision)
