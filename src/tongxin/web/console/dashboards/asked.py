"""What a dashboard is asked for: which place, which year, which figures of its charts; and addresses that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import Board, Card
from tongxin.core.indicators.sets import LEVELS
from tongxin.core.pathway import CHINA
from tongxin.dashboards import service
from tongxin.dashboards.service import At, Shown
from tongxin.indicators.figures import SHOWN
from tongxin.indicators.service import Place, place_for
from tongxin.indicators.tables import LEVELS_ZH, said
from tongxin.lib.numbers import number_in
from tongxin.web.doors import Request, may_do_any
from tongxin.web.words import day_zh, moment_zh

HOME = "/dashboard/"
TILE, MANY = "tile", "many"
NOW_ZH = "只有现在的数"


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


def said_at(shown: Shown, indicator: Indicator, at: At) -> str:
    """A figure as text: the number, or why there is none."""
    if indicator.id in shown.now_only:
        return NOW_ZH
    if indicator.id not in at.figures and len(at.place.path) > LEVELS.index(indicator.level) + 1:
        return f"只算到{LEVELS_ZH[indicator.level]}"
    return said(at.figure(indicator.id))


def told(shown: Shown, indicator: Indicator, at: At) -> dict[str, Any]:
    """A figure as a row shows it."""
    figure = at.figure(indicator.id)
    return {
        "zh": indicator.zh, "id": indicator.id, "unit": indicator.unit, "said": said_at(shown, indicator, at),
        "is_shown": figure.state == SHOWN, "met": figure.met, "base": figure.base,
    }


def copied(asked: Asked, shown: Shown, indicator: Indicator) -> str:
    """The place's figure as text for a paper: place, period, name, number, unit; how it is counted, until when."""
    figure = shown.whole.figure(indicator.id)
    unit = indicator.unit if figure.state == SHOWN else ""
    both = f"（{figure.met}/{figure.base}）" if figure.state == SHOWN and figure.base is not None else ""
    many = f"{said_at(shown, indicator, shown.whole)} {unit}".strip()
    means = f"{indicator.means}。" + (f"注意：{indicator.caveat}。" if indicator.caveat else "")
    return (
        f"{shown.whole.place.zh}，{asked.period}，{indicator.zh}：{many}{both}（指标 {indicator.id}）。"
        f"怎么算：{means}{counted_zh(shown)}。来源：{indicator.source}"
    )


def counted_zh(shown: Shown) -> str:
    """Until when the figures count."""
    return f"数到{moment_zh(shown.counted_at)}" if shown.counted_at else ""
