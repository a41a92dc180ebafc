"""A report as a workbook: the figures, the places below, and what each figure means."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from tongxin.documents.drawings import png
from tongxin.flows.reporting.content import OF_WHICH
from tongxin.reports.models import Report

A4 = 9
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "valign": "top"}, "text": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "bg_color": "#EEF2F4", "bottom": 1},
}
FIGURES, PLACES, PICTURES, MEANS = ("报告", "各地", "图", "怎样算的")
# A picture is drawn for paper: on a screen it is shown smaller. A row of a sheet is so many pixels high.
SCALE, ROW_PIXELS = 0.6, 20


def workbook(row: Report, *, said: Mapping[str, Any]) -> bytes:
    """Three sheets; a number that is told stands as a number."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        _sheet(book, FIGURES, (24, 34, 14, 10, 50), [
            (said["title"],), (said["period"], said["state"], said["day"]), (said["note"],), (),
            ("节", "指标", "数", "单位", "文字"), *_figures(row, said),
        ], looks, head=4)
        _sheet(book, PLACES, (36, 24, 14, 10), [("指标", "地方", "数", "单位"), *(
            (table["zh"], each["zh"], _told(each), table.get("unit", "") if each.get("value") is not None else "")
            for section in row.figures for table in section["places"] for each in table["rows"]
        )], looks)
        _draw(book, row)
        _sheet(book, MEANS, (30, 60, 40, 40), [("指标", "怎样算", "注意", "依据"), *(
            (each["zh"], each["means"], each["caveat"], each["source"])
            for section in row.figures for each in section["rows"]
        )], looks)
    return file.getvalue()


def _draw(book: Any, row: Report) -> None:
    """A sheet of the charts, where there are any, one below the other."""
    tables = [each for section in row.figures for each in section["places"] if "picture" in each]
    if not tables:
        return
    sheet, line = book.add_worksheet(PICTURES), 0
    for each in tables:
        made = png({"zh": each["zh"], **each["picture"]})
        high = int.from_bytes(made[20:24], "big") * SCALE
        sheet.insert_image(line, 0, f"{each['id']}.png", {
            "image_data": io.BytesIO(made), "x_scale": SCALE, "y_scale": SCALE, "description": each["picture"]["alt"],
        })
        line += int(high / ROW_PIXELS) + 2


def _figures(row: Report, said: Mapping[str, Any]) -> Iterable[Sequence[Any]]:
    for section in row.figures:
        yield (section["zh"],)
        for each in section["rows"]:
            yield ("", each["zh"], _told(each), each["unit"])
            yield from (("", f"{OF_WHICH}{part['zh']}", _counted(part["said"])) for part in each["parts"])
        if text := said["t"].get(section["id"]):
            yield ("", "说明", "", "", text)


def _told(figure: Mapping[str, Any]) -> str | float:
    return figure["said"] if figure.get("value") is None else float(figure["value"])


def _counted(said: str) -> str | float:
    """A count as a number, so that it can be added up; what is hidden stays a word."""
    digits = said.replace(",", "")
    return float(digits) if digits.isascii() and digits.isdigit() else said


def _sheet(
    book: Any, name: str, widths: Sequence[int], rows: Iterable[Sequence[Any]], looks: Mapping[str, Any], *,
    head: int = 0,
) -> None:
    """A sheet that is read on a screen and printed on A4: its head stands on each page, nothing beside the paper."""
    sheet = book.add_worksheet(name)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for line, row in enumerate(rows):
        look = looks["head" if line == head else "title" if len(row) == 1 and line != 2 else "text"]
        if len(row) == 1 and line < head:
            sheet.merge_range(line, 0, line, len(widths) - 1, row[0], look)
            sheet.set_row(line, 48 if line else 24)
            continue
        for at, value in enumerate(row):
            sheet.write(line, at, value, look)
    sheet.freeze_panes(head + 1, 0)
    sheet.repeat_rows(head)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    if sum(widths) > 100:
        sheet.set_landscape()
    sheet.set_footer("&C第&P页 共&N页")
