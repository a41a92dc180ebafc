"""All figures of a year at all places counted in one go and kept as they may be shown."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tongxin.access import scope
from tongxin.accounts.models import LEVELS, Division
from tongxin.core.indicators.board import MULTIPLES, TREND
from tongxin.core.indicators.hiding import Path
from tongxin.core.pathway import CHINA
from tongxin.dashboards import funnel as steps
from tongxin.dashboards import trends
from tongxin.dashboards.loop import loop
from tongxin.dashboards.models import Count, Told
from tongxin.dashboards.rules import dashboards_in, mark_of
from tongxin.indicators.computing import compute
from tongxin.indicators.dialect import Words
from tongxin.indicators.figures import HIDDEN, Figure
from tongxin.indicators.months import is_now
from tongxin.indicators.rules import groups_in
from tongxin.indicators.selects import SELECTS

BATCH = 500
FIGURES, SERIES, STEPS, FEW = "figures", "series", "steps", "few"
# Where so few children are on file that this is hidden, nothing is told below.
CHILDREN = "children_open"
Kept = dict[Path, dict[str, Any]]


def count_year(year: int, *, region: str, at: datetime, meanwhile: Callable[[], object] = bool) -> Count:
    """A new count of a year, in place of those before it; how it is now when the year still runs.

    `meanwhile` is called before each statement: whoever counts for minutes gives a sign of life.
    """
    kept = _counted(year, region, at, meanwhile)
    mark = mark_of(region=region, at=at)
    with transaction.atomic():
        made = Count.objects.create(year=year, definitions=mark, at=at)
        Told.objects.bulk_create(
            (Told(count=made, path=named(path), above=named(path[:-1]), figures=each)
             for path, each in kept.items() if path), batch_size=BATCH,
        )
        Count.objects.filter(year=year, definitions=mark).exclude(id=made.id).delete()
    return made


def named(path: Path) -> str:
    """A path as it is kept: codes from the province down, nothing where none is known."""
    return "/".join(str(each or "") for each in path)


def _counted(year: int, region: str, at: datetime, meanwhile: Callable[[], object]) -> Kept:
    groups = groups_in(region=region, at=at)
    boards = dashboards_in(region=region, at=at)
    under = {each.id: group.small_under for group in groups for each in group.indicators}
    known = {each.id: each for group in groups for each in group.indicators}
    days = trends.spans(year, until=at.astimezone(CHINA).date())
    words = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
    codes = dict(Division.objects.values_list("id", "code"))
    kept: Kept = defaultdict(lambda: {FIGURES: {}, SERIES: {}, STEPS: {}, FEW: False})
    how: dict[str, Any] = {"engine": words.vendor, "placeholder": "%s", "codes": codes}
    first, last = days[trends.YEAR]
    drawn = {id: known[id] for id in boards.of(TREND, MULTIPLES) if id in known}
    with scope.widened(), connection.cursor() as cursor:
        def ask(sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
            meanwhile()
            cursor.execute(sql, list(map(str, params)))
            return list(cursor.fetchall())

        how["ask"] = ask
        source = lambda name: SELECTS[name](words)  # noqa: E731
        found = compute(groups, ids={*boards.of(), steps.CHILDREN, CHILDREN}, first=first, last=last, source=source,
                        depths=range(len(LEVELS) + 1), **how)
        monthly = trends.count_trends(drawn, days, source=source, **how)
        parts = steps.count_steps(boards.funnel, source=loop(words), first=first, last=last, **how)
    hidden = {id: frozenset(path for path, each in all_of.items() if each.state == HIDDEN)
              for id, all_of in found.items()}
    # Of a year that is over nobody knows how many were on file.
    is_over = last.month == 12 and last.day == 31 and last < at.astimezone(CHINA).date()
    for id in (each for each in boards.of() if each in known and not (is_over and is_now(known[each], known))):
        for path, figure in found.get(id, {}).items():
            kept[path][FIGURES][id] = plain(figure)
    for path in hidden[CHILDREN]:
        kept[path][FEW] = True
    for id, indicator in drawn.items():
        told = trends.told(indicator, monthly, days, under=under[id], also=hidden.get(id, frozenset()))
        for path, series in told.items():
            kept[path][SERIES][id] = {span: figure and plain(figure) for span, figure in series.items()}
    also = hidden.get(steps.CHILDREN, frozenset())
    for path, said in steps.told(boards.funnel, parts, under=boards.small_under, also=also).items():
        if len(path) <= trends.DEEPEST:
            kept[path][STEPS] = said
    return kept


def plain(figure: Figure) -> list[Any]:
    """A figure as it is kept; `figure_in` reads it."""
    value = None if figure.value is None else f"{figure.value.normalize():f}"
    return [figure.state, value, figure.met, figure.base, dict(figure.parts)]

