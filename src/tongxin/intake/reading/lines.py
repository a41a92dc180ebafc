"""Which lines below a head are children, and which are totals, notes, labels or heads again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tongxin.intake.reading.headings import field_of, normal
from tongxin.intake.reading.text import Cell, clean, compact, is_blank, shown
from tongxin.intake.reading.words import columns, words
from tongxin.intake.reading.workbook import Sheet

_STRONG = ("name", "id_no", "birth")
_WEAK = ("sex", "carer", "phone", "relation", "father", "mother", "carer_id_no")
_COUNT = re.compile(r"[(（]?共?\d+人?[)）]?$|[:：]$")
_ORDINAL = re.compile(r"^[(（]?[一二三四五六七八九十\d]+[)）]?[、.]")
_NOTE_LIKE = re.compile(r"[。；;：:]|^\d+[.、]")
_HEADS_AGAIN = 3
_NUMBER_LIKE = 6


@dataclass
class Judged:
    """The lines of one table: the first and last, those that are no children, and the labels among them."""

    first: int
    last: int
    skipped: list[tuple[int, str]] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)


def judge(sheet: Sheet, mapping: Mapping[str, int], first: int) -> Judged:
    """What each line from `first` on is, up to the end or to the next head that is not the same."""
    rows, judged = sheet.rows, Judged(first, len(sheet.rows) - 1)
    continued = _continued(sheet, mapping, first)
    own_head = frozenset(_head_texts(rows[first - 1]))
    plain = _plain_heads()
    for at in range(first, len(rows)):
        row = rows[at]
        if not plain.isdisjoint(row) and _is_head(row):
            if not own_head <= frozenset(_head_texts(row)):
                judged.last = _before(rows, at, first)
                break
            judged.skipped.append((at, "repeated_head"))
        elif why := _why_no_child(row, mapping):
            if why == "label":
                judged.labels[at] = _label(row)
            if why != "empty":
                judged.skipped.append((at, why))
        elif at in continued:
            judged.skipped.append((at, "continued"))
    return judged


def _why_no_child(row: Sequence[Cell], mapping: Mapping[str, int]) -> str:
    filled = [cell for cell in row if cell != "" and not is_blank(cell)]
    if not filled:
        return "empty"
    lead = filled[0]
    points = _points(row, mapping, _STRONG)
    if isinstance(lead, str) and not _is_numbered(row, mapping) and (why := _by_its_words(lead, filled, points)):
        return why
    if points:
        return ""
    if len(filled) == 1 and "serial" in mapping and [lead] == row[mapping["serial"] : mapping["serial"] + 1]:
        return "serial_only"
    return "" if len(_points(row, mapping, _WEAK)) > 1 else "no_person"


def _is_numbered(row: Sequence[Cell], mapping: Mapping[str, int]) -> bool:
    """Whether an identity number, or what a number cell left of it, stands in the line."""
    at = mapping.get("id_no", len(row))
    return at < len(row) and sum(map(str.isdigit, shown(row[at]))) >= _NUMBER_LIKE


def _by_its_words(lead: str, filled: list[Cell], points: set[str]) -> str:
    text = compact(lead)
    if text.startswith(words().totals):
        return "total"
    if text.startswith(words().notes) and "birth" not in points:
        return "note"
    if len(filled) > 1 or len(text) < 2:
        return ""
    label = _bare_label(text)
    if label.endswith(words().place_ends) or label in words().categories:
        return "label"
    return "note" if len(text) > 8 and _NOTE_LIKE.search(clean(lead)) else ""


def _points(row: Sequence[Cell], mapping: Mapping[str, int], fields: Sequence[str]) -> set[str]:
    width, found = len(row), set()
    for name in fields:
        at = mapping.get(name)
        if at is not None and at < width and row[at] != "" and _says_something(row[at]):
            found.add(name)
    return found


def _says_something(cell: Cell) -> bool:
    return not isinstance(cell, str) or ((text := compact(cell).lower()) != "" and text not in words().blank)


def _label(row: Sequence[Cell]) -> str:
    return _bare_label(next(compact(shown(cell)) for cell in row if not is_blank(cell)))


def _bare_label(text: str) -> str:
    return _COUNT.sub("", _COUNT.sub("", _ORDINAL.sub("", text)))


@lru_cache(maxsize=1)
def _plain_heads() -> frozenset[str]:
    asked = ("name", "id_no", "birth", "sex")
    return frozenset(word for word, name in columns().attributes.items() if name in asked)


def _is_head(row: Sequence[Cell]) -> bool:
    texts = _head_texts(row)
    return sum(bool(field_of((text,))[0]) for text in texts) >= _HEADS_AGAIN


def _head_texts(row: Sequence[Cell]) -> list[str]:
    return [text for text in (normal(cell) for cell in row if isinstance(cell, str)) if text]


def _before(rows: Sequence[Sequence[Cell]], head: int, first: int) -> int:
    """The last line before another table, whose group heads and title may stand above its head."""
    last = head - 1
    while last >= first and sum(not is_blank(cell) for cell in rows[last]) <= 2:
        last -= 1
    return last


def _continued(sheet: Sheet, mapping: Mapping[str, int], first: int) -> set[int]:
    """Lines on which the child's own cell is merged with the one above."""
    own = {mapping[name] for name in ("name", "id_no") if name in mapping}
    return {
        row
        for top, left, bottom, right in sheet.merged
        if top >= first and left in own and left == right
        for row in range(top + 1, bottom + 1)
    }
