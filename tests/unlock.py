"""Lets the ledger's guards go for a moment: to empty tables after a test, or to tamper in one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tongxin.ledger import guards

GUARDED = (*guards.APPEND_ONLY, *guards.BOOK, *guards.BOOK_SINCE)


@contextmanager
def guards_down() -> Iterator[None]:
    """The ledger without its triggers, as somebody with the database's own password has it."""
    if connection.vendor == "postgresql":
        with _toggled("DISABLE", "ENABLE"):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        triggers = [(name, sql) for name, sql, table in cursor.fetchall() if table in GUARDED]
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        try:
            yield
        finally:
            for _, sql in triggers:
                cursor.execute(sql)


@contextmanager
def _toggled(before: str, after: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} {before} TRIGGER USER")
        try:
            yield
        finally:
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} {after} TRIGGER USER")


def tamper(statement: str, *params: object) -> int:
    """How many rows somebody changed behind the program's back."""
    with guards_down(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount
