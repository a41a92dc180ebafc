"""Figures for somebody who works here: of the own area and its parts, each the same whoever asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.indicators.hiding import Path
from tongxin.indicators.computing import compute as computed
from tongxin.indicators.dialect import Words
from tongxin.indicators.figures import NOTHING, Figure
from tongxin.indicators.rules import groups_in
from tongxin.indicators.selects import SELECTS
from tongxin.rulebook import rules

SEE = "see_indicators"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the tree: its row, or None for those of its whole that no lower place is known of."""

    path: Path
    division_id: int | None
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


def place_for(viewer: Viewer, division_id: int | None = None) -> Place | None:
    """The viewer's own place, or one inside it; None for any other."""
    if viewer.seat is None:
        return None
    row = Division.objects.filter(
        id=division_id or viewer.seat.division_id, **{f"{viewer.seat.division_level}_id": viewer.seat.division_id}
    ).first()
    return None if row is None else Place(path_of(row), row.id, row.name, row.level)


def path_of(row: Division) -> Path:
    """A place's ancestors from the top, itself last."""
    return tuple(row.ancestors[f"{level}_id"] for level in LEVELS[: LEVELS.index(row.level) + 1])


def compute(
    ids: Collection[str] | None, *, viewer: Viewer, place: Place, first: date, last: date, at: datetime
) -> Table:
    """The indicators named (all when None) for a place and the places just below it, as they stand now.

    Counted and hidden over everything that is kept here, then narrowed to the place: what is hidden doesn't depend on
    who asks. Nobody's own reading rights count, since no row is shown.
    """
    if not access.may_do(viewer=viewer, action=SEE, at=at) or place_for(viewer, place.division_id) is None:
        raise PermissionError(SEE)
    words = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
    depth = len(place.path)
    with scope.widened(), connection.cursor() as cursor:
        def ask(sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
            cursor.execute(sql, list(map(str, params)))
            return list(cursor.fetchall())

        found = computed(
            groups_in(region=rules.region_of(place.division_id), at=at), ids=ids, first=first, last=last, ask=ask,
            source=lambda name: SELECTS[name](words), engine=words.vendor, placeholder="%s",
            depths=range(depth, min(depth + 1, len(LEVELS)) + 1),
        )
    figures = {
        id: {path: each for path, each in all_of.items() if path == place.path or path[:-1] == place.path}
        for id, all_of in found.items()
    }
    return Table(place, _parts(place, figures), figures)


def _parts(place: Place, figures: dict[str, dict[Path, Figure]]) -> tuple[Place, ...]:
    """The places just below in which anything was counted, by code; last those without one."""
    paths = {path for each in figures.values() for path in each if path != place.path}
    rows = Division.objects.filter(id__in=[path[-1] for path in paths if path[-1] is not None]).order_by("code")
    found = [Place((*place.path, row.id), row.id, row.name, row.level) for row in rows]
    if (*place.path, None) in paths:
        level = LEVELS[min(len(place.path), len(LEVELS) - 1)]
        found.append(Place((*place.path, None), None, "没有登记到下一级", level))
    return tuple(found)
