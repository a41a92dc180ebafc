"""Where a table's head stands, and which column means what."""

from collections.abc import Sequence
from dataclasses import dataclass

from tongxin.intake.reading.headings import field_of, normal
from tongxin.intake.reading.text import Cell, clean, is_blank, shown
from tongxin.intake.reading.words import columns, limits

_TALLEST = 3
_WEIGHT = {"name": 3.0, "id_no": 3.0}
Merged = Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Head:
    """The rows of a head, the field of each understood column, and every column's head in words."""

    rows: tuple[int, ...]
    columns: dict[str, int]
    heads: tuple[str, ...]
    score: float


def find(rows: Sequence[Sequence[Cell]], merged: Merged, start: int = 0) -> Head | None:
    """The head that explains most columns; a flat one goes before a tall one that explains no more."""
    best: Head | None = None
    for first in range(start, min(len(rows), start + limits()["head_rows"])):
        if best is not None and first > best.rows[-1] + _TALLEST:
            break
        for height in range(1, _TALLEST + 1):
            if first + height <= len(rows):
                head = _head(rows, merged, first, height)
                if head and (best is None or head.score > best.score):
                    best = head
    return best


def _head(rows: Sequence[Sequence[Cell]], merged: Merged, first: int, height: int) -> Head | None:
    block = [_texts(rows[at]) for at in range(first, first + height)]
    if height > 1 and sum(map(bool, block[0])) < 2:
        return None
    width = max(map(len, block))
    if not width or not any(block[-1]):
        return None
    above = [_spread(row, width, merged, first + at) for at, row in enumerate(block[:-1])]
    paths = [_path(above, block, at) for at in range(width)]
    found, score = _fields(paths)
    score -= sum(2 for row in block for text in row if _is_data(text))
    if len(found) < 2 or not ({"name", "id_no"} & found.keys()) or score <= 0:
        return None
    heads = tuple("／".join(dict.fromkeys(path)) for path in paths)
    return Head(tuple(range(first, first + height)), found, heads, score)


def _fields(paths: Sequence[tuple[str, ...]]) -> tuple[dict[str, int], float]:
    """The columns that are told whose they are go first; a second `姓名` is then the carer's."""
    meant = [field_of(path) if path else ("", False) for path in paths]
    found: dict[str, int] = {}
    score = 0.0
    for told in (True, False):
        for at, (field, is_told) in enumerate(meant):
            if not field or is_told is not told:
                continue
            again = columns().again.get(field, "")
            name = field if field not in found else again if again not in found else ""
            if name:
                found[name] = at
                score += _WEIGHT.get(name, 1.0) + (0.5 if told else 0.0)
    return found, score


def _path(above: list[list[str]], block: list[list[str]], at: int) -> tuple[str, ...]:
    own = [row[at] if at < len(row) else "" for row in block]
    lowest = max((n for n, text in enumerate(own) if text), default=-1)
    if lowest < 0:
        return ()
    groups = [above[n][at] for n in range(min(lowest, len(above)))]
    return tuple(text for text in [*groups, own[lowest]] if text)


def _spread(texts: list[str], width: int, merged: Merged, row: int) -> list[str]:
    """A row of group heads with each standing over all the columns it was merged across."""
    areas = [area for area in merged if area[0] <= row <= area[2] and area[1] < min(area[3], width)]
    spread = [*texts, *[""] * (width - len(texts))]
    if areas:
        for _, left, _, right in areas:
            spread[left : right + 1] = [spread[left]] * (min(right, width - 1) + 1 - left)
        return spread
    for at in range(1, width):
        spread[at] = spread[at] or spread[at - 1]
    return spread


def _texts(row: Sequence[Cell]) -> list[str]:
    return ["" if is_blank(cell) else clean(shown(cell)) for cell in row]


def _is_data(text: str) -> bool:
    return len(text) > 4 and sum(character.isdigit() for character in text) > 4 and not normal(text).isalpha()
