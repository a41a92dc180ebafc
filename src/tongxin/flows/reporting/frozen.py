"""Figures of a report as they were at the moment it was made: words and numbers that need no rule to be read later."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.core.indicators import Indicator
from tongxin.core.indicators.definition import is_now
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators import service
from tongxin.indicators.figures import HIDDEN, SHOWN, SPLIT, Figure
from tongxin.indicators.rules import groups_in
from tongxin.indicators.service import Place
from tongxin.reports.periods import Period
from tongxin.reports.rules import Kind

Row = dict[str, Any]
NOTHING_ZH, HIDDEN_ZH, SPLIT_ZH = "没有记录", "不显示", "见各项"
NOW_ZH = "只有现在的数"


def figures(*, kind: Kind, place: Place, period: Period, viewer: Viewer, at: datetime) -> list[Row]:
    """By section its figures, each with what it means, and those that are told for each place below.

    How it was on the period's last day: where a figure is only known of today, it is said so, and today's isn't told.
    """
    known = _known(viewer, at)
    dated = {id: known[id].at_end or id for id in kind.indicators if id in known}
    now = {id for id in dated.values() if is_now(known[id], known)}
    table = service.compute(
        {*dated.values()} - now, viewer=viewer, place=place, first=period.first, last=period.last, at=at
    )
    below = max((len(part.path) for part in table.parts), default=0)
    return [
        {
            "id": section.id, "zh": section.zh, "help": section.help,
            "rows": [
                {**_row(known[id], table.at(id, place), only_now=id in now), "also": also}
                for id, also in _once(section.indicators, dated).items()
            ],
            "places": [
                {
                    "id": id, "zh": known[id].zh, "unit": known[id].unit,
                    "rows": [
                        {"zh": part.zh, "said": said(known[id], figure), "value": _plain(figure)}
                        for part in table.parts for figure in (table.at(id, part),)
                    ],
                }
                for id in _once(section.by_place, dated)
                if table.parts and id not in now and below <= LEVELS.index(known[id].level) + 1
            ],
        }
        for section in kind.sections
    ]


def _once(ids: Iterable[str], dated: Mapping[str, str]) -> dict[str, list[str]]:
    """The figures that say the same of the period's last day, each once, with those they stand for."""
    found: dict[str, list[str]] = {}
    for id in ids:
        if id in dated:
            found.setdefault(dated[id], []).append(id)
    return found


def _known(viewer: Viewer, at: datetime) -> Mapping[str, Indicator]:
    groups = groups_in(region=service.region_of(viewer), at=at)
    return {each.id: each for group in groups for each in group.indicators}


def _row(indicator: Indicator, figure: Figure, *, only_now: bool) -> Row:
    return {
        "id": indicator.id, "zh": indicator.zh, "unit": indicator.unit,
        "said": NOW_ZH if only_now else said(indicator, figure),
        "state": figure.state, "value": _plain(figure), "met": figure.met,
        "base": figure.base, "met_zh": indicator.met_zh, "base_zh": indicator.base_zh, "means": indicator.means,
        "caveat": indicator.caveat, "source": indicator.source,
        "parts": [
            {"zh": part.zh, "said": _part(figure, part.code)} for part in indicator.parts
        ] if figure.state in (SHOWN, SPLIT) else [],
    }


def _plain(figure: Figure) -> str | None:
    return None if figure.value is None else str(figure.value)


def _part(figure: Figure, code: str) -> str:
    many = figure.parts.get(code, 0)
    return HIDDEN_ZH if many is None else number(Decimal(many))


def said(indicator: Indicator, figure: Figure) -> str:
    """A figure in words: hidden and unrecorded ones say so, a share says of how many."""
    if figure.state == HIDDEN:
        return HIDDEN_ZH
    if figure.state == SPLIT:
        return SPLIT_ZH
    if figure.state != SHOWN or figure.value is None:
        return NOTHING_ZH
    if indicator.is_share and figure.base is not None and figure.met is not None:
        return f"{number(figure.value)}%（{number(Decimal(figure.met))}/{number(Decimal(figure.base))}）"
    return f"{number(figure.value)} {indicator.unit}"


def number(value: Decimal) -> str:
    """With thousands apart and no zeros at the end."""
    text = f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
