"""Test databases that are migrated once: the first process keeps a model on the shelf, the others copy it."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from tests.postgres import program


@contextmanager
def databases(shelf: Path) -> Iterator[None]:
    """Both databases, migrated; gone afterwards."""
    model = shelf / "migrated"
    model.mkdir(exist_ok=True)
    with (model / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_there = (model / "whole").exists()
        if is_there:
            _move(model, in_=True)
        found = setup_databases(verbosity=0, interactive=False, serialized_aliases=(), keepdb=is_there)
        if not is_there:
            _move(model, in_=False)
            (model / "whole").touch()
    yield
    teardown_databases(found, verbosity=0)


def _move(model: Path, *, in_: bool) -> None:
    for alias, connection in ((each.alias, each) for each in connections.all()):
        kept = model / alias
        if connection.vendor == "sqlite":
            _copy_file(connection, kept, in_=in_)
        elif in_:
            _restore(connection, kept)
        else:
            _dump(connection, kept)


def _copy_file(connection: Any, kept: Path, *, in_: bool) -> None:
    if in_:
        shutil.copy(kept, connection.settings_dict["TEST"]["NAME"])
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(connection.settings_dict["NAME"], kept)


def _dump(connection: Any, kept: Path) -> None:
    name = connection.settings_dict["NAME"]
    subprocess.run(
        [program("pg_dump"), "-Fc", "-Z0", "-f", str(kept), _address(connection, name)], check=True
    )


def _restore(connection: Any, kept: Path) -> None:
    name = connection.creation._get_test_db_name()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    subprocess.run([program("pg_restore"), "-d", _address(connection, name), str(kept)], check=True)


def _address(connection: Any, name: str) -> str:
    told = connection.settings_dict
    parts = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
    return " ".join([f"dbname={name}", *(f"{key}={value}" for key, value in parts.items() if value)])
