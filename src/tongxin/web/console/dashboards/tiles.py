"""A square for each place below, shaded by one figure: a map without borders, and the same figures as rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tongxin.accounts.models import LEVELS
from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import Card
from tongxin.dashboards.service import At, Shown
from tongxin.indicators.figures import HIDDEN, SHOWN, SPLIT, Figure
from tongxin.indicators.tables import LEVELS_ZH, said
from tongxin.web.console.dashboards.asked import TILE, Asked, definition_url, known, told
from tongxin.web.console.dashboards.maps import picture
from tongxin.web.doors import Request

Row = dict[str, Any]
SHADES = 5
BARS = "▁▂▄▆█"


def tiles(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """The places below, each with its shade, and what each shade means."""
    choices = known(shown, card)
    chosen = next((each for each in choices if each.id == asked.chosen[TILE]), choices[0] if choices else None)
    if chosen is None:
        return {"rows": []}
    depth = list(LEVELS).index(chosen.level) + 1
    is_told = len(asked.place.path) < depth
    values = [at.figure(chosen.id).value for at in shown.parts if at.figure(chosen.id).state == SHOWN]
    limits = _limits([each for each in values if each is not None])
    known_of = [at for at in shown.parts if at.place.code or chosen.id in at.figures]
    rows = [_row(asked, shown, chosen, at, limits) for at in known_of] if is_told else []
    return {
        "chosen": chosen, "choices": [{"zh": each.zh, "id": each.id} for each in choices], "rows": rows,
        "map": picture(rows), "may_keep": any(row["value"] is not None for row in rows),
        "url": definition_url(request, asked, shown, chosen), "legend": _legend(limits, rows, chosen),
        "whole": told(shown, chosen, shown.whole), "level_zh": LEVELS_ZH[chosen.level],
        "stops": not is_told and len(asked.place.path) < len(LEVELS), "has_closed": any(row["closed"] for row in rows),
    }


def _row(asked: Asked, shown: Shown, indicator: Indicator, at: At, limits: Sequence[Decimal]) -> Row:
    figure = at.figure(indicator.id)
    shade = _shade(figure, limits)
    is_closed = bool(at.place.code) and at.few
    may_open = bool(at.place.code) and not is_closed and len(at.place.path) < len(LEVELS)
    value = figure.value if figure.state == SHOWN else None
    return {
        **told(shown, indicator, at), "zh": at.place.zh, "code": at.place.code, "shade": shade,
        "bar": BARS[int(shade) - 1] if shade.isdigit() else "", "closed": is_closed,
        "url": asked.url(place=at.place.code) if may_open else "",
        "value": None if value is None else f"{value:f}",
    }


def _shade(figure: Figure, limits: Sequence[Decimal]) -> str:
    if figure.state == HIDDEN:
        return "hidden"
    if figure.state == SPLIT or figure.value is None:
        return "none"
    return str(1 + sum(figure.value > limit for limit in limits))


def _limits(values: Sequence[Decimal]) -> list[Decimal]:
    """The largest value of each shade but the last: so many places in each, equal values together."""
    ordered = sorted(values)
    wanted = min(SHADES, len(set(ordered)))
    found = [ordered[len(ordered) * number // wanted - 1] for number in range(1, wanted)]
    return [each for each in dict.fromkeys(found) if each < ordered[-1]]


def _legend(limits: Sequence[Decimal], rows: Sequence[Row], indicator: Indicator) -> list[Row]:
    found = []
    for number in range(len(limits) + 1):
        inside = [Decimal(row["value"]) for row in rows if row["shade"] == str(number + 1)]
        if inside:
            low, high = (said(Figure(SHOWN, each)) for each in (min(inside), max(inside)))
            zh = low if low == high else f"{low}—{high}"
            found.append({"shade": str(number + 1), "bar": BARS[number], "zh": f"{zh} {indicator.unit}"})
    for shade, zh in (("hidden", "不显示（人数太少）"), ("none", "没有记录")):
        if any(row["shade"] == shade for row in rows):
            found.append({"shade": shade, "bar": "", "zh": zh})
    return found
