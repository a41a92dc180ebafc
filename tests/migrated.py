"""The two test databases of a process: copies of what `tongxin database prepare` made once in this run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from tests import empty


@contextmanager
def databases() -> Iterator[None]:
    """Both databases of this version, with nothing in them; gone afterwards."""
    for connection in connections.all():
        name = connection.creation._get_test_db_name()
        connection.close()
        _remove(connection, name)
        if connection.vendor == "sqlite":
            empty.copy_file(connection.alias, Path(name))
        else:
            empty.copy_database(name, is_apart=connection.alias == "keys")
        settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    yield
    for connection in connections.all():
        connection.close()
        _remove(connection, str(connection.settings_dict["NAME"]))


def _remove(connection: Any, name: str) -> None:
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm", "-turn"):
            Path(f"{name}{end}").unlink(missing_ok=True)
        return
    with psycopg.connect(empty.address_of("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
