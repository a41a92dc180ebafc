"""One copy as a file: a workbook with its words above and below each printed page, a text table, or JSON."""

import csv
import io
import json
from collections.abc import Sequence

import xlsxwriter

from tongxin.exports.table import Table

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDE, NARROW = 26, 14
Facts = Sequence[tuple[str, str]]


def written(table: Table, *, form: str, title: str, facts: Facts) -> bytes:
    """The file's bytes; `title` stands on every page, `facts` say what this copy is."""
    if form == "xlsx":
        return _workbook(table, title, facts)
    return _text(table) if form == "csv" else _json(table, facts)


def notice(facts: Facts) -> bytes:
    """The same facts as a note beside the file."""
    return "\r\n".join(f"{zh}：{said}" for zh, said in facts).encode("utf-8-sig")


def _workbook(table: Table, title: str, facts: Facts) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#6b7280", "italic": True})
        sheet, about = book.add_worksheet("名单"), book.add_worksheet("说明")
        for each in (sheet, about):
            each.set_header(f"&C{title.replace('&', '&&')}")
            each.set_footer(f"&L{title.replace('&', '&&')}&R第 &P 页，共 &N 页")
        sheet.write_string(0, 0, title, grey)
        for column, head in enumerate(table.columns):
            sheet.write_string(1, column, head.zh, bold)
        for at, row in enumerate(table.rows, start=2):
            for column, word in enumerate(row):
                sheet.write_string(at, column, word)
        sheet.set_column(0, max(len(table.columns) - 1, 0), NARROW)
        sheet.freeze_panes(2, 1)
        sheet.repeat_rows(0, 1)
        about.set_column(0, 0, NARROW)
        about.set_column(1, 1, 3 * WIDE)
        for at, (zh, said) in enumerate(facts):
            about.write_string(at, 0, zh, bold)
            about.write_string(at, 1, said)
    return content.getvalue()


def _text(table: Table) -> bytes:
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow([each.zh for each in table.columns])
    writer.writerows([_harmless(word) for word in row] for row in table.rows)
    return content.getvalue().encode("utf-8-sig")


def _harmless(word: str) -> str:
    """A word that no spreadsheet takes for a formula."""
    return f"'{word}" if word.startswith(FORMULA) else word


def _json(table: Table, facts: Facts) -> bytes:
    heads = [each.id for each in table.columns]
    made = {
        "about": dict(facts), "columns": {each.id: each.zh for each in table.columns},
        "rows": [dict(zip(heads, row, strict=True)) for row in table.rows],
    }
    return json.dumps(made, ensure_ascii=False, indent=1).encode()
