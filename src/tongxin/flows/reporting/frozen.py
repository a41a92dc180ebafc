"""Figures of a report as they were at the moment it was made: words and numbers that need no rule to be read later."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.core.indicators import Indicator
from tongxin.indicators import service
from tongxin.indicators.figures import HIDDEN, SHOWN, Figure
from tongxin.indicators.rules import groups_in
from tongxin.indicators.service import Place
from tongxin.reports.periods import Period
from tongxin.reports.rules import Kind

Row = dict[str, Any]
NOTHING_ZH, HIDDEN_ZH = "没有记录", "不显示"


def figures(*, kind: Kind, place: Place, period: Period, viewer: Viewer, at: datetime) -> list[Row]:
    """By section its figures, each with what it means, and those that are told for each place below."""
    table = service.compute(
        kind.indicators, viewer=viewer, place=place, first=period.first, last=period.last, at=at
    )
    known = _known(viewer, at)
    return [
        {
            "id": section.id, "zh": section.zh, "help": section.help,
            "rows": [_row(known[id], table.at(id, place)) for id in section.indicators if id in known],
            "places": [
                {
                    "id": id, "zh": known[id].zh, "unit": known[id].unit,
                    "rows": [
                        {"zh": part.zh, "said": said(known[id], figure), "value": _plain(figure)}
                        for part in table.parts for figure in (table.at(id, part),)
                    ],
                }
                for id in section.by_place if id in known and table.parts
            ],
        }
        for section in kind.sections
    ]


def _known(viewer: Viewer, at: datetime) -> Mapping[str, Indicator]:
    groups = groups_in(region=service.region_of(viewer), at=at)
    return {each.id: each for group in groups for each in group.indicators}


def _row(indicator: Indicator, figure: Figure) -> Row:
    return {
        "id": indicator.id, "zh": indicator.zh, "unit": indicator.unit, "said": said(indicator, figure),
        "state": figure.state, "value": _plain(figure), "met": figure.met,
        "base": figure.base, "met_zh": indicator.met_zh, "base_zh": indicator.base_zh, "means": indicator.means,
        "caveat": indicator.caveat, "source": indicator.source,
        "parts": [
            {"zh": part.zh, "said": _part(figure, part.code)} for part in indicator.parts
        ] if figure.state == SHOWN else [],
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
    if figure.state != SHOWN or figure.value is None:
        return NOTHING_ZH
    if indicator.is_share and figure.base is not None and figure.met is not None:
        return f"{number(figure.value)}%（{number(Decimal(figure.met))}/{number(Decimal(figure.base))}）"
    return f"{number(figure.value)} {indicator.unit}"


def number(value: Decimal) -> str:
    """With thousands apart and no zeros at the end."""
    text = f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
