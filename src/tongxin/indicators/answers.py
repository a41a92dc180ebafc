"""The answer to a question: a table of figures for each indicator, for somebody who works here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.definition import PERCENT
from tongxin.core.indicators.dimensions import MONTH, OTHER_ZH, PLACE, Dimension, lowest_depth
from tongxin.core.indicators.hiding import Path
from tongxin.indicators.crosses import SUMLESS, Codes, Crossed, cross
from tongxin.indicators.dialect import Words
from tongxin.indicators.figures import HIDDEN, NOTHING, SHOWN, SPLIT, Figure
from tongxin.indicators.questions import Question, months_of
from tongxin.indicators.selects import SELECTS
from tongxin.indicators.service import SEE, Place, place_for
from tongxin.indicators.tables import said

ALL_ZH, NOWHERE_ZH = "全部", "没有登记到下一级"
TOO_LOW = "这个数只算到上一级，再往下会认得出是哪个孩子：请不要按下一级地方分，或选上一级地方。"
NO_RECORD = "没有记录：这里还没有登记过这类事，不是 0。"
ALL_SMALL = "人数太少，都不显示：请少分一种、少筛一项，或选大一些的地方、长一些的时间。"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its words, and its figure in each column; the last column is that of all."""

    zh: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The table of one indicator; the last line is that of all. `problem` says why there is none."""

    group: Group
    indicator: Indicator
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    problem: str = ""


def answer(question: Question, *, viewer: Viewer, place: Place, rounded: int, at: datetime) -> list[Answer]:
    """A table for each indicator at a place, counted and hidden over everything that is kept here.

    `rounded`: of days that are no whole months only multiples of it are told.
    """
    if not access.may_do(viewer=viewer, action=SEE, at=at) or place_for(viewer, place.code) is None:
        raise PermissionError(SEE)
    words = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
    codes = dict(Division.objects.values_list("id", "code"))
    found = []
    with scope.widened(), connection.cursor() as cursor:
        def ask(sql: str, params: Sequence[object]) -> list[tuple[Any, ...]]:
            cursor.execute(sql, list(map(str, params)))
            return list(cursor.fetchall())

        for group, indicator in question.indicators:
            deep = len(place.path) + (question.rows.by == PLACE)
            if deep > lowest_depth(indicator):
                found.append(Answer(group, indicator, (), (), TOO_LOW))
                continue
            crossed = cross(
                indicator, question.dimensions, first=question.period.first, last=question.period.last,
                months=months_of(question.period), under=group.small_under, shown=lambda path: _is_near(place, path),
                ask=ask, source=SELECTS[indicator.over](words), words=words, codes=codes,
            )
            found.append(_table(question, group, crossed, place, rounded))
    return found


def _is_near(place: Place, path: Path) -> bool:
    return path == place.path or path[:-1] == place.path


def _table(question: Question, group: Group, crossed: Crossed, place: Place, rounded: int) -> Answer:
    filters = {each.id: codes for each, codes in question.filters}
    rows = _places(crossed, place) if question.rows.by == PLACE else [
        (place.path, code, zh) for code, zh in _codes(question, question.rows, filters)
    ]
    columns = _codes(question, question.columns, filters) if question.columns else []
    # A middle of waiting times is no number of children.
    step = rounded if question.period.is_rough and crossed.indicator.count not in PERCENT else 0
    lines = []
    for path, code, zh in (*rows, (place.path, "", ALL_ZH)):
        figures = []
        for column in (*(each for each, _ in columns), ""):
            wanted = [_wanted(each, question, code, column, filters) for each in crossed.dimensions]
            figures.append(rounded_to(crossed.at(path, wanted), step))
        lines.append(Line(zh, tuple(figures)))
    return _without_empty(Answer(group, crossed.indicator, tuple(zh for _, zh in columns), tuple(lines)))


def _without_empty(answer: Answer) -> Answer:
    """The table without what nobody is in that no code fits."""
    kept = [line for line in answer.lines if line.zh != OTHER_ZH or not all(map(_is_zero, line.figures))]
    shown = [
        at for at in range(len(answer.columns) + 1)
        if (*answer.columns, "")[at] != OTHER_ZH or not all(_is_zero(line.figures[at]) for line in kept)
    ]
    states = {figure.state for line in kept for figure in line.figures}
    problem = {frozenset({NOTHING}): NO_RECORD, frozenset({HIDDEN}): ALL_SMALL}.get(frozenset(states), "")
    return replace(
        answer, problem=problem, columns=tuple(answer.columns[at] for at in shown[:-1]),
        lines=tuple(Line(line.zh, tuple(line.figures[at] for at in shown)) for line in kept),
    )


def _is_zero(figure: Figure) -> bool:
    return (figure.state == SHOWN and not figure.value) or figure.state == NOTHING


def _wanted(
    dimension: Dimension, question: Question, row: str, column: str, filters: Mapping[str, Codes]
) -> Codes | None:
    if row and dimension.id == question.rows.id:
        return (row,)
    if column and question.columns and dimension.id == question.columns.id:
        return (column,)
    return filters.get(dimension.id)


def _codes(question: Question, dimension: Dimension, filters: Mapping[str, Codes]) -> list[tuple[str, str]]:
    """The codes that a table shows, with their words."""
    if dimension.by == MONTH:
        return [(each, f"{int(each[:4])}年{int(each[5:])}月") for each in months_of(question.period)]
    wanted = filters.get(dimension.id)
    return [(code, zh) for code, zh in dimension.codes.items() if wanted is None or code in wanted]


def _places(crossed: Crossed, place: Place) -> list[tuple[Path, str, str]]:
    paths = {path for path, _ in crossed.cells if path and path[:-1] == place.path and len(path) > len(place.path)}
    level = LEVELS[min(len(place.path), len(LEVELS) - 1)]
    rows = Division.objects.filter(code__in=[path[-1] for path in paths if path[-1]], level=level)
    found = {
        row.code: ((*place.path, row.code), "", row.name) for row in rows.order_by("code", "id")
    }
    nowhere: Path = (*place.path, None)
    return [*found.values(), *([(nowhere, "", NOWHERE_ZH)] if nowhere in paths else [])]


def rounded_to(figure: Figure, step: int) -> Figure:
    """The figure to the nearest multiple, a share in whole per cent of round numbers."""
    parts = {code: None if many is None else _nearest(many, step or 1) for code, many in figure.parts.items()}
    if figure.state == SPLIT:
        return Figure(SPLIT, parts=parts)
    if not step or figure.state != SHOWN or figure.value is None:
        return figure
    if figure.base is not None and figure.met is not None:
        met, base = _nearest(figure.met, step), _nearest(figure.base, step)
        if not base:
            return Figure(NOTHING)
        return Figure(SHOWN, Decimal(min(met, base) * 100 // base), min(met, base), base)
    return Figure(SHOWN, Decimal(_nearest(int(figure.value), step)), parts=parts)


def _nearest(number: int, step: int) -> int:
    return (number + step // 2) // step * step


def words_of(figure: Figure, *, is_rough: bool = False) -> str:
    """The figure as text, or why there is none."""
    if figure.state == SUMLESS:
        return "加不起来"
    return f"约 {said(figure)}" if is_rough and figure.state == SHOWN else said(figure)
