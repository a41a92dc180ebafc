"""Small numbers that are not shown, together with others where a total would give them away. Pure."""

from collections.abc import Sequence

HIDDEN = None
Cell = tuple[int, int]
Table = Sequence[Sequence[int]]


def hide_small(numbers: Sequence[int], *, under: int) -> list[int | None]:
    """The numbers of parts of a known total; those from 1 to `under` - 1 hidden, never one that the rest gives away."""
    return hide_table([], list(numbers), under=under)[0]


def hide_table(
    parts: Table, sums: Sequence[int], *, under: int, is_total_told: bool = True
) -> tuple[list[int | None], list[list[int | None]]]:
    """The sums of the columns and their parts, with what is hidden as None.

    `is_total_told`: whoever reads knows what the sums make together.
    """
    table, last = [*parts, sums], len(parts)
    hidden = {(row, at) for row, cells in enumerate(table) for at, many in enumerate(cells) if 0 < many < under}
    while more := _more(table, hidden, under, is_total_told):
        hidden |= more
    shown = [
        [HIDDEN if (row, at) in hidden else many for at, many in enumerate(cells)] for row, cells in enumerate(table)
    ]
    return shown[last], shown[:last]


def _more(table: Table, hidden: set[Cell], under: int, is_total_told: bool) -> set[Cell]:
    last = len(table) - 1
    for at in range(len(table[last])):
        column = [(row, at) for row in range(last)]
        if (last, at) not in hidden:
            if _gives_away(table, column, hidden, under):
                return _smallest(table, column, hidden) or {(last, at)}
        elif column and not hidden.intersection(column):
            return _smallest(table, column, hidden)
    row = [(last, at) for at in range(len(table[last]))]
    return _smallest(table, row, hidden) if is_total_told and _gives_away(table, row, hidden, under) else set()


def _gives_away(table: Table, line: Sequence[Cell], hidden: set[Cell], under: int) -> bool:
    """One hidden cell beside a told sum, or cells that can make up the sum in one way only."""
    inside = [table[row][at] for row, at in line if (row, at) in hidden]
    return bool(inside) and (len(inside) == 1 or sum(inside) in _forced(len(inside), under))


def _forced(many: int, under: int) -> tuple[int, ...]:
    return (0, many, many * (under - 1))


def _smallest(table: Table, line: Sequence[Cell], hidden: set[Cell]) -> set[Cell]:
    """What is hidden next: the smallest that are not zero, else zeros; all that are alike, for one would tell."""
    free = [(row, at) for row, at in line if (row, at) not in hidden]
    least = min((table[row][at] for row, at in free if table[row][at]), default=0)
    return {(row, at) for row, at in free if table[row][at] == least}
