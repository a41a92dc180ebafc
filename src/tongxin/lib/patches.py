"""The patch that makes one content of another, as an overlay writes it."""

from collections.abc import Sequence
from typing import Any

from tongxin.lib.overlays import PLACED, key_of, lay_over

Content = dict[str, Any]


class NoPatch(Exception):
    """No overlay can say this change: it takes away a name that stands above."""


def patch_between(base: Content, wanted: Content) -> Content:
    """What an overlay on `base` has to say so that `wanted` comes out; empty when they are the same."""
    patch = _mapping(base, wanted)
    if lay_over(base, patch) != wanted:
        raise NoPatch
    return patch


def _mapping(base: Content, wanted: Content) -> Content:
    return {
        key: _value(base.get(key), value) for key, value in wanted.items() if key not in base or base[key] != value
    }


def _value(base: Any, wanted: Any) -> Any:
    if isinstance(base, dict) and isinstance(wanted, dict):
        return _mapping(base, wanted)
    key = key_of(base)
    if key is not None and key_of(wanted) == key:
        return _rows(base, wanted, key)
    return wanted


def _rows(base: Sequence[Content], wanted: Sequence[Content], key: str) -> list[Content]:
    """The rows that differ, and those that stand elsewhere, in the order that is wanted."""
    before, after = {row[key]: row for row in base}, {row[key]: row for row in wanted}
    gone: list[Content] = [{key: name, "removed": True} for name in before if name not in after]
    order = [name for name in before if name in after] + [name for name in after if name not in before]
    stays = _longest_run([order.index(name) for name in after])
    rows: list[Content] = []
    previous = ""
    for at, (name, row) in enumerate(after.items()):
        said = {key: name, **_mapping(before[name], row)} if name in before else dict(row)
        if at not in stays:
            said[PLACED] = previous
        if name not in before or len(said) > 1:
            rows.append(said)
        previous = name
    return [*gone, *rows]


def _longest_run(places: Sequence[int]) -> set[int]:
    """Which of the rows may stay where they are: the longest run of rising places."""
    best: list[tuple[int, int]] = []
    for at, place in enumerate(places):
        before = [each for each in range(at) if places[each] < place]
        longest = max(before, key=lambda each: best[each][0], default=-1)
        best.append((best[longest][0] + 1 if longest >= 0 else 1, longest))
    stays: set[int] = set()
    at = max(range(len(best)), key=lambda each: best[each][0], default=-1)
    while at >= 0:
        stays.add(at)
        at = best[at][1]
    return stays
