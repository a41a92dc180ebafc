"""Which way a database is copied and put back."""

from contextlib import AbstractContextManager
from pathlib import Path

from django.db import connections

from tongxin.backups import postgresql, sqlite

Copy = sqlite.Copy | postgresql.Copy


def vendor(alias: str) -> str:
    """`sqlite` or `postgresql`."""
    return str(connections[alias].vendor)


def snapshot(alias: str) -> AbstractContextManager[sqlite.Dump]:
    """One moment of a database, with the function that copies it."""
    return sqlite.snapshot(alias) if vendor(alias) == "sqlite" else postgresql.snapshot(alias)


def part_name(alias: str) -> str:
    """The name of a database inside a backup."""
    return f"database/{alias}.{'sqlite' if vendor(alias) == 'sqlite' else 'dump'}"


def copy(alias: str, *, folder: Path, stamp: str) -> Copy:
    """A database about to be put back, staged in `folder` or beside the one in use."""
    if vendor(alias) == "sqlite":
        return sqlite.Copy(alias, folder, stamp)
    return postgresql.Copy(alias, folder, stamp)
