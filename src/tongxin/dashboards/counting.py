"""All figures of a year at all places, from whatever has the facts: an office's tables, or exports of several."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.board import MULTIPLES, TREND, Funnel
from tongxin.core.indicators.definition import is_now
from tongxin.core.indicators.hiding import Path
from tongxin.core.pathway import CHINA
from tongxin.dashboards import funnel as steps
from tongxin.dashboards import trends
from tongxin.dashboards.funnel import Parts
from tongxin.dashboards.rules import dashboards_in
from tongxin.dashboards.trends import Days
from tongxin.indicators.counting import Counted
from tongxin.indicators.figures import HIDDEN, Figure, Figures
from tongxin.indicators.rules import groups_in

FIGURES, SERIES, STEPS, FEW = "figures", "series", "steps", "few"
# Where so few children are on file that this is hidden, nothing is told below.
CHILDREN = "children_open"
# What is told of one indicator (or of all, where none is named), by place.
Piece = tuple[str, str, Iterable[tuple[Path, Any]]]


class Source(Protocol):
    """Where numbers come from; each comes one indicator at a time, and is forgotten before the next."""

    def figures(
        self, groups: list[Group], *, ids: Collection[str], first: date, last: date
    ) -> Iterable[tuple[str, Figures]]:
        """Each indicator with what may be shown of it."""

    def trends(self, drawn: Mapping[str, Indicator], days: Days) -> Iterable[tuple[Indicator, Counted]]:
        """Each indicator with its numbers in each span."""

    def steps(self, funnel: Funnel, *, first: date, last: date) -> Parts:
        """How many stand in each part of the loop."""


def count(source: Source, *, year: int, region: str, at: datetime) -> Iterator[Piece]:
    """Everything that dashboards tell of a year, as it may be shown; how it was at a moment while the year runs."""
    groups, boards = groups_in(region=region, at=at), dashboards_in(region=region, at=at)
    under = {each.id: group.small_under for group in groups for each in group.indicators}
    known = {each.id: each for group in groups for each in group.indicators}
    days = trends.spans(year, until=at.astimezone(CHINA).date())
    first, last = days[trends.YEAR]
    # Of a year that is over nobody knows how many were on file, only how many were on its last day.
    is_over = last.month == 12 and last.day == 31 and last < at.astimezone(CHINA).date()
    boards = boards.past(known) if is_over else boards
    drawn = {id: known[id] for id in boards.of(TREND, MULTIPLES) if id in known}
    told = {id for id in boards.of() if id in known and not (is_over and is_now(known[id], known))}
    hidden: dict[str, frozenset[Path]] = {}
    asked = {*boards.of(), steps.CHILDREN, CHILDREN}
    for id, found in source.figures(groups, ids=asked, first=first, last=last):
        if id in drawn or id in (steps.CHILDREN, CHILDREN):
            hidden[id] = frozenset(path for path, each in found.items() if each.state == HIDDEN)
        if id in told:
            yield FIGURES, id, ((path, plain(each)) for path, each in found.items())
    yield FEW, "", ((path, True) for path in hidden[CHILDREN])
    for indicator, counted in source.trends(drawn, days):
        also = hidden.get(indicator.id, frozenset())
        series = trends.told(indicator, counted, days, under=under[indicator.id], also=also)
        yield SERIES, indicator.id, (
            (path, {span: figure and plain(figure) for span, figure in each.items()}) for path, each in series.items()
        )
    also = hidden.get(steps.CHILDREN, frozenset())
    parts = source.steps(boards.funnel, first=first, last=last)
    yield STEPS, "", steps.told(boards.funnel, parts, under=boards.small_under, also=also).items()


def plain(figure: Figure) -> list[Any]:
    """A figure as it is kept; `figure_in` reads it."""
    value = None if figure.value is None else f"{figure.value.normalize():f}"
    return [figure.state, value, figure.met, figure.base, dict(figure.parts)]
