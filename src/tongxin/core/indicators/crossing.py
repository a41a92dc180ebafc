"""Which cells of a crossed table are not shown, so that no small number is found along any of its lines. Pure.

A cell is a place and, for each dimension, a code or ALL. It lies on a line for each dimension that it names (its
codes make the cell with ALL there) and on one for its place (the places of the same whole). What is decided depends on
the set of dimensions alone: cells with fewer of them, and wholes, are settled first and never hidden afterwards for
something finer. So tables with more dimensions, and of lower places, can't be played off against those with fewer.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations, product

from tongxin.core.indicators.hiding import Path, Row

ALL = None
Coords = tuple[str | None, ...]
Cell = tuple[Path, Coords]
Counts = Mapping[Cell, Row]


def hide_crossed(
    counts: Counts, codes: Sequence[Sequence[str]], *, under: int, hidden: Collection[Path]
) -> frozenset[Cell]:
    """The cells that are not shown. `codes` of each dimension; `hidden` the places whose number over all is hidden."""
    found = _Crossed(counts, codes, under)
    none = (ALL,) * len(codes)
    paths = sorted({path for path, _ in counts}, key=lambda path: (len(path), str(path)))
    found.hidden = {(path, none) for path in hidden}
    levels: dict[int, list[Path]] = defaultdict(list)
    for path in paths:
        levels[len(path)].append(path)
    for depth in sorted(levels):
        for many in range(1, len(codes) + 1):
            for named in combinations(range(len(codes)), many):
                found.settle(levels[depth], named, has_above=depth - 1 in levels)
    return frozenset(found.hidden)


class _Crossed:
    def __init__(self, counts: Counts, codes: Sequence[Sequence[str]], under: int) -> None:
        self._counts = counts
        self._codes = codes
        self._under = under
        self._empty = (0,) * len(next(iter(counts.values()), (0,)))
        self.hidden: set[Cell] = set()
        # Nothings that are hidden so that something beside them can't be found.
        self._leaned: set[Cell] = set()

    def settle(self, paths: Sequence[Path], named: tuple[int, ...], *, has_above: bool) -> None:
        """Hide what must be hidden among the cells of places of one level that name the same dimensions."""
        coords = [
            tuple(each[named.index(at)] if at in named else ALL for at in range(len(self._codes)))
            for each in product(*(self._codes[at] for at in named))
        ]
        cells = [(path, each) for path in paths for each in coords]
        lines: dict[Cell, dict[object, list[Cell]]] = defaultdict(lambda: defaultdict(list))
        above: dict[Cell, list[Cell]] = {}
        many: dict[Path, int] = defaultdict(int)
        for path in paths:
            many[path[:-1]] += 1
        for cell in cells:
            wholes = [(cell[0], (*cell[1][:at], ALL, *cell[1][at + 1 :])) for at in named]
            if has_above and cell[0]:
                whole = (cell[0][:-1], cell[1])
                if many[whole[0]] == 1:
                    # The only part of its whole is the whole.
                    if whole in self.hidden:
                        self.hidden.add(cell)
                    continue
                wholes.append(whole)
            above[cell] = wholes
            for way, whole in zip((*named, "place"), wholes, strict=False):
                lines[whole][way].append(cell)
            small = any(0 < each < self._under for each in self._row(cell))
            if small or any(each in self.hidden for each in wholes):
                self.hidden.add(cell)
        told = [
            each for whole, ways in lines.items() if whole not in self.hidden and any(self._row(whole))
            for each in ways.values()
        ]
        self._even_out(told)

    def _even_out(self, lines: Iterable[list[Cell]]) -> None:
        kept, changed = list(lines), True
        while changed:
            changed = False
            for line in kept:
                hidden = [each for each in line if each in self.hidden]
                if hidden and not self._is_safe(hidden):
                    more = self._next([each for each in line if each not in self.hidden])
                    if more is not None:
                        self.hidden.add(more)
                        self._leaned |= set() if any(self._row(more)) else {more}
                        changed = True

    def _next(self, left: Sequence[Cell]) -> Cell | None:
        """The smallest that is not nothing, then those that are."""
        order: Callable[[Cell], tuple[bool, int, str]] = lambda cell: (  # noqa: E731 -- used once, just below
            not any(self._row(cell)), sum(self._row(cell)), str(cell),
        )
        return min(left, key=order, default=None)

    def _is_safe(self, hidden: Sequence[Cell]) -> bool:
        rows = [self._row(each) for each in hidden]
        if not any(map(any, rows)) and self._leaned.isdisjoint(hidden):
            # That there is nothing is no secret.
            return True
        if len(rows) < 2:
            return False
        most = self._under - 1
        for column in zip(*rows, strict=True):
            total, least = sum(column), sum(map(bool, column))
            if 0 < total < self._under or (total and least == len(column) and (
                total == least or (total == most * least and max(column) == most)
            )):
                return False
        return any(map(any, rows))

    def _row(self, cell: Cell) -> Row:
        return self._counts.get(cell, self._empty)
