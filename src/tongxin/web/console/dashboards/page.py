"""The dashboard of the viewer's post: a place, a year, the cards of its board, down to the places below."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse

from tongxin.core.indicators.board import FUNNEL, MULTIPLES, NUMBERS, PARTS, TILES, TREND, Card
from tongxin.dashboards import service
from tongxin.dashboards.service import Shown
from tongxin.flows.reporting.making import MAKE
from tongxin.indicators.service import SEE as INDICATORS
from tongxin.indicators.service import above
from tongxin.web.console.dashboards.asked import HOME, Asked, asked_of, board_of, shown_for, years_of
from tongxin.web.console.dashboards.charts import multiples, numbers, parts, trend
from tongxin.web.console.dashboards.files import KINDS_ZH
from tongxin.web.console.dashboards.loop import funnel
from tongxin.web.console.dashboards.tiles import tiles
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

Draw = Callable[[Request, Asked, Shown, Card], dict[str, Any]]
DRAWN: Mapping[str, Draw] = {
    NUMBERS: numbers, TILES: tiles, TREND: trend, MULTIPLES: multiples, PARTS: parts, FUNNEL: funnel,
}


@door(f"office.{service.SEE}")
def dashboard(request: Request) -> HttpResponse:
    """Everything on one page; nothing of it needs a script."""
    board, asked = board_of(request), asked_of(request)
    shown = shown_for(request, asked)
    cards = [
        {"chart": card.chart, "zh": _title(card, asked), "template": f"dashboards/_{card.chart}.html",
         **DRAWN[card.chart](request, asked, shown, card)}
        for card in shown.board.cards
    ] if shown.counted_at else []
    steps = above(request.viewer, asked.place)
    return show(request, "dashboards/page.html", {
        "board": board, "asked": asked, "place": asked.place, "cards": cards, "counted_at": shown.counted_at,
        "exports": shown.exports,
        "steps": [{"zh": each.zh, "url": asked.url(place=each.code)} for each in steps],
        "years": years_of(request, asked), "home": HOME,
        "picture": asked.url(f"{HOME}picture/"), "into_report": asked.url(f"{HOME}report/") if _writes(request) else "",
        "is_running": asked.year == asked.today.year,
        "under": shown.rules.small_under, "source": shown.rules.source, "night_from": shown.rules.night_from,
        "files": [{"zh": zh, "url": asked.url(f"{HOME}table/", kind=kind)} for kind, zh in KINDS_ZH.items()],
    })


def _title(card: Card, asked: Asked) -> str:
    return f"{asked.year}年" if card.chart == NUMBERS and asked.year != asked.today.year else card.zh


def _writes(request: Request) -> bool:
    return may_do_any(request, MAKE) and may_do_any(request, INDICATORS)
