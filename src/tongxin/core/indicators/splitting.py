"""Which parts of a figure are not shown where a whole is split again and again: a year into months, a loop into steps.

A part that is hidden must not be had from its neighbours, from the whole, from the places around or below. So the
parts of one whole are told together or not at all at a place, and what was hidden stays so in every finer split.
"""

from collections.abc import Iterable, Mapping, Sequence

from tongxin.core.indicators.hiding import Path, hide

# Into which parts each whole falls, by name; what is no key falls into none.
Tree = Mapping[str, Sequence[str]]
Numbers = Mapping[str, int]


def hide_split(
    counts: Mapping[Path, Numbers], tree: Tree, *, root: str, under: int, also: Iterable[Path] = ()
) -> dict[str, frozenset[Path]]:
    """By name of each whole or part the places where it is not shown; `also` are hidden for another reason."""
    wholes = {path: (each[root],) for path, each in counts.items()}
    found = {root: hide(wholes, under=under, also=also) | frozenset(also)}
    open_ = [root]
    while open_:
        whole = open_.pop()
        parts = tree.get(whole, ())
        rows = {path: tuple(each[name] for name in parts) for path, each in counts.items()} if parts else {}
        # Even a zero stays hidden below what is: beside it another number would be alone.
        hidden = hide(rows, under=under, also=found[whole]) | found[whole] if parts else frozenset()
        found |= dict.fromkeys(parts, hidden)
        open_ += parts
    return found
