"""Figures for somebody who works here: of the own area and its parts, each the same whoever asks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, NATION, Division
from tongxin.accounts.viewers import Seat, Viewer
from tongxin.core.indicators import Group
from tongxin.core.indicators.definition import is_now
from tongxin.core.indicators.hiding import Path
from tongxin.core.pathway import CHINA
from tongxin.indicators import months as month_spans
from tongxin.indicators.computing import compute as computed
from tongxin.indicators.dialect import Words
from tongxin.indicators.figures import NOTHING, Figure, Figures
from tongxin.indicators.rules import groups_in
from tongxin.indicators.selects import SELECTS
from tongxin.indicators.statements import NO_DAYS
from tongxin.rulebook import rules

SEE = "see_indicators"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the tree: its row, or None for those of its whole that no lower place is known of."""

    path: Path
    code: str
    zh: str
    level: str


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one place and of its parts, by indicator."""

    whole: Place
    parts: tuple[Place, ...]
    figures: dict[str, dict[Path, Figure]]

    def at(self, id: str, place: Place) -> Figure:
        """One figure; nothing recorded where there is none."""
        return self.figures.get(id, {}).get(place.path, Figure(NOTHING))


def place_for(viewer: Viewer, code: str = "") -> Place | None:
    """The viewer's own place, or one inside it by its code; None for any other."""
    if viewer.seat is None:
        return None
    inside = Division.objects.filter(within(viewer.seat))
    row = (inside.filter(code=code) if code else inside.filter(id=viewer.seat.division_id)).order_by("id").last()
    return None if row is None else _place(row)


def within(seat: Seat, through: str = "") -> Q:
    """Places whose figures a post sees: its own and those in it; a post of the nation all. Never who may see a child.

    `through` is how a query comes to them.
    """
    if seat.division_level == NATION:
        return Q(**{f"{through}id__isnull": False})
    return Q(**{f"{through}{seat.division_level}_id": seat.division_id})


def offered(viewer: Viewer) -> list[Division]:
    """The viewer's own place and those just below it, to choose from."""
    if viewer.seat is None:
        return []
    every = Division.objects.filter(valid_to__isnull=True).order_by("code")
    at_top = viewer.seat.division_level == NATION
    below = every.filter(level=LEVELS[0]) if at_top else every.filter(parent_id=viewer.seat.division_id)
    return [*Division.objects.filter(id=viewer.seat.division_id), *below]


def above(viewer: Viewer, place: Place) -> list[Place]:
    """The places between the viewer's own and one inside it, from the top."""
    own = place_for(viewer)
    if own is None or place.path == own.path:
        return []
    rows = Division.objects.filter(code__in=[each for each in place.path[:-1] if each]).order_by("code")
    between = [each for each in map(_place, rows) if len(each.path) >= len(own.path)]
    return between if own.path else [own, *between]


def _place(row: Division) -> Place:
    own = LEVELS[: LEVELS.index(row.level) + 1] if row.level in LEVELS else ()
    ids = [row.ancestors[f"{level}_id"] for level in own]
    codes = dict(Division.objects.filter(id__in=[each for each in ids if each]).values_list("id", "code"))
    return Place(tuple(None if each is None else codes[each] for each in ids), row.code, row.name, row.level)


def compute(
    ids: Collection[str] | None, *, viewer: Viewer, place: Place, first: date, last: date, at: datetime
) -> Table:
    """The indicators named (all when None) for a place and the places just below it, as they stand now.

    Counted and hidden over everything that is kept here, then narrowed to the place: what is hidden doesn't depend on
    who asks. Nobody's own reading rights count, since no row is shown.
    """
    if not access.may_do(viewer=viewer, action=SEE, at=at):
        raise PermissionError(SEE)
    return figures_for(ids, viewer=viewer, place=place, first=first, last=last, at=at)


def figures_for(
    ids: Collection[str] | None, *, viewer: Viewer, place: Place, first: date, last: date, at: datetime
) -> Table:
    """As `compute`, for a page whose own door says who may come: the same numbers, and the same ones hidden."""
    if place_for(viewer, place.code) is None:
        raise PermissionError(SEE)
    found = _counted(groups_in(region=region_of(viewer), at=at), ids, place=place, first=first, last=last)
    return _table(place, found)


@dataclass(frozen=True, slots=True)
class Span:
    """A month of a trend with its figures; `is_whole`: it is over."""

    first: date
    last: date
    is_whole: bool
    table: Table


def series(
    ids: Collection[str], *, viewer: Viewer, place: Place, months: int = 12, at: datetime
) -> list[Span]:
    """The indicators named for each of the last months, the running one last; each fact set is read once.

    A figure that is only known as it stands now (`is_now_only`) is there in the last month; before, nothing is.
    """
    _refuse(viewer, place, at)
    spans = month_spans.months(months, until=at.astimezone(CHINA).date())
    groups, days = month_spans.copied(groups_in(region=region_of(viewer), at=at), ids, spans)
    found = _counted(groups, None, place=place, first=spans[0][0], last=spans[-1][1], days=days)
    return [
        Span(*span, month_spans.is_whole(span), _table(place, {
            id: found[name] for id in ids if (name := month_spans.named(id, number)) in found
        }))
        for number, span in enumerate(spans)
    ]


def is_now_only(id: str, *, viewer: Viewer, at: datetime) -> bool:
    """Whether a figure can't be told for a day that is past."""
    for group in groups_in(region=region_of(viewer), at=at):
        known = {each.id: each for each in group.indicators}
        if id in known:
            return is_now(known[id], known)
    return False


def _refuse(viewer: Viewer, place: Place, at: datetime) -> None:
    if not access.may_do(viewer=viewer, action=SEE, at=at) or place_for(viewer, place.code) is None:
        raise PermissionError(SEE)


def _counted(
    groups: Iterable[Group], ids: Collection[str] | None, *, place: Place, first: date, last: date,
    days: Mapping[str, tuple[date, date]] = NO_DAYS,
) -> dict[str, Figures]:
    words = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
    depth = len(place.path)
    codes = dict(Division.objects.values_list("id", "code"))
    with scope.widened(), connection.cursor() as cursor:
        def ask(sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
            cursor.execute(sql, list(map(str, params)))
            return list(cursor.fetchall())

        return computed(
            groups, ids=ids, first=first, last=last, ask=ask,
            source=lambda name: SELECTS[name](words), engine=words.vendor, placeholder="%s",
            depths=range(depth, min(depth + 1, len(LEVELS)) + 1), codes=codes, days=days,
        )


def _table(place: Place, found: Mapping[str, Figures]) -> Table:
    figures = {
        id: {path: each for path, each in all_of.items() if path == place.path or path[:-1] == place.path}
        for id, all_of in found.items()
    }
    return Table(place, _parts(place, figures), figures)


def _parts(place: Place, figures: dict[str, dict[Path, Figure]]) -> tuple[Place, ...]:
    """The places just below in which anything was counted, by code; last those without one."""
    paths = {path for each in figures.values() for path in each if path != place.path}
    rows = Division.objects.filter(code__in=[path[-1] for path in paths if path[-1] is not None]).order_by("code", "id")
    found = {row.code: Place((*place.path, row.code), row.code, row.name, row.level) for row in rows}
    if (*place.path, None) in paths:
        level = LEVELS[min(len(place.path), len(LEVELS) - 1)]
        found[""] = Place((*place.path, None), "", "没有登记到下一级", level)
    return tuple(found.values())


def region_of(viewer: Viewer) -> str:
    """The region whose definitions hold for a viewer."""
    return rules.region_of(viewer.seat.division_id) if viewer.seat is not None else ""
