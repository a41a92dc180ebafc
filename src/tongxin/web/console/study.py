"""What children of a place lack: special difficulties, problems, unmet needs, each kind at the places below."""

from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path

from tongxin.core.indicators import Indicator
from tongxin.indicators import service
from tongxin.indicators.rules import indicator_in
from tongxin.indicators.service import Place
from tongxin.indicators.tables import LEVELS_ZH
from tongxin.web.console.indicators import HOME, Asked, around, asked_of, computed, depth, figure_at
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HERE = f"{HOME}study/"
# Beside each breakdown how many children it is about.
TOLD = (
    ("categories_at_end", "children_at_end"), ("problems_by_kind", "problem_children"),
    ("plan_problems", ""), ("needs_unmet", "needs_children"),
)


@door(f"office.{service.SEE}")
def study(request: Request) -> HttpResponse:
    """The study of a place for some days, with small numbers hidden as among the indicators."""
    asked, region = asked_of(request), service.region_of(request.viewer)
    known = {
        id: found[1] for id in (each for pair in TOLD for each in pair if each)
        if (found := indicator_in(id, region=region, at=request.at))
    }
    table = computed(request, asked, [*known.values()])
    tables = [
        _told(known[id], known.get(whole), table, asked) for id, whole in TOLD if id in known
    ]
    return show(request, "indicators/study.html", {**around(request, asked, HERE, group=""), "tables": tables})


def _told(indicator: Indicator, whole: Indicator | None, table: service.Table, asked: Asked) -> dict[str, Any]:
    """Each kind with its number here and at each place below, as far down as it is told."""
    parts = [each for each in table.parts if len(each.path) <= depth(indicator)]
    is_below = len(asked.place.path) > depth(indicator)
    rows: list[dict[str, Any]] = [] if is_below else [
        {"zh": kind.zh, "whole": _said(indicator, table, asked.place, asked, kind.code),
         "parts": [_said(indicator, table, each, asked, kind.code) for each in parts]}
        for kind in indicator.parts
    ]
    kept = [row for row in rows if {row["whole"], *row["parts"]} - {"0", ""}]
    if kept and whole is not None:
        told = [figure_at(whole, table, each, asked) for each in (asked.place, *parts)]
        said = ["不显示" if each.value is None else f"{each.value.normalize():f}" for each in told]
        kept.insert(0, {"zh": whole.zh, "whole": said[0], "parts": said[1:], "is_all": True})
    return {
        "indicator": indicator, "places": parts, "rows": kept, "url": f"{HOME}{indicator.id}/?{asked.query()}",
        "empty": f"只算到{LEVELS_ZH[indicator.level]}" if is_below else "没有记录",
    }


def _said(indicator: Indicator, table: service.Table, place: Place, asked: Asked, code: str) -> str:
    """One number in words; nothing where nothing was recorded."""
    parts = figure_at(indicator, table, place, asked).parts
    if code not in parts:
        return ""
    return "不显示" if parts[code] is None else str(parts[code])


urlpatterns: list[URLPattern] = [path("indicators/study/", study)]
