"""Crossed tables: somebody who knows everything shown by every question over them finds no small number."""

from collections import defaultdict
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.indicators.test_hiding import solved
from tongxin.core.indicators import hide
from tongxin.core.indicators.crossing import ALL, Cell, hide_crossed
from tongxin.core.indicators.hiding import Path

UNDER = 5
CODES = (("high", "low", "other_"), ("boy", "girl"))
Counts = dict[Cell, tuple[int, ...]]


@st.composite
def tables(draw: st.DrawFn) -> Counts:
    """Children of a few towns and villages by two dimensions, with every sum."""
    number = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 60))
    found: dict[Cell, int] = defaultdict(int)
    for town in range(draw(st.integers(1, 3))):
        for village in range(draw(st.integers(1, 3))):
            for coords in product(*CODES):
                many = draw(number)
                for depth in range(3):
                    for free in product(*((ALL, code) for code in coords)):
                        found[(town, village)[:depth], free] += many
    return {cell: (many,) for cell, many in found.items()}


def told(counts: Counts, dims: tuple[int, ...]) -> dict[Cell, bool]:
    """The cells of one question over some of the dimensions: whether each is shown."""
    over_all = {path: row for (path, coords), row in counts.items() if not any(coords)}
    cells = {
        (path, tuple(coords[at] for at in dims)): row for (path, coords), row in counts.items()
        if all(code is ALL for at, code in enumerate(coords) if at not in dims)
    }
    hidden = hide_crossed(
        cells, [CODES[at] for at in dims], under=UNDER, hidden=hide(over_all, under=UNDER)
    )
    full = {}
    for path, coords in cells:
        whole = tuple(coords[dims.index(at)] if at in dims else ALL for at in range(len(CODES)))
        full[path, whole] = (path, coords) not in hidden
    return full


def lines(counts: Counts) -> list[tuple[Cell, list[Cell]]]:
    """Every cell with the cells that add up to it, place by place and code by code."""
    found, below = [], defaultdict[Path, list[Path]](list)
    for path in {path for path, _ in counts if path}:
        below[path[:-1]].append(path)
    for path, coords in counts:
        if below[path]:
            found.append(((path, coords), [(part, coords) for part in below[path]]))
        for at, code in enumerate(coords):
            if code is ALL:
                found.append(((path, coords), [(path, (*coords[:at], each, *coords[at + 1 :])) for each in CODES[at]]))
    return found


@settings(max_examples=60, deadline=None)
@given(tables())
def test_nothing_small_is_found_by_adding_up(counts: Counts) -> None:
    shown: set[Cell] = set()
    hidden: set[Cell] = set()
    for many in range(len(CODES) + 1):
        for dims in combinations(range(len(CODES)), many):
            for cell, is_shown in told(counts, dims).items():
                (shown if is_shown else hidden).add(cell)
    # What one question shows, no other hides: more dimensions never hide what fewer show.
    assert not shown & hidden
    small = {cell for cell, (many,) in counts.items() if 0 < many < UNDER}
    assert small <= hidden
    numbered: dict[Cell, tuple[Path, int]] = {cell: ((), at) for at, cell in enumerate(sorted(hidden, key=str))}
    equations = []
    for whole, parts in lines(counts):
        unknown, known = defaultdict[tuple[Path, int], int](int), 0
        for cell, sign in ((whole, -1), *((part, 1) for part in parts)):
            if cell in hidden:
                unknown[numbered[cell]] += sign
            else:
                known -= sign * counts[cell][0]
        if unknown:
            equations.append((dict(unknown), known))
    found = solved(equations)
    assert not {cell for cell in small if numbered[cell] in found}, (counts, hidden)


def test_zero_cells_of_an_empty_code_stay() -> None:
    counts: Counts = {((), (ALL,)): (40,), ((), ("high",)): (40,), ((), ("low",)): (0,)}
    assert hide_crossed(counts, [("high", "low")], under=UNDER, hidden=()) == frozenset()
    counts = {((), (ALL,)): (40,), ((), ("high",)): (37,), ((), ("low",)): (3,)}
    assert hide_crossed(counts, [("high", "low")], under=UNDER, hidden=()) == {((), ("high",)), ((), ("low",))}
