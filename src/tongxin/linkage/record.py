"""One line of a list: what an office knows of a child, as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple


class Record(NamedTuple):
    """A child as a list tells it; `key` is the list's own and comes back with the answer.

    `sex` is `male`, `female` or a word (男, 女); `birth` year-month-day; `division` a code of 6, 9 or 12 digits;
    `address` words. What isn't told is `None`.
    """

    key: str
    name: str | None = None
    sex: str | None = None
    birth: str | None = None
    id_no: str | None = None
    phone: str | None = None
    guardian: str | None = None
    division: str | None = None
    address: str | None = None


COLUMNS = Record._fields
SEXES = {
    "male": "male", "男": "male", "男性": "male", "1": "male",
    "female": "female", "女": "female", "女性": "female", "2": "female",
}


def record_of(row: Record | Mapping[str, Any]) -> Record:
    """A row as a record; whatever it has beside the columns is left out.

    Raises `ValueError` when it has no key.
    """
    if isinstance(row, Record):
        return row
    found = {column: _text(row.get(column)) for column in COLUMNS}
    if found["key"] is None:
        raise ValueError("a row of a list has no key")
    return Record(**found)  # type: ignore[arg-type]


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
