"""A dashboard for somebody who works here: the figures of one place and of the places just below, as last counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import Board, Dashboards
from tongxin.core.indicators.definition import is_now
from tongxin.core.pathway import CHINA
from tongxin.dashboards.counting import FEW, FIGURES, SERIES, STEPS
from tongxin.dashboards.keeping import named
from tongxin.dashboards.live import count_year
from tongxin.dashboards.models import Count, Told
from tongxin.dashboards.rules import dashboards_in, groups_of, indicators_in, mark_of
from tongxin.indicators.figures import NOTHING, Figure
from tongxin.indicators.service import Place, place_for, region_of

SEE = "see_dashboards"


@dataclass(frozen=True, slots=True)
class At:
    """What is told of one place; `few`: so few children that nothing is told below it."""

    place: Place
    figures: Mapping[str, Figure] = field(default_factory=dict)
    series: Mapping[str, Mapping[str, Figure | None]] = field(default_factory=dict)
    steps: Mapping[str, int | None] = field(default_factory=dict)
    few: bool = False

    def figure(self, id: str) -> Figure:
        """One figure; nothing recorded where there is none."""
        return self.figures.get(id, Figure(NOTHING))


@dataclass(frozen=True, slots=True)
class Shown:
    """A place with those just below it; `counted_at` None while nothing has been counted yet.

    `now_only`: what isn't known of a year that is over. `exports`: over how many installations' exports it was
    counted; 0 where over the files kept here.
    """

    board: Board
    rules: Dashboards
    indicators: Mapping[str, Indicator]
    year: int
    counted_at: datetime | None
    whole: At
    parts: tuple[At, ...]
    groups: Mapping[str, str]
    now_only: frozenset[str] = frozenset()
    exports: int = 0


def board_for(viewer: Viewer, *, at: datetime) -> Board | None:
    """The board of the post that somebody acts from; None for whoever has none."""
    if viewer.seat is None or not access.may_do(viewer=viewer, action=SEE, at=at):
        return None
    return dashboards_in(region=region_of(viewer), at=at).for_role(viewer.seat.role)


def years(viewer: Viewer, *, at: datetime) -> int:
    """For how many years there are figures, the running one with them."""
    return dashboards_in(region=region_of(viewer), at=at).years


def shown(*, viewer: Viewer, place: Place, year: int, at: datetime) -> Shown:
    """What a viewer's board tells of a place of their own area; only its own indicators."""
    board = board_for(viewer, at=at)
    if board is None or place_for(viewer, place.code) is None:
        raise PermissionError(SEE)
    region = region_of(viewer)
    count = newest(year, region=region, at=at)
    known = indicators_in(region=region, at=at)
    rows = {} if count is None else {row.path: row.figures for row in _rows(count, place)}
    # An export says how it was at its moment, however long ago that is.
    exports = count.exports if count else []
    is_over = year < (count.at if count and exports else at).astimezone(CHINA).year
    board = board.past(known) if is_over else board
    own = frozenset(board.of())
    whole = _at(place, rows.pop(named(place.path), {}), own)
    parts = tuple(_at(each, rows[named(each.path)], own) for each in _places(place, rows))
    rules = dashboards_in(region=region, at=at)
    return Shown(board, rules, {id: known[id] for id in own if id in known}, year,
                 count.at if count else None, whole, parts, groups_of(region=region, at=at),
                 frozenset(id for id in own if is_over and id in known and is_now(known[id], known)), len(exports))


def newest(year: int, *, region: str, at: datetime) -> Count | None:
    """The last count; where few children are on file, the first who asks on a day has it made."""
    found = Count.objects.filter(year=year, definitions=mark_of(region=region, at=at)).order_by("-at").first()
    if found is not None and (found.exports or found.at.astimezone(CHINA).date() >= at.astimezone(CHINA).date()):
        return found
    if Count.objects.exclude(exports=[]).exists():
        # Here the nation is counted over exports: a year without them has no figures, which isn't none.
        return None
    if Case.objects.order_by().count() < dashboards_in(region=region, at=at).at_once_under:
        return count_year(year, region=region, at=at)
    return found


def _rows(count: Count, place: Place) -> Sequence[Told]:
    here = named(place.path)
    below = Told.objects.filter(count=count, above=here)
    return [*Told.objects.filter(count=count, path=here), *below]


def _places(place: Place, paths: Mapping[str, Any]) -> list[Place]:
    codes = [path.rpartition("/")[2] for path in paths]
    named_ = Division.objects.filter(code__in=[each for each in codes if each]).order_by("code", "id")
    found = {row.code: Place((*place.path, row.code), row.code, row.name, row.level) for row in named_}
    if "" in codes:
        found[""] = Place((*place.path, None), "", "没有登记到下一级", "")
    return [each for code, each in found.items() if code in codes]


def _at(place: Place, row: Mapping[str, Any], own: frozenset[str]) -> At:
    return At(
        place, {id: figure_in(each) for id, each in row.get(FIGURES, {}).items() if id in own},
        {
            id: {span: None if each is None else figure_in(each) for span, each in series.items()}
            for id, series in row.get(SERIES, {}).items() if id in own
        },
        row.get(STEPS, {}), bool(row.get(FEW)),
    )


def figure_in(kept: Sequence[Any]) -> Figure:
    """A figure as it was kept."""
    state, value, met, base, parts = kept
    return Figure(state, None if value is None else Decimal(value), met, base, parts)

