"""A chart of a dashboard as a picture that may leave: what it is of stands in it, small numbers don't."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import FUNNEL, MULTIPLES, PARTS, TILES, TREND, Card
from tongxin.dashboards import service
from tongxin.dashboards.service import Shown
from tongxin.documents.drawings import png
from tongxin.web.console.dashboards.asked import MANY, TILE, Asked, asked_of, board_of, counted_zh, known, shown_for
from tongxin.web.console.dashboards.charts import lines_below, parts_told, spans_told
from tongxin.web.console.dashboards.loop import steps_told
from tongxin.web.console.dashboards.tiles import tiles
from tongxin.web.doors import Request, door

Row = dict[str, Any]
CHARTS = (TILES, TREND, MULTIPLES, PARTS, FUNNEL)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@door(f"office.{service.SEE}")
def picture(request: Request) -> HttpResponse:
    """One chart of the board as PNG; back to the board where none is named."""
    board_of(request)
    asked = asked_of(request)
    if not request.GET.get("chart"):
        return HttpResponseRedirect(asked.url())
    table = table_of(request, asked, shown_for(request, asked))
    if table is None:
        raise Http404
    name = f"dashboard-{table['id']}-{asked.place.code}-{asked.year}.png"
    return HttpResponse(png({"zh": table["zh"], **table["picture"]}), content_type="image/png",
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


def table_of(request: Request, asked: Asked, shown: Shown) -> Row | None:
    """The chart that the address names as a table of words with its picture; None where nothing can be drawn.

    It is what reports keep: `id`, `zh`, `unit`, `rows` of `zh` and `said`, and `picture` as `picture.typ` reads it.
    """
    chart = request.GET.get("chart", "")
    card = next((each for each in shown.board.cards if each.chart == chart), None) if chart in CHARTS else None
    if card is None or not shown.counted_at:
        return None
    if chart == FUNNEL:
        return _funnel(asked, shown, card)
    chosen = next((each for each in known(shown, card) if each.id == request.GET.get("indicator", "")), None)
    if chosen is None:
        return None
    if chart == TILES:
        return _tiles(request, asked, shown, card, chosen)
    rows, drawn = {TREND: _trend, MULTIPLES: _multiples, PARTS: _parts}[chart](shown, chosen)
    zh = f"{chosen.zh}：{card.zh}（{chosen.unit}）"
    return _made(asked, shown, f"{chart}.{chosen.id}", zh, rows, drawn, _notes(chosen), unit=chosen.unit)


def _tiles(request: Request, asked: Asked, shown: Shown, card: Card, chosen: Indicator) -> Row | None:
    asked = Asked(asked.place, asked.year, asked.today, {TILE: chosen.id, MANY: ""})
    found = tiles(request, asked, shown, card)
    rows = [{"zh": row["zh"], "said": _share(row)} for row in found["rows"]]
    drawn: Row = {"chart": "tiles", "legend": found["legend"], "tiles": _kept(found["rows"], "zh", "said", "shade")}
    notes = _notes(chosen)
    if found.get("map"):
        shapes = [{**each, "rings": _rings(each["path"])} for each in found["map"]["shapes"]]
        drawn = {
            "chart": "map", "legend": found["legend"], "wide": found["map"]["wide"], "high": found["map"]["high"],
            "shapes": [
                {**_kept([each], "zh", "said", "shade", "rings")[0], "at": _middle(each["rings"])} for each in shapes
            ],
        }
        notes = [*found["map"]["approvals"], *notes]
    zh = f"{chosen.zh}：{card.zh}（{chosen.unit}）"
    return _made(asked, shown, f"{TILES}.{chosen.id}", zh, rows, drawn, notes, unit=chosen.unit)


def _trend(shown: Shown, chosen: Indicator) -> tuple[list[Row], Row]:
    spans = spans_told(shown.whole.series.get(chosen.id, {}))
    points = [
        {**_kept([row], "zh", "said")[0], "value": _number(row["value"]), "is_sum": bool(row["note"])} for row in spans
    ]
    return spans, {"chart": "line", "points": points, "most": _most(each["value"] for each in points)}


def _parts(shown: Shown, chosen: Indicator) -> tuple[list[Row], Row]:
    rows = parts_told(shown, chosen)
    bars = [{**_kept([row], "zh", "said")[0], "value": _number(row["value"])} for row in rows]
    return rows, {"chart": "bars", "bars": bars, "most": _most(each["value"] for each in bars)}


def _multiples(shown: Shown, chosen: Indicator) -> tuple[list[Row], Row]:
    found = lines_below(shown, chosen)
    cells = [
        {**_kept([each], "zh", "told")[0], "said": each["year"], "line": [_number(value) for value in each["line"]]}
        for each in found
    ]
    rows = [{"zh": each["zh"], "said": each["told"]} for each in found]
    return rows, {"chart": "small", "cells": cells, "most": _most(value for each in cells for value in each["line"])}


def _funnel(asked: Asked, shown: Shown, card: Card) -> Row | None:
    rules = shown.rules.funnel
    steps = steps_told(rules, shown.whole.steps) if shown.whole.steps else []
    bars = [
        {"zh": each["zh"], "said": each["reached"], "value": each["value"], "note": _stopped(each)} for each in steps
    ]
    rows = [
        {"zh": each["zh"], "said": "；".join(filter(None, (f"到了这一步 {_people(each['said'])}", each["note"])))}
        for each in bars
    ]
    drawn = {"chart": "bars", "bars": bars, "most": _most(each["value"] for each in bars)}
    return _made(asked, shown, FUNNEL, f"{card.zh}：到了每一步的孩子（人）", rows, drawn, [rules.caveat], unit="人")


def _stopped(step: Row) -> str:
    if step["is_last"]:
        return ""
    if step["joined"]:
        return str(step["joined"])
    ended = f"；不必再往下 {_people(step['ended'])}（{step['ends_zh']}）" if step["has_end"] else ""
    return f"停在这一步 {_people(step['lost'])}（{step['lost_zh']}）{ended}"


def _people(said: str) -> str:
    return f"{said} 人" if said.isdigit() else said


def _made(
    asked: Asked, shown: Shown, id: str, zh: str, rows: Sequence[Row], drawn: Row, notes: Sequence[str], *, unit: str
) -> Row | None:
    """The table with its picture; none where there is nothing but gaps."""
    if not rows:
        return None
    small = f"“不显示”：少于 {shown.rules.small_under} 的数，和能推算出它的数。“没有记录”：这里没有登记过，不是 0。"
    head = f"{shown.whole.place.zh}　{asked.period}　{counted_zh(shown)}"
    told = _kept(rows, "zh", "said")
    return {
        "id": id, "zh": zh, "unit": unit, "rows": told, "picture": {
            **drawn, "head": head, "notes": [*notes, small],
            "alt": f"{zh}，{head}：" + "；".join(f"{row['zh']} {row['said']}" for row in told),
        },
    }


def _notes(indicator: Indicator) -> list[str]:
    caveat = f"注意：{indicator.caveat}。" if indicator.caveat else ""
    return [f"怎么算：{indicator.means}。{caveat}", f"来源：{indicator.source}"]


def _share(row: Row) -> str:
    has_both = row["is_shown"] and row["base"] is not None
    return f"{row['said']}（{row['met']}/{row['base']}）" if has_both else str(row["said"])


def _kept(rows: Sequence[Mapping[str, Any]], *names: str) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _most(values: Any) -> float:
    return max((each for each in values if each is not None), default=0)


def _rings(path: str) -> list[list[list[float]]]:
    """The rings of an outline from what draws it on the page."""
    found = []
    for ring in path.split("Z"):
        numbers = [float(each) for each in NUMBER.findall(ring)]
        if numbers:
            found.append([list(each) for each in zip(numbers[::2], numbers[1::2], strict=True)])
    return found


def _middle(rings: Sequence[Sequence[Sequence[float]]]) -> list[float]:
    """Where the name of a place stands: in the middle of its largest ring's box."""
    largest = max(rings, key=len)
    across, down = [x for x, _ in largest], [y for _, y in largest]
    return [(min(across) + max(across)) / 2, (min(down) + max(down)) / 2]
