"""Counted numbers as they may be shown: blank where nothing was recorded, hidden where somebody could be recognised."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from tongxin.core.indicators import Indicator, hide
from tongxin.core.indicators.crossing import ALL, Cell, hide_crossed
from tongxin.core.indicators.dimensions import OTHER
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators.counting import Numbers

SHOWN, HIDDEN, NOTHING, SPLIT = "shown", "hidden", "nothing", "split"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at one place. `value` stands only where it is shown; a share comes with both its numbers."""

    state: str
    value: Decimal | None = None
    met: int | None = None
    base: int | None = None
    parts: Mapping[str, int | None] = field(default_factory=dict)


Figures = dict[Path, Figure]


def told(indicator: Indicator, counted: Mapping[Path, Numbers], *, under: int) -> Figures:
    """The figures of one indicator at all places, down to the level at which it is told."""
    most = LEVELS.index(indicator.level) + 1
    counted = {path: each for path, each in counted.items() if len(path) <= most}
    hidden, split = hidden_at(indicator, counted, under=under)
    return {
        path: figure(indicator, each, path in hidden, {code for code, paths in split.items() if path in paths})
        for path, each in counted.items()
    }


def hidden_at(
    indicator: Indicator, counted: Mapping[Path, Numbers], *, under: int
) -> tuple[frozenset[Path], Mapping[str, frozenset[Path]]]:
    """Where the figure is hidden, and where each of its parts is."""
    if not indicator.facts.is_protected:
        return frozenset(), {}
    codes = [each.code for each in indicator.parts]
    if indicator.is_alone:
        alone = {code: {path: (each.parts[code],) for path, each in counted.items()} for code in codes}
        return frozenset(), {code: hide(rows, under=under) for code, rows in alone.items()}
    rows = {path: (each.behind or 0,) for path, each in counted.items()}
    hidden = hide(rows, under=under)
    if indicator.is_share and not indicator.about_work:
        both = {path: (each.value or 0, (each.base or 0) - (each.value or 0)) for path, each in counted.items()}
        # What is counted in rows may be many rows of few children: both are looked at.
        return hide(both, under=under, also=hidden), {}
    if indicator.parts:
        return hidden, _parts_hidden(codes, counted, hidden, under=under)
    return hidden, {}


def _parts_hidden(
    codes: Sequence[str], counted: Mapping[Path, Numbers], hidden: Collection[Path], *, under: int
) -> Mapping[str, frozenset[Path]]:
    """Where each part is hidden: where a question by the same codes hides it, so that both together tell no more."""
    cells: dict[Cell, tuple[int, ...]] = {}
    for path, each in counted.items():
        cells[path, (ALL,)] = (each.behind or 0,)
        for code in codes:
            cells[path, (code,)] = (each.inside.get(code, each.parts[code]),)
        cells[path, (OTHER,)] = (max((each.behind or 0) - sum(cells[path, (code,)][0] for code in codes), 0),)
    found = hide_crossed(cells, [(*codes, OTHER)], under=under, hidden=hidden)
    return {code: frozenset(path for path, coords in found if coords == (code,)) for code in codes}


def figure(
    indicator: Indicator, numbers: Numbers, is_hidden: bool, without: Set[str] = frozenset()
) -> Figure:
    """What may be shown of counted numbers."""
    if is_hidden:
        return Figure(HIDDEN, parts=dict.fromkeys(numbers.parts))
    parts = {code: None if code in without else many for code, many in numbers.parts.items()}
    if indicator.is_alone:
        return Figure(SPLIT, parts=parts)
    if indicator.is_share:
        if not numbers.base:
            return Figure(NOTHING)
        return share_of(numbers)
    if numbers.value is None:
        # Nobody waited, so there is no middle; nobody at all is a number.
        return Figure(NOTHING) if indicator.column else Figure(SHOWN, Decimal(0), parts=parts)
    return Figure(SHOWN, divided(numbers.value, indicator.divide), parts=parts)


def share_of(numbers: Numbers) -> Figure:
    """So many of so many as hundredths, rounded down to one place."""
    share = Decimal((numbers.value or 0) * 1000 // (numbers.base or 1)) / 10
    return Figure(SHOWN, share, numbers.value, numbers.base)


def divided(number: int, by: int) -> Decimal:
    """A number in its smallest unit as the unit says: cents as yuan, minutes as hours."""
    return Decimal(number) if by == 1 else (Decimal(number) / by).quantize(Decimal("0.01"), ROUND_HALF_UP)


def quotients(indicator: Indicator, figures: Mapping[str, Figures]) -> Figures:
    """The figures of an indicator that is one by another; rounded down to one place like a share."""
    if indicator.per is None:
        raise ValueError(indicator.id)
    above, below = (figures[name] for name in indicator.per)
    found = {}
    for path, base in below.items():
        top = above.get(path, Figure(NOTHING))
        if HIDDEN in (top.state, base.state):
            found[path] = Figure(HIDDEN)
        elif NOTHING in (top.state, base.state) or not base.value or top.value is None:
            found[path] = Figure(NOTHING)
        else:
            value = (top.value * indicator.times / base.value).quantize(Decimal("0.1"), ROUND_DOWN)
            found[path] = Figure(SHOWN, value)
    return found

