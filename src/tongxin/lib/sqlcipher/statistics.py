"""How rows are spread: without it SQLite guesses which index is narrow, and a large county waits half a minute."""

from django.db import connections, transaction

# Look at all tables (0x10000), count again those that grew or shrank much (0x02), a sample of each only (0x10).
_COUNT_CHANGED = "PRAGMA optimize = 0x10012"


def refresh(alias: str = "default") -> None:
    """Have the spread counted anew where it changed; SQLite only, PostgreSQL does so by itself."""
    if connections[alias].vendor != "sqlite":
        return
    # In a transaction, so that it waits in the line of writers as everything else.
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(_COUNT_CHANGED)
