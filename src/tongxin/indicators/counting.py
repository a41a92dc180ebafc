
"""Indicators of one fact set counted at every place, by whatever answers statements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators.statements import BEHIND, Asked, is_apart

Ask = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]


@dataclass(slots=True)
class Numbers:
    """What was counted for one indicator at one place; `known` is how many rows the set has there at all.

    `parts` by code, and `inside` how many children are behind each where rows are counted.
    """

    known: int = 0
    value: int | None = None
    base: int | None = None
    behind: int | None = None
    parts: dict[str, int] = field(default_factory=dict)
    inside: dict[str, int] = field(default_factory=dict)


Counted = dict[str, dict[Path, Numbers]]
NO_CODES: Mapping[Any, str] = MappingProxyType({})


def count(
    asked: Asked, ask: Ask, *, depths: Iterable[int], lowest: str, codes: Mapping[Any, str] = NO_CODES
) -> Counted:
    """By indicator and path; what doesn't add up only at the depths named, where it is shown.

    `codes` names places that the source has by number: what is hidden must not depend on an installation's numbers.
    """
    cells, params = asked.cells()
    added = asked.added_up("cells", lowest=lowest)
    found = read(asked, ask(f"WITH cells AS MATERIALIZED ({cells}) {added}", params), codes=codes)
    if any(map(is_apart, asked.indicators)):
        place_apart(asked, found, ask(*asked.all_apart(depths)), codes=codes)
    return found


def read(asked: Asked, rows: Iterable[Sequence[Any]], *, codes: Mapping[Any, str] = NO_CODES) -> Counted:
    """The sums of all levels by indicator and path."""
    found: Counted = {each.id: {} for each in asked.indicators}
    columns = asked.columns
    for row in rows:
        depth, known = row[0], row[1 + len(LEVELS)]
        path = tuple(codes.get(each, each) for each in row[1 : 1 + depth])
        # Of a place that nothing is known of below, the parts are the place itself.
        if None in path[:-1] or not known:
            continue
        for each in asked.indicators:
            found[each.id].setdefault(path, Numbers()).known += int(known)
        for column, number in zip(columns, row[2 + len(LEVELS) :], strict=True):
            numbers = found[column.indicator][path]
            if column.what in ("value", "base", "behind"):
                # A place that has changed stands twice under one code.
                setattr(numbers, column.what, (getattr(numbers, column.what) or 0) + int(number))
            else:
                into, code = (numbers.inside, column.what[1:]) if column.what[0] == BEHIND else (
                    numbers.parts, column.what,
                )
                into[code] = into.get(code, 0) + int(number)
    return found


def place_apart(
    asked: Asked, found: Counted, rows: Iterable[Sequence[Any]], *, codes: Mapping[Any, str] = NO_CODES
) -> None:
    """Put values of indicators that don't add up where they belong."""
    for number, depth, *places, value in rows:
        path = tuple(codes.get(each, each) for each in places[:depth])
        counted = found[asked.indicators[number].id]
        if path in counted and value is not None:
            counted[path].value = int(value)
