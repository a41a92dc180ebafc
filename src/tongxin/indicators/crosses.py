"""Figures of a question somebody put together: over places, and over every combination of the codes of dimensions.

What is hidden is decided over the whole table of the dimensions, filters or not, at all places. A filtered number is
made of cells that may be shown and is hidden when one of them is: so no two questions tell more than the whole table.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from typing import Any

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.crossing import ALL, Cell, Coords, hide_crossed
from tongxin.core.indicators.definition import PERCENT
from tongxin.core.indicators.dimensions import MONTH, Dimension, lowest_depth
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators.counting import Ask, Numbers
from tongxin.indicators.dialect import Words
from tongxin.indicators.figures import HIDDEN, NOTHING, Figure, figure, hidden_at
from tongxin.indicators.splitting import column, split
from tongxin.indicators.statements import Asked, is_apart

SUMLESS = "sumless"
Codes = Sequence[str]
Found = dict[Cell, Numbers]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Every cell of one indicator over some dimensions, in their order, and which of them are hidden."""

    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    cells: Found
    hidden: frozenset[Cell]

    def at(self, path: Path, wanted: Sequence[Codes | None]) -> Figure:
        """The figure of a place for the codes wanted of each dimension; None for all."""
        if (path, (ALL,) * len(self.dimensions)) not in self.cells:
            # No row at all is not zero.
            return Figure(NOTHING)
        found = [(path, coords) for coords in product(*((ALL,) if each is None else each for each in wanted))]
        if any(each in self.hidden for each in found):
            return Figure(HIDDEN)
        numbers = [self.cells[each] for each in found if each in self.cells]
        if len(found) == 1:
            return figure(self.indicator, numbers[0] if numbers else Numbers(value=self._nothing), is_hidden=False)
        several = (each for each, codes in zip(self.dimensions, wanted, strict=True) if codes and len(codes) > 1)
        if is_apart(self.indicator) or not all(each.is_exclusive for each in several):
            return Figure(SUMLESS)
        return figure(self.indicator, _summed(numbers), is_hidden=False)

    @property
    def _nothing(self) -> int | None:
        return None if self.indicator.count in PERCENT else 0


def cross(
    indicator: Indicator, dimensions: Sequence[Dimension], *, first: date, last: date, months: Codes, under: int,
    shown: Callable[[Path], bool], ask: Ask, source: str, words: Words, codes: Mapping[Any, str],
) -> Crossed:
    """One indicator over dimensions; what doesn't add up only at the places `shown`."""
    dims = tuple(sorted(dimensions, key=lambda each: each.id))
    counting = _Counting(indicator, dims, first, last, ask, source, words, codes)
    cells, known = Found(), [months if each.by == MONTH else tuple(each.codes) for each in dims]
    for apart in _subsets([at for at, each in enumerate(dims) if not each.is_exclusive]):
        counting.add(cells, apart, shown)
    inside = {
        cell: each for cell, each in cells.items()
        if all(code is ALL or code in known[at] for at, code in enumerate(cell[1]))
    }
    return Crossed(indicator, dims, inside, _hidden(indicator, inside, known, under))


def _hidden(indicator: Indicator, cells: Found, known: Sequence[Codes], under: int) -> frozenset[Cell]:
    if not indicator.facts.is_protected:
        return frozenset()
    over_all = {path: each for (path, coords), each in cells.items() if not any(coords)}
    hidden = hidden_at(indicator, over_all, under=under)[0]
    return hide_crossed(
        {cell: _row(indicator, each) for cell, each in cells.items()}, known, under=under, hidden=hidden
    )


def _row(indicator: Indicator, numbers: Numbers) -> tuple[int, ...]:
    """What must not be small: the children behind a cell; of a share about them, both its sides too."""
    behind = numbers.behind or 0
    if not indicator.is_share or indicator.about_work:
        return (behind,)
    met, base = numbers.value or 0, numbers.base or 0
    return (met, base - met, behind)


def _summed(numbers: Iterable[Numbers]) -> Numbers:
    found = Numbers(value=0, base=0, behind=0)
    for each in numbers:
        _add(found, (each.value or 0, each.base or 0, each.behind or 0))
    return found


def _add(numbers: Numbers, more: tuple[int, int, int]) -> None:
    numbers.value = (numbers.value or 0) + more[0]
    numbers.base = (numbers.base or 0) + more[1]
    numbers.behind = (numbers.behind or 0) + more[2]


def _subsets(ats: Sequence[int]) -> list[tuple[int, ...]]:
    return [each for many in range(len(ats) + 1) for each in combinations(ats, many)]


@dataclass(frozen=True, slots=True)
class _Counting:
    indicator: Indicator
    dims: tuple[Dimension, ...]
    first: date
    last: date
    ask: Ask
    source: str
    words: Words
    codes: Mapping[Any, str]

    def add(self, cells: Found, apart: tuple[int, ...], shown: Callable[[Path], bool]) -> None:
        """Count the cells that name these dimensions of which a child may be in several codes."""
        named = [at for at, each in enumerate(self.dims) if each.is_exclusive or at in apart]
        asked = self._asked(named)
        by = [column(at) for at in named]
        lowest = LEVELS[lowest_depth(self.indicator) - 1]
        sql, params = asked.cells(lowest=lowest, by=by)
        whats = [each.what for each in asked.columns]
        for row in self.ask(sql, params):
            numbers = dict(zip(whats, row[len(LEVELS) + len(by) + 1 :], strict=True))
            more = (int(numbers.get("value") or 0), int(numbers.get("base") or 0), int(numbers.get("behind") or 0))
            for cell in self._cells(row, named, apart):
                _add(cells.setdefault(cell, Numbers()), more)
        if is_apart(self.indicator):
            self._values(cells, named, apart, shown)

    def _asked(self, named: Sequence[int]) -> Asked:
        source = split(
            self.source, self.indicator, [(at, self.dims[at]) for at in named], last=self.last, words=self.words
        )
        return Asked(
            self.indicator.facts, (self.indicator,), source, self.first, self.last, self.words.vendor, "%s"
        )

    def _cells(self, row: Sequence[Any], named: Sequence[int], apart: tuple[int, ...]) -> Iterable[Cell]:
        """Every cell that a counted row is part of: its place and those above, its codes and all codes."""
        places = tuple(self.codes.get(each, each) for each in row[: lowest_depth(self.indicator)])
        given = dict(zip(named, row[len(LEVELS) : len(LEVELS) + len(named)], strict=True))
        free = [
            (given.get(at),) if at in apart else (ALL, given[at]) if at in given else (ALL,)
            for at in range(len(self.dims))
        ]
        for depth in range(len(places) + 1):
            if None not in places[: max(depth - 1, 0)]:
                for coords in product(*free):
                    yield places[:depth], coords

    def _values(
        self, cells: Found, named: Sequence[int], apart: tuple[int, ...], shown: Callable[[Path], bool]
    ) -> None:
        """Middles and different people, from every value there was."""
        asked = self._asked(named)
        marked, params = asked.marked()
        sql = asked.values(f"({marked})", 0, by=[column(at) for at in named])
        found: dict[Cell, Counter[Any]] = {}
        for row in self.ask(sql, params):
            for cell in self._cells(row, named, apart):
                if shown(cell[0]):
                    found.setdefault(cell, Counter())[row[-2]] += int(row[-1])
        for cell, values in found.items():
            if cell in cells:
                cells[cell].value = _middle(values, self.indicator.count)
        for cell, numbers in cells.items():
            if self.indicator.count in PERCENT and cell not in found and self._names(cell[1]) == set(apart):
                numbers.value = None

    def _names(self, coords: Coords) -> set[int]:
        return {at for at, code in enumerate(coords) if code is not ALL and not self.dims[at].is_exclusive}


def _middle(values: Counter[Any], count: str) -> int:
    if count not in PERCENT:
        return len(values)
    wanted, seen = -(-sum(values.values()) * PERCENT[count] // 100), 0
    for value in sorted(values):
        seen += values[value]
        if seen >= wanted:
            return int(value)
    raise ValueError(count)
