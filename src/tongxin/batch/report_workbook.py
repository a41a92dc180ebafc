"""The summary as a workbook: a sheet a table, numbers as numbers, words as words and never as formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from tongxin.batch.charts import NOT_TOLD
from tongxin.batch.summary import Summary, Table

FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 28


def write_workbook(
    summary: Summary, path: Path, *, title: str, facts: Sequence[tuple[str, str]], at_least: int
) -> None:
    """`path` holds the tables and, first, what each number means."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        first = book.add_worksheet("说明")
        first.set_column(0, 0, 24)
        first.set_column(1, 1, 80)
        columns = {column.zh: column.means for table in summary.tables for column in table.columns}
        hidden = f"少于 {at_least} 份，或由它能推算出这样的小数字，不显示。"
        told = [(title, ""), ("答卷", str(summary.rows)), *facts, *columns.items(), (NOT_TOLD, hidden)]
        for row, (zh, means) in enumerate(told):
            first.write_string(row, 0, zh, bold)
            first.write_string(row, 1, means)
        taken = {"说明"}
        for table in summary.tables:
            _write_table(book, table, _sheet_name(table.zh, taken), bold)


def _write_table(book: xlsxwriter.Workbook, table: Table, name: str, bold: object) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(table.columns) + 1, 14)
    sheet.freeze_panes(1, 1)
    for column, heading in enumerate(["", *(each.zh for each in table.columns), "合计"]):
        sheet.write_string(0, column, heading, bold)
    for row, line in enumerate(table.lines, start=1):
        sheet.write_string(row, 0, line.zh)
        for column, count in enumerate((*line.counts, line.total), start=1):
            if count is None:
                sheet.write_string(row, column, NOT_TOLD)
            else:
                sheet.write_number(row, column, count)


def _sheet_name(zh: str, taken: set[str]) -> str:
    name = FORBIDDEN.sub("_", zh)[:LONGEST_NAME]
    count = 1
    while name.casefold() in taken:
        count += 1
        name = f"{FORBIDDEN.sub('_', zh)[: LONGEST_NAME - 2]}{count}"
    taken.add(name.casefold())
    return name
