"""A report as a workbook: the figures, the places below, and what each figure means."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from tongxin.documents.drawings import png
from tongxin.reports.models import Report

FIGURES, PLACES, PICTURES, MEANS = ("报告", "各地", "图", "怎样算的")
# A picture is drawn for paper: on a screen it is shown smaller. A row of a sheet is so many pixels high.
SCALE, ROW_PIXELS = 0.6, 20


def workbook(row: Report, *, said: Mapping[str, Any]) -> bytes:
    """Three sheets; a number that is told stands as a number."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        _sheet(book, FIGURES, (24, 40, 22, 60), [
            (said["title"],), (said["period"], said["state"], said["day"]), (said["note"],), (),
            ("节", "指标", "数", "单位", "文字"), *_figures(row, said),
        ], bold, wrap)
        _sheet(book, PLACES, (36, 24, 30), [("指标", "地方", "数"), *(
            (table["zh"], each["zh"], each["said"])
            for section in row.figures for table in section["places"] for each in table["rows"]
        )], bold, wrap)
        _draw(book, row)
        _sheet(book, MEANS, (30, 60, 40, 40), [("指标", "怎样算", "注意", "依据"), *(
            (each["zh"], each["means"], each["caveat"], each["source"])
            for section in row.figures for each in section["rows"]
        )], bold, wrap)
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
            yield from (("", f"　其中：{part['zh']}", part["said"]) for part in each["parts"])
        if text := said["t"].get(section["id"]):
            yield ("", "说明", "", "", text)


def _told(figure: Mapping[str, Any]) -> str | float:
    return figure["said"] if figure["value"] is None else float(figure["value"])


def _sheet(
    book: Any, name: str, widths: Sequence[int], rows: Iterable[Sequence[Any]], bold: Any, wrap: Any
) -> None:
    sheet = book.add_worksheet(name)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for line, row in enumerate(rows):
        for at, value in enumerate(row):
            sheet.write(line, at, value, bold if len(row) == 1 else wrap)
