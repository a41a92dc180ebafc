"""Rows of a list in an answer that the law has set apart: the entry stays, and whoever opens it doesn't see them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from tongxin.ledger.models import Entry, SetAside

# The lists of which a row can be set apart, and what names a row in them.
ROWS = {"categories": "category"}


def row_id(subject_id: UUID, code: str) -> UUID:
    """What stands for one row about one subject among what was set apart."""
    return uuid5(subject_id, code)


def left_out(subject_id: UUID, codes: Iterable[str]) -> frozenset[str]:
    """Which of these codes were set apart for a subject."""
    keys = {row_id(subject_id, code): code for code in codes}
    gone = SetAside.objects.filter(row_id__in=list(keys)).values_list("row_id", flat=True)
    return frozenset(keys[key] for key in gone) if keys else frozenset()


def spoken(
    entries: Sequence[Entry], answers: Sequence[dict[str, Any] | None]
) -> list[dict[str, Any] | None]:
    """Opened answers without the rows that were set apart; nothing is asked where there are no such lists."""
    named: dict[UUID, set[str]] = {}
    for entry, words in zip(entries, answers, strict=True):
        if found := _codes(words or {}):
            named.setdefault(entry.subject_id, set()).update(found)
    gone = {subject: left_out(subject, codes) for subject, codes in named.items()}
    return [
        _without(words, gone[entry.subject_id]) if words and gone.get(entry.subject_id) else words
        for entry, words in zip(entries, answers, strict=True)
    ]


def _codes(words: Mapping[str, Any]) -> set[str]:
    rows = ((row, key) for name, key in ROWS.items() if isinstance(words.get(name), list) for row in words[name])
    return {str(row[key]) for row, key in rows if isinstance(row, dict) and key in row}


def _without(words: dict[str, Any], gone: frozenset[str]) -> dict[str, Any]:
    lists = {
        name: [row for row in words[name] if not (isinstance(row, dict) and row.get(key) in gone)]
        for name, key in ROWS.items() if isinstance(words.get(name), list)
    }
    return {**words, **lists}
