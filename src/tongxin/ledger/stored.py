"""Rows exactly as they are stored, column by column, for hashing on either database.

Everything is read as bytes: a damaged moment or letter must be found, not trip the reader.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection
from psycopg import Cursor

ID, NUMBER, TEXT, MOMENT, BYTES, FLAG = "id", "number", "text", "moment", "bytes", "flag"
WHOLE_SECOND = len("2025-12-30 09:00:00")
CHUNK = 500


class Source(NamedTuple):
    """A table whose rows are sealed, its columns in their fixed order, and what dates a row."""

    table: str
    moment: str
    columns: tuple[tuple[str, str], ...]


SOURCES = {
    "entry": Source(
        "ledger_entry", "recorded_at",
        (
            ("id", ID), ("subject_id", ID), ("subject_seq", NUMBER), ("kind", TEXT), ("form_hash", TEXT),
            ("occurred_at", MOMENT), ("recorded_at", MOMENT), ("person_id", ID), ("post_id", ID),
            ("device", TEXT), ("supersedes_id", ID), ("correction_kind", TEXT), ("clear", TEXT),
            ("sealed", BYTES), ("key_id", ID), ("digest", BYTES),
        ),
    ),
    "event": Source(
        "ledger_event", "at",
        (
            ("id", ID), ("kind", TEXT), ("subject_id", ID), ("entry_id", ID), ("person_id", ID),
            ("post_id", ID), ("at", MOMENT), ("clear", TEXT), ("digest", BYTES), ("is_fact", FLAG),
        ),
    ),
    "access": Source(
        "ledger_access", "at",
        (
            ("id", ID), ("at", MOMENT), ("person_id", ID), ("post_id", ID), ("part", TEXT),
            ("purpose", TEXT), ("route", TEXT),
        ),
    ),
}
LOOKED_AT = (("access_id", ID), ("owner_kind", TEXT), ("owner_id", ID))
Row = tuple[bytes | None, ...]


def select(columns: Sequence[tuple[str, str]], rest: str, params: Sequence[Any] = ()) -> list[Row]:
    """Rows with every column as bytes: ids as 32 digits, moments in UTC to the microsecond."""
    wanted = ", ".join(_expression(name, kind) for name, kind in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted} {rest}", params)
        return [_row(columns, row) for row in cursor.fetchall()]


def contents(source: str, keys: Sequence[str]) -> dict[str, bytes]:
    """What each row holds, as one string of bytes, by its id; rows that are gone are missing."""
    table, _, columns = SOURCES[source]
    found: dict[str, bytes] = {}
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        rows = select(columns, f"FROM {table} WHERE {_any_of('id', chunk)}", chunk)
        found.update((_text(row[0]), _joined(row)) for row in rows)
        if source == "access":
            _add_looked_at(found, chunk)
    return found


def sealed(source: str, *, first: int, last: int) -> Iterator[tuple[int, str, bytes, bytes | None]]:
    """Position, id, digest and content of each row of some batches, put together by PostgreSQL itself."""
    table, _, columns = SOURCES[source]
    content = " || ".join(_piece(name, kind) for name, kind in columns)
    if source == "access":
        content += f" || coalesce((SELECT string_agg({_looked_at()}), ''::bytea)"
    statement = f"""
        SELECT l.position, replace(l.row_id::text, '-', ''), l.digest, CASE WHEN r.id IS NOT NULL THEN {content} END
        FROM ledger_leaf l LEFT JOIN {table} r ON r.id = l.row_id
        WHERE l.source = %s AND l.batch_id BETWEEN %s AND %s
    """  # noqa: S608
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        yield from cursor.execute(statement, [source, first, last], binary=True)


def _piece(name: str, kind: str, row: str = "r") -> str:
    """One column as `_joined` has it."""
    value = _expression(f"{row}.{name}", kind)
    return f"coalesce('\\x01'::bytea || convert_to(length({value}) || ':', 'UTF8') || {value}, '\\x00'::bytea)"


def _looked_at() -> str:
    order = ", ".join(_expression(f"o.{name}", kind) for name, kind in LOOKED_AT)
    pieces = " || ".join(_piece(name, kind, "o") for name, kind in LOOKED_AT)
    return f"{pieces}, ''::bytea ORDER BY {order}) FROM ledger_accesssubject o WHERE o.access_id = r.id"


def digest(*, position: int, source: str, key: str, content: bytes) -> bytes:
    """What a leaf holds: the row's content bound to its position."""
    head = b"\x1f".join((b"row", str(position).encode(), source.encode(), key.encode()))
    return hashlib.sha256(head + b"\x00" + content).digest()


def _add_looked_at(found: dict[str, bytes], keys: Sequence[str]) -> None:
    rows = select(LOOKED_AT, f"FROM ledger_accesssubject WHERE {_any_of('access_id', keys)}", keys)
    rows.sort(key=lambda row: tuple(value or b"" for value in row))
    for key, group in groupby(rows, key=lambda row: _text(row[0])):
        if key in found:
            found[key] += b"".join(_joined(row) for row in group)


def _any_of(column: str, keys: Sequence[str]) -> str:
    cast = "::uuid" if connection.vendor == "postgresql" else ""
    return f"{column} IN ({', '.join([f'%s{cast}'] * len(keys))})"


def _expression(name: str, kind: str) -> str:
    if connection.vendor != "postgresql":
        return f"CAST({name} AS BLOB)"
    if kind == BYTES:
        return name
    shown = {
        ID: f"replace({name}::text, '-', '')",
        MOMENT: f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        FLAG: f"{name}::int::text",
    }.get(kind, f"{name}::text")
    return f"convert_to({shown}, 'UTF8')"


def _row(columns: Sequence[tuple[str, str]], row: Sequence[Any]) -> Row:
    return tuple(_value(kind, value) for (_, kind), value in zip(columns, row, strict=True))


def _value(kind: str, value: Any) -> bytes | None:
    if value is None:
        return None
    content = bytes(value)
    return content + b".000000" if kind == MOMENT and len(content) == WHOLE_SECOND else content


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")


def _joined(row: Row) -> bytes:
    return b"".join(b"\x00" if value is None else b"\x01%d:" % len(value) + value for value in row)
