"""What a level of a comparison may ask of two records: each atom as Python and as SQL, the same in every engine.

A blank is `None` and answers neither yes nor no; an atom holds only where it is certainly so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from tongxin.core.language.errors import DefinitionError
from tongxin.linkage.characters import HOLE
from tongxin.linkage.features import COLUMNS, Features

# The signs of a name in which one may differ.
LONGEST = 8


@dataclass(frozen=True, slots=True)
class Atom:
    """One question, such as `same name` or `near id_text 2`."""

    text: str
    verb: str
    columns: tuple[str, ...]
    most: int = 0

    def holds(self, a: Features, b: Features) -> bool:
        """Whether it is certainly so."""
        return _HOLDS[self.verb](self, a, b)

    def sql(self) -> str:
        """The same in SQL over columns `x_l` and `x_r`; DuckDB and Spark read it alike."""
        return _SQL[self.verb](self)


def read_atom(text: str, path: str) -> Atom:
    """An atom from a definition; what isn't one is refused."""
    verb, *words = text.split()
    columns = tuple(word for word in words if not word.isdigit())
    numbers = [int(word) for word in words if word.isdigit()]
    if verb not in _HOLDS or not columns or len(numbers) > 1 or not set(columns) <= set(COLUMNS):
        raise DefinitionError(path, f"“{text}”不是能问的话", f"写 {'、'.join(_HOLDS)} 之一和字段名")
    return Atom(text, verb, columns, numbers[0] if numbers else 0)


def distance(one: str, other: str, most: int) -> int:
    """Signs to put in, leave out or change (Levenshtein); `most` + 1 when there are more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        before, row[0] = row[0], at
        for to, against in enumerate(other, start=1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (sign != against))
    return min(row[-1], most + 1)


def _values(features: Features, columns: tuple[str, ...]) -> list[Any]:
    return [value for column in columns if (value := getattr(features, column)) is not None]


def _same(atom: Atom, a: Features, b: Features) -> bool:
    """Any of the columns here is any of them there."""
    return any(one == other for one, other in product(_values(a, atom.columns), _values(b, atom.columns)))


def _blank(atom: Atom, a: Features, b: Features) -> bool:
    """One of the two has none of the columns."""
    return not _values(a, atom.columns) or not _values(b, atom.columns)


def _known(atom: Atom, a: Features, b: Features) -> bool:
    """Both have one of the columns."""
    return not _blank(atom, a, b)


def _crossed(atom: Atom, a: Features, b: Features) -> bool:
    """The first column of one is the second of the other."""
    first, second = atom.columns
    crossing = ((getattr(a, first), getattr(b, second)), (getattr(a, second), getattr(b, first)))
    return any(one is not None and one == other for one, other in crossing)


def _near(atom: Atom, a: Features, b: Features) -> bool:
    """So many signs put in, left out or changed; of texts in digits and letters alone."""
    one, other = (getattr(each, atom.columns[0]) for each in (a, b))
    return one is not None and other is not None and distance(one, other, atom.most) <= atom.most


def _changed(atom: Atom, a: Features, b: Features) -> bool:
    """Of one length, and exactly one of the first `LONGEST` signs differs."""
    one, other = (getattr(each, atom.columns[0]) for each in (a, b))
    if one is None or other is None or len(one) != len(other):
        return False
    differing = [at for at, (sign, against) in enumerate(zip(one, other, strict=True)) if sign != against]
    return len(differing) == 1 and differing[0] < LONGEST


def _fits(atom: Atom, a: Features, b: Features) -> bool:
    """The pattern of one, with holes, has the text of the other: `fits name_holed name`."""
    pattern, text = atom.columns
    return _is_like(getattr(a, text), getattr(b, pattern)) or _is_like(getattr(b, text), getattr(a, pattern))


def _is_like(text: str | None, pattern: str | None) -> bool:
    if text is None or pattern is None or len(text) != len(pattern):
        return False
    return all(sign in (HOLE, against) for sign, against in zip(pattern, text, strict=True))


def _few(atom: Atom, a: Features, b: Features) -> bool:
    """Neither counts more than so many."""
    return all(getattr(each, atom.columns[0]) <= atom.most for each in (a, b))


def _either(atom: Atom, a: Features, b: Features) -> bool:
    """One of the two has the column."""
    return bool(_values(a, atom.columns) or _values(b, atom.columns))


def _any(pairs: list[tuple[str, str]], clause: str = "{0} = {1}") -> str:
    return "(" + " OR ".join(f"coalesce({clause.format(one, other)}, false)" for one, other in pairs) + ")"


def _crossing(first: str, second: str) -> list[tuple[str, str]]:
    return [(f"{first}_l", f"{second}_r"), (f"{first}_r", f"{second}_l")]


def _all_blank(atom: Atom, side: str) -> str:
    return "(" + " AND ".join(f"{column}_{side} IS NULL" for column in atom.columns) + ")"


def _changed_sql(atom: Atom) -> str:
    # Engines measure distances in bytes, and a Chinese sign has three.
    (column,) = atom.columns
    at = " OR ".join(
        f"(substr({column}_l, 1, {place}) = substr({column}_r, 1, {place}) "
        f"AND substr({column}_l, {place + 2}) = substr({column}_r, {place + 2}))"
        for place in range(LONGEST)
    )
    return f"coalesce(length({column}_l) = length({column}_r) AND {column}_l <> {column}_r AND ({at}), false)"


def _near_sql(atom: Atom) -> str:
    (column,) = atom.columns
    lengths = f"abs(length({column}_l) - length({column}_r)) <= {atom.most}"
    return f"coalesce({lengths} AND levenshtein({column}_l, {column}_r) <= {atom.most}, false)"


_HOLDS: dict[str, Callable[[Atom, Features, Features], bool]] = {
    "same": _same, "blank": _blank, "known": _known, "crossed": _crossed, "near": _near, "changed": _changed,
    "fits": _fits, "few": _few, "either": _either,
}
_SQL: dict[str, Callable[[Atom], str]] = {
    "same": lambda atom: _any([(f"{one}_l", f"{other}_r") for one, other in product(atom.columns, repeat=2)]),
    "blank": lambda atom: f"({_all_blank(atom, 'l')} OR {_all_blank(atom, 'r')})",
    "known": lambda atom: f"NOT ({_all_blank(atom, 'l')} OR {_all_blank(atom, 'r')})",
    "crossed": lambda atom: _any(_crossing(*atom.columns)),
    "near": _near_sql,
    "changed": _changed_sql,
    "fits": lambda atom: _any(_crossing(*atom.columns), "{1} LIKE {0}"),
    "few": lambda atom: f"({atom.columns[0]}_l <= {atom.most} AND {atom.columns[0]}_r <= {atom.most})",
    "either": lambda atom: f"NOT ({_all_blank(atom, 'l')} AND {_all_blank(atom, 'r')})",
}
