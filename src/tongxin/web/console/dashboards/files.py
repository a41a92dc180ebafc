"""The figures of a dashboard as a workbook or as one table, with what each means."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter
from django.http import Http404, HttpResponse

from tongxin.core.indicators import Group
from tongxin.core.indicators.board import FUNNEL
from tongxin.dashboards import service
from tongxin.dashboards.service import Shown
from tongxin.exports.writing import FORMULA, OPTIONS
from tongxin.indicators.rules import groups_in
from tongxin.indicators.service import region_of
from tongxin.indicators.tables import meanings
from tongxin.web.console.dashboards.asked import Asked, asked_of, board_of, said_at, shown_for
from tongxin.web.console.dashboards.charts import spans_told
from tongxin.web.console.dashboards.loop import steps_told
from tongxin.web.doors import Request, door
from tongxin.web.words import moment_zh

XLSX, CSV = "xlsx", "csv"
KINDS_ZH = {XLSX: "下载 Excel", CSV: "下载 CSV"}
TYPES = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV: "text/csv; charset=utf-8"}
Line = tuple[str, ...]
HIDDEN_ZH = "不显示"


@door(f"office.{service.SEE}")
def table(request: Request) -> HttpResponse:
    """All figures of the board at a place and the places just below, with their definitions."""
    kind = request.GET.get("kind", XLSX)
    if kind not in KINDS_ZH:
        raise Http404
    board_of(request)
    asked = asked_of(request)
    shown = shown_for(request, asked)
    groups = groups_in(region=region_of(request.viewer), at=request.at)
    sheets = {
        "数": _figures(shown), "每月": _months(shown), "闭环": _steps(shown), "怎么算": _about(asked, shown, groups),
    }
    content = workbook(sheets) if kind == XLSX else flat(sheets)
    name = f"dashboard-{asked.place.code}-{asked.year}.{kind}"
    return HttpResponse(content, content_type=TYPES[kind],
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _figures(shown: Shown) -> list[Line]:
    rows: list[Line] = [("指标", "编号", "分项", "地方", "代码", "数", "单位", "分子", "分母")]
    for id in shown.board.of():
        if id not in shown.indicators:
            continue
        each = shown.indicators[id]
        for at in (shown.whole, *shown.parts):
            figure = at.figure(id)
            where = (at.place.zh, at.place.code)
            both = ("" if figure.met is None else str(figure.met), "" if figure.base is None else str(figure.base))
            rows.append((each.zh, id, "", *where, said_at(shown, each, at), each.unit, *both))
            rows += [
                (each.zh, id, part.zh, *where, HIDDEN_ZH if many is None else str(many), each.unit, "", "")
                for part in each.parts if figure.parts for many in (figure.parts.get(part.code),)
            ]
    return rows


def _months(shown: Shown) -> list[Line]:
    rows: list[Line] = [("指标", "编号", "地方", "代码", "期间", "数", "单位")]
    for id in shown.board.of():
        for at in (shown.whole, *shown.parts):
            rows += [
                (shown.indicators[id].zh, id, at.place.zh, at.place.code, row["zh"], row["said"],
                 shown.indicators[id].unit)
                for row in spans_told(at.series.get(id, {}))
            ]
    return rows


def _steps(shown: Shown) -> list[Line]:
    rows: list[Line] = [("地方", "代码", "步骤", "到了这一步", "停在这一步", "不必再往下", "合起来说的")]
    if not any(card.chart == FUNNEL for card in shown.board.cards):
        return rows
    return rows + [
        (at.place.zh, at.place.code, step["zh"], step["reached"], "" if step["is_last"] else step["lost"],
         step["ended"] if step["has_end"] else "", step["joined"])
        for at in (shown.whole, *shown.parts) if at.steps for step in steps_told(shown.rules.funnel, at.steps)
    ]


def _about(asked: Asked, shown: Shown, groups: Iterable[Group]) -> list[Line]:
    own = set(shown.board.of())
    head, *rows = meanings(groups)
    under = shown.rules.small_under
    small = f"“{HIDDEN_ZH}”：少于 {under} 的数，和能推算出它的数；“没有记录”：这里没有登记过，不是 0。"
    when = moment_zh(shown.counted_at) if shown.counted_at else ""
    when += f"（按 {shown.exports} 份导出）" if shown.exports else ""
    return [
        ("地方", asked.place.zh), ("统计期", asked.period), ("数到", when), (small,), (shown.rules.funnel.caveat,), (),
        head, *(row for row in rows if row[1] in own),
    ]


def workbook(sheets: Mapping[str, Sequence[Line]]) -> bytes:
    """A workbook; numbers are written as numbers."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 8, 18)
            heads = lines[0] if lines else ()
            for at, line in enumerate(lines):
                for column, word in enumerate(line):
                    is_code = column < len(heads) and heads[column] in ("代码", "编号")
                    if at and not is_code and word.replace(".", "", 1).isdigit():
                        sheet.write_number(at, column, float(word))
                    else:
                        sheet.write_string(at, column, word)
    return content.getvalue()


def flat(sheets: Mapping[str, Sequence[Line]]) -> bytes:
    """All sheets one below the other."""
    out = io.StringIO()
    writer = csv.writer(out)
    for lines in sheets.values():
        for line in (*lines, ()):
            writer.writerow([f"'{word}" if word.startswith(FORMULA) else word for word in line])
    return out.getvalue().encode("utf-8-sig")
