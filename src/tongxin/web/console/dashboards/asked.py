"""What a dashboard is asked for: which place, which year, which figures of its charts; and addresses that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import Board, Card
from tongxin.core.pathway import CHINA
from tongxin.dashboards import service
from tongxin.dashboards.service import At, Shown
from tongxin.indicators.figures import SHOWN, Figure
from tongxin.indicators.service import Place, place_for
from tongxin.indicators.tables import said
from tongxin.lib.numbers import number_in
from tongxin.web.doors import Request, may_do_any
from tongxin.web.words import day_zh

HOME = "/dashboard/"
TILE, MANY = "tile", "many"


@dataclass(frozen=True, slots=True)
class Asked:
    """The place and year asked for, and the figure chosen in each chart that shows one at a time."""

    place: Place
    year: int
    today: date
    chosen: Mapping[str, str]

    def url(self, to: str = HOME, **more: str) -> str:
        """An address that keeps what was asked for."""
        given = {"place": self.place.code, "year": str(self.year), **self.chosen, **more}
        return f"{to}?{urlencode({name: value for name, value in given.items() if value})}"

    @property
    def first(self) -> date:
        """The first day that is counted."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """The last day that is counted."""
        return min(date(self.year, 12, 31), self.today)

    @property
    def period(self) -> str:
        """The year, or the part of it that is over."""
        return f"{self.year}年" if self.last.month == 12 and self.last.day == 31 else (
            f"{self.year}年（到{day_zh(self.last).removeprefix(f'{self.year}年')}）"
        )


def board_of(request: Request) -> Board:
    """The board of the viewer's post; no page for whoever has none."""
    board = service.board_for(request.viewer, at=request.at)
    if board is None:
        raise Http404
    return board


def asked_of(request: Request) -> Asked:
    """What the address says; what isn't understood is the viewer's own place and this year."""
    place = place_for(request.viewer, request.GET.get("place", "")[:12])
    if place is None:
        raise Http404
    today = request.at.astimezone(CHINA).date()
    year = number_in(request.GET.get("year", "")) or today.year
    chosen = {name: request.GET.get(name, "")[:64] for name in (TILE, MANY)}
    return Asked(place, year if year in _years(request, today) else today.year, today, chosen)


def years_of(request: Request, asked: Asked) -> list[dict[str, object]]:
    """The years that can be chosen."""
    return [
        {"zh": f"{each}年", "url": asked.url(year=str(each)), "is_here": each == asked.year}
        for each in _years(request, asked.today)
    ]


def _years(request: Request, today: date) -> range:
    many = service.years(request.viewer, at=request.at)
    return range(today.year, today.year - many, -1)


def shown_for(request: Request, asked: Asked) -> Shown:
    """The figures."""
    return service.shown(viewer=request.viewer, place=asked.place, year=asked.year, at=request.at)


def known(shown: Shown, card: Card) -> list[Indicator]:
    """The indicators of a card that are defined here."""
    return [shown.indicators[id] for id in card.indicators if id in shown.indicators]


def definition_url(request: Request, asked: Asked, shown: Shown, indicator: Indicator) -> str:
    """Where it is said how a figure is counted: the page of the figure, else its definition."""
    if not shown.exports and may_do_any(request, "see_indicators"):
        return (f"/indicators/{indicator.id}/?"
                + urlencode({"place": asked.place.code, "first": asked.first.isoformat(),
                             "last": asked.last.isoformat()}))
    return f"/definitions/indicators/{shown.groups[indicator.id]}/"


def told(indicator: Indicator, figure: Figure) -> dict[str, object]:
    """A figure as a row shows it."""
    return {
        "zh": indicator.zh, "id": indicator.id, "unit": indicator.unit, "said": said(figure),
        "is_shown": figure.state == SHOWN, "met": figure.met, "base": figure.base,
    }


def copied(asked: Asked, at: At, indicator: Indicator, figure: Figure) -> str:
    """A figure in one line: place, period, name, number, unit, number of the definition."""
    unit = indicator.unit if figure.state == SHOWN else ""
    both = f"（{figure.met}/{figure.base}）" if figure.state == SHOWN and figure.base is not None else ""
    many = f"{said(figure)} {unit}".strip()
    return f"{at.place.zh}，{asked.period}，{indicator.zh}：{many}{both}（指标 {indicator.id}）"
