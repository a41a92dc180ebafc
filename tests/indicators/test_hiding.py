"""Small numbers: somebody who knows all that is shown, and how the system hides, finds none of them."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.core.indicators import hide
from tongxin.core.indicators.hiding import Path, Row

UNDER = 5
Cell = tuple[Path, int]


@st.composite
def trees(draw: st.DrawFn, width: int = 1) -> dict[Path, Row]:
    """Places over three levels with the rows of the lowest drawn, those above their sums."""
    number = st.one_of(st.integers(0, 4), st.integers(0, 9), st.integers(0, 60))
    found: dict[Path, list[int]] = defaultdict(lambda: [0] * width)
    for a in range(draw(st.integers(1, 4))):
        for b in range(draw(st.integers(1, 4))):
            for c in [*range(draw(st.integers(0, 3))), None]:
                for at in range(width):
                    many = draw(number)
                    for path in ((), (a,), (a, b), (a, b, c)):
                        found[path][at] += many
    return {path: tuple(row) for path, row in found.items()}


def equations(counts: dict[Path, Row], hidden: frozenset[Path]) -> list[tuple[dict[Cell, int], int]]:
    """What can be written down: each whole is the sum of its parts, each row's sum is known, with what is shown."""
    below = defaultdict(list)
    for path in counts:
        if path:
            below[path[:-1]].append(path)
    width, found = len(counts[()]), []

    def add(terms: list[tuple[Cell, int]], known: int = 0) -> None:
        unknown: dict[Cell, int] = {}
        for (path, at), sign in terms:
            if path in hidden:
                unknown[path, at] = sign
            else:
                known -= sign * counts[path][at]
        if unknown:
            found.append((unknown, known))

    for whole, parts in below.items():
        for at in range(width):
            add([((whole, at), -1), *(((part, at), 1) for part in parts)])
    if width > 1:
        for path in hidden:
            add([((path, at), 1) for at in range(width)], sum(counts[path]))
    return found


def solved(found: list[tuple[dict[Cell, int], int]]) -> dict[Cell, Fraction]:
    """Every unknown that the equations alone fix, by elimination."""
    cells = sorted({cell for unknown, _ in found for cell in unknown}, key=str)
    rows = [[Fraction(unknown.get(cell, 0)) for cell in cells] + [Fraction(known)] for unknown, known in found]
    pivots: list[int] = []
    for column in range(len(cells)):
        at = next((each for each in range(len(pivots), len(rows)) if rows[each][column]), None)
        if at is None:
            continue
        rows[len(pivots)], rows[at] = rows[at], rows[len(pivots)]
        lead = rows[len(pivots)]
        lead[:] = [each / lead[column] for each in lead]
        for other in rows:
            if other is not lead and other[column]:
                factor = other[column]
                other[:] = [each - factor * top for each, top in zip(other, lead, strict=True)]
        pivots.append(column)
    return {
        cells[column]: row[-1] for row, column in zip(rows, pivots, strict=False)
        if sum(1 for each in row[:-1] if each) == 1
    }


def narrowed(bounds: dict[Any, tuple[int, int]], found: list[tuple[dict[Any, int], int]]) -> dict[Any, tuple[int, int]]:
    """The bounds by what is left for each unknown in every equation, again and again."""
    for _ in range(30):
        before = dict(bounds)
        for unknown, known in found:
            for cell, sign in unknown.items():
                rest = [(other, each) for other, each in unknown.items() if other != cell]
                least = sum(each * bounds[other][0 if each > 0 else 1] for other, each in rest)
                largest = sum(each * bounds[other][1 if each > 0 else 0] for other, each in rest)
                low, high = (known - largest, known - least) if sign > 0 else (least - known, largest - known)
                bounds[cell] = max(bounds[cell][0], low), min(bounds[cell][1], high)
        if bounds == before:
            break
    return bounds


def bounded(
    counts: dict[Path, Row], hidden: frozenset[Path], found: list[tuple[dict[Cell, int], int]]
) -> dict[Cell, tuple[int, int]]:
    """Between what each unknown must lie."""
    most, width = sum(counts[()]) + 1, len(counts[()])
    lowest = 1 if width == 1 else 0
    bounds = {(path, at): (lowest, most) for path in hidden for at in range(width)}
    return narrowed(bounds, found)


def check(counts: dict[Path, Row]) -> None:
    hidden = hide(counts, under=UNDER)
    small = {(path, at) for path, row in counts.items() for at, each in enumerate(row) if 0 < each < UNDER}
    assert all(path in hidden for path, _ in small)
    assert not any(sum(counts[path]) == 0 for path in hidden)
    found = equations(counts, hidden)
    known: dict[Cell, Any] = solved(found)
    assert not small & known.keys(), (small & known.keys(), counts, hidden)
    bounds = bounded(counts, hidden, found)
    sure = {cell for cell in small if bounds[cell][0] == bounds[cell][1]}
    assert not sure, (sure, counts, hidden)


@settings(max_examples=150, deadline=None)
@given(trees())
def test_no_number_is_found_by_subtracting_rows_totals_and_levels(counts: dict[Path, Row]) -> None:
    check(counts)


@settings(max_examples=120, deadline=None)
@given(trees(width=2))
def test_no_side_of_a_share_is_found_though_every_base_is_known(counts: dict[Path, Row]) -> None:
    check(counts)


@settings(max_examples=60, deadline=None)
@given(trees(width=4))
def test_no_colour_is_found_though_every_total_is_known(counts: dict[Path, Row]) -> None:
    check(counts)


def test_little_is_lost() -> None:
    """One small village takes one neighbour with it; a small county elsewhere doesn't hide a large one."""
    counts: dict[Path, Row] = {(): (112,), (1,): (52,), (2,): (60,), (1, 1): (2,), (1, 2): (20,), (1, 3): (30,)}
    assert hide(counts, under=UNDER) == {(1, 1), (1, 2)}
    counts = {(): (597,), (1,): (596,), (2,): (1,), (1, 1): (300,), (1, 2): (296,), (2, 1): (1,)}
    assert hide(counts, under=UNDER) == {(), (2,), (2, 1)}
