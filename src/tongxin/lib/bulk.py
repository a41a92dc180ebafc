"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models

CHUNK = 2000


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *,
    using: str = "default",
) -> int:
    """How many rows were written, inside the transaction that is open; `columns` are field names.

    Triggers and constraints hold as for any insert; a column left out takes the database's default.
    """
    connection = connections[using]
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    prepared = (_prepared(fields, row, connection) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copy(cursor, f"COPY {table} ({names}) FROM STDIN", prepared)
        places = ", ".join(["%s"] * len(fields))
        return _execute_many(cursor, f"INSERT INTO {table} ({names}) VALUES ({places})", prepared)  # noqa: S608


def _prepared(fields: Sequence[Any], row: Sequence[Any], connection: Any) -> list[Any]:
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]


def _copy(cursor: Any, statement: str, rows: Iterable[list[Any]]) -> int:
    count = 0
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _execute_many(cursor: Any, statement: str, rows: Iterable[list[Any]]) -> int:
    count = 0
    chunk: list[list[Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            cursor.executemany(statement, chunk)
            count += len(chunk)
            chunk = []
    if chunk:
        cursor.executemany(statement, chunk)
    return count + len(chunk)
