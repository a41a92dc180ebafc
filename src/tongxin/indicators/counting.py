
"""Indicators of one fact set counted at every place, by whatever answers statements."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators.statements import Asked, is_apart

Ask = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]


@dataclass(slots=True)
class Numbers:
    """What was counted for one indicator at one place; `known` is how many rows the set has there at all."""

    known: int = 0
    value: int | None = None
    base: int | None = None
    behind: int | None = None
    parts: dict[str, int] = field(default_factory=dict)


Counted = dict[str, dict[Path, Numbers]]


def count(asked: Asked, ask: Ask, *, depths: Iterable[int], lowest: str) -> Counted:
    """By indicator and path; what doesn't add up only at the depths named, where it is shown."""
    marked, params = asked.marked()
    cells, _ = asked.cells()
    added = asked.added_up("cells", lowest=lowest)
    found = _read(asked, ask(f"WITH cells AS ({cells}) {added}", params))
    for at, each in enumerate(asked.indicators):
        if is_apart(each):
            for depth in depths:
                rows = ask(f"WITH marked AS ({marked}) {asked.apart('marked', at, depth=depth)}", params)
                place_apart(found[each.id], rows)
    return found


def _read(asked: Asked, rows: Iterable[Sequence[Any]]) -> Counted:
    found: Counted = {each.id: {} for each in asked.indicators}
    for row in rows:
        depth, known = row[0], row[1 + len(LEVELS)]
        path = tuple(row[1 : 1 + depth])
        # Of a place that nothing is known of below, the parts are the place itself.
        if None in path[:-1] or not known:
            continue
        for each in asked.indicators:
            found[each.id][path] = Numbers(known=int(known))
        for column, number in zip(asked.columns, row[2 + len(LEVELS) :], strict=True):
            numbers = found[column.indicator][path]
            if column.what in ("value", "base", "behind"):
                setattr(numbers, column.what, int(number))
            else:
                numbers.parts[column.what] = int(number)
    return found


def place_apart(counted: dict[Path, Numbers], rows: Iterable[Sequence[Any]]) -> None:
    """Put values of one indicator that doesn't add up where they belong."""
    for *path, value in rows:
        if tuple(path) in counted and value is not None:
            counted[tuple(path)].value = int(value)
