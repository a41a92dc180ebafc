"""Each card of a board as what its template draws: the same numbers for a table, a chart, a line of text."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import Card
from tongxin.dashboards.service import At, Shown
from tongxin.dashboards.trends import YEAR
from tongxin.indicators.figures import NOTHING, SHOWN, Figure
from tongxin.indicators.tables import said
from tongxin.web.console.dashboards.asked import MANY, Asked, copied, definition_url, known, said_at, told
from tongxin.web.console.dashboards.lists import Lists
from tongxin.web.doors import Request

Row = dict[str, Any]
WIDE, HIGH = 120, 36
MONTHS_ZH = tuple(f"{number}月" for number in range(1, 13))
QUARTERS_ZH = ("第一季度", "第二季度", "第三季度", "第四季度")


def numbers(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """Figures of the place, one beside the other."""
    lists = Lists(request, asked)
    return {"rows": [
        {
            **lists.of(each), **told(shown, each, shown.whole), "url": definition_url(request, asked, shown, each),
            "copied": copied(asked, shown, each), "means": each.means,
        }
        for each in known(shown, card)
    ]}


def parts(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """Figures by their codes."""
    lists = Lists(request, asked)
    return {"charts": [
        _chart(request, asked, shown, each, [
            {**row, "url": lists.of_code(each, row["code"])} for row in parts_told(shown, each)
        ])
        for each in known(shown, card)
    ]}


def _chart(request: Request, asked: Asked, shown: Shown, indicator: Indicator, rows: Sequence[Row]) -> Row:
    """One figure's chart; a picture of nothing but gaps is not offered."""
    return {
        "indicator": indicator, "url": definition_url(request, asked, shown, indicator), "rows": rows,
        "may_keep": any(row["value"] is not None for row in rows),
    }


def parts_told(shown: Shown, indicator: Indicator) -> list[Row]:
    """A row for each code; none where they aren't told apart."""
    told = shown.whole.figure(indicator.id).parts
    return [
        {"zh": part.zh, "code": part.code, "said": "不显示" if many is None else str(many), "value": many}
        for part in indicator.parts for many in (told.get(part.code),)
    ] if told else []


def trend(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """Figures of the place by month; by quarter where a month would say too much."""
    return {"charts": [
        _chart(request, asked, shown, each, spans_told(shown.whole.series.get(each.id, {})))
        for each in known(shown, card)
    ]}


def spans_told(series: Any) -> list[Row]:
    """A row for each month, for a quarter whose months are hidden, for the year where its quarters are."""
    if all(figure is not None and figure.state == NOTHING for figure in series.values()):
        return []
    quarters = [name for name in series if name.startswith("q")]
    if all(series[each] is None for each in quarters):
        return [_span("全年", series[YEAR], "各月合起来")]
    rows = []
    for quarter in quarters:
        months = [name for name in series if name.startswith("m") and int(name[1:]) // 3 == int(quarter[1:])]
        if any(series[each] is None for each in months):
            rows.append(_span(QUARTERS_ZH[int(quarter[1:])], series[quarter], "三个月合起来"))
        else:
            rows += [_span(MONTHS_ZH[int(each[1:])], series[each], "") for each in months]
    return rows


def _span(zh: str, figure: Figure | None, note: str) -> Row:
    if figure is None:
        return {"zh": zh, "said": "不显示", "value": None, "note": ""}
    # Several months together are no point of a line of months.
    value = figure.value if figure.state == SHOWN and not note else None
    return {"zh": zh, "said": said(figure), "value": None if value is None else f"{value:f}", "note": note}


def multiples(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """One figure by month at each place below, all on one scale."""
    choices = known(shown, card)
    chosen = next((each for each in choices if each.id == asked.chosen[MANY]), choices[0] if choices else None)
    if chosen is None or not any(at.series.get(chosen.id) for at in shown.parts):
        return {"rows": []}
    found = lines_below(shown, chosen)
    most = max((value for each in found for value in each["line"] if value is not None), default=Decimal(0))
    return {
        "chosen": chosen, "url": definition_url(request, asked, shown, chosen), "most": f"{most.normalize():f}",
        "choices": [{"zh": each.zh, "id": each.id} for each in choices],
        "rows": [{**each, **_drawn(each["line"], most)} for each in found], "has_lines": most > 0,
        "may_keep": any(at.figure(chosen.id).value is not None for at in shown.parts),
    }


def lines_below(shown: Shown, indicator: Indicator) -> list[Row]:
    """Each place below with its months (None where one isn't told), its year, and both in words."""
    return [
        {
            "zh": at.place.zh, "line": _line(at, indicator), "year": said_at(shown, indicator, at),
            "told": "；".join(
                f"{row['zh']} {row['said']}" for row in spans_told(at.series.get(indicator.id, {}))
            ) or "没有记录",
        }
        for at in shown.parts
    ]


def _line(at: At, indicator: Indicator) -> list[Decimal | None]:
    series = at.series.get(indicator.id, {})
    return [
        None if figure is None or figure.state != SHOWN else figure.value
        for name, figure in series.items() if name.startswith("m")
    ]


def _drawn(line: Sequence[Decimal | None], most: Decimal) -> Row:
    """The months as points of a picture of WIDE by HIGH."""
    step = Decimal(WIDE) / 11
    points = [
        (f"{number * step:.1f}", f"{HIGH - (value / most * HIGH if most else 0):.1f}")
        for number, value in enumerate(line) if value is not None
    ]
    return {"points": " ".join(f"{x},{y}" for x, y in points) if len(points) > 1 else ""}
