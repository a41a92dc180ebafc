"""Tables without names: a count so small that it points at somebody is not told, nor can it be worked out."""

from collections.abc import Sequence
from dataclasses import dataclass

Hidden = set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; None stands for a count too small to be told."""

    zh: str
    counts: tuple[int | None, ...]
    total: int | None


def hide_small(table: Sequence[Sequence[int]], *, at_least: int) -> Hidden:
    """The cells (row, column) that are not told, when the sums of rows and of columns are.

    In every row and column the hidden cells are none, or at least two that together reach `at_least` and whose sum
    leaves more than one way to make it up: four and four hidden under a told eight would be told.
    """
    hidden: Hidden = {
        (row, column) for row, cells in enumerate(table) for column, count in enumerate(cells) if 0 < count < at_least
    }
    columns = len(table[0]) if table else 0
    lines = [[(row, column) for column in range(columns)] for row in range(len(table))]
    lines += [[(row, column) for row in range(len(table))] for column in range(columns)]
    while more := next((cell for line in lines if (cell := _one_more(table, line, hidden, at_least))), None):
        hidden.add(more)
    return hidden


def _one_more(
    table: Sequence[Sequence[int]], line: Sequence[tuple[int, int]], hidden: Hidden, at_least: int
) -> tuple[int, int] | None:
    """Another cell to hide so that what is hidden in a line can't be worked out; none when it is safe already."""
    inside = [cell for cell in line if cell in hidden]
    together = sum(table[row][column] for row, column in inside)
    forced = together in (len(inside), len(inside) * (at_least - 1))
    if not inside or (len(inside) > 1 and together >= at_least and not forced):
        return None
    free = [cell for cell in line if cell not in hidden]
    return min(free, key=lambda cell: (table[cell[0]][cell[1]] == 0, table[cell[0]][cell[1]]), default=None)
