"""An installation in which nothing has been done: prepared once a run as an administrator does it, then copied.

Working through all migrations takes a processor ten seconds and more, copying what they leave behind a tenth of one.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets as chance
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.postgres import program
from tongxin.lib import secrets

REPOSITORY = Path(__file__).resolve().parents[1]
FILES = {"default": "tongxin.db", "keys": "keys.db"}
NAME, APART = "empty", "_keys"


def keys(folder: Path) -> None:
    """Key files of an installation's own, but for that of the SQLite files, with which the copies are encrypted."""
    folder.mkdir(mode=0o700, parents=True)
    for name in secrets.NAMES:
        file = folder / f"{name}.key"
        file.touch(mode=0o600)
        file.write_text(f"{chance.token_hex(secrets.SIZE)}\n", encoding="ascii")
    shutil.copyfile(_ground() / "keys" / "database.key", folder / "database.key")


def files(home: Path) -> None:
    """Both databases of this version in a data folder, on SQLite."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for alias, name in FILES.items():
        copy_file(alias, home / name)


def copy_file(alias: str, to: Path) -> None:
    """One of the two, on SQLite."""
    shutil.copy(_made("") / "home" / FILES[alias], to)


def copy_databases(name: str) -> None:
    """Both databases of this version on the PostgreSQL that the tests run against, the second `name`_keys."""
    for end in ("", APART):
        copy_database(f"{name}{end}", is_apart=bool(end))


def copy_database(name: str, *, is_apart: bool) -> None:
    """One of the two."""
    address = os.environ["TONGXIN_DATABASE"]
    _made(address)
    _ask(address, f'CREATE DATABASE "{name}" TEMPLATE "{NAME}{APART if is_apart else ""}"')


@lru_cache(maxsize=1)
def _ground() -> Path:
    """The folder that all processes of a run share, with key files in it."""
    folder = Path(os.environ.get("TONGXIN_TEST_HOME") or tempfile.mkdtemp(prefix="tongxin-empty-"))
    if "TONGXIN_TEST_HOME" not in os.environ:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _prepare("keys", "create", folder=folder, address="")
    return folder


@lru_cache(maxsize=4)
def _made(address: str) -> Path:
    """The folder of the one that is copied; on PostgreSQL it also stands in that server, as `empty`."""
    folder = _ground() / ("empty-postgresql" if address else "empty")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            _make(folder, address)
            (folder / "whole").touch()
        elif address and not _ask(address, "SELECT FROM pg_database WHERE datname = %s", NAME):
            _in_and_out("pg_restore", folder, address)
    return folder


def _make(folder: Path, address: str) -> None:
    for end in ("", APART) if address else ():
        _ask(address, f'CREATE DATABASE "{NAME}{end}"')
    _prepare("database", "prepare", folder=folder, address=_url(address, NAME) if address else "")
    if address:
        _in_and_out("pg_dump", folder, address)


def _prepare(*words: str, folder: Path, address: str) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
    keys_folder = folder / "keys" if words[0] == "keys" else _ground() / "keys"
    environment = {
        **bare, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}", "TONGXIN_HOME": str(folder / "home"),
        "TONGXIN_KEYS": str(keys_folder), **({"TONGXIN_DATABASE": address} if address else {}),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tongxin", *words], env=environment, capture_output=True, text=True, check=False,
        umask=0o022,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _in_and_out(tool: str, folder: Path, address: str) -> None:
    """Both databases into files for the other servers, or out of them."""
    for end in ("", APART):
        file, database = str(folder / f"{NAME}{end}.dump"), _url(address, f"{NAME}{end}")
        if tool == "pg_dump":
            words = ["-Fc", "-Z0", "-f", file, "-d", database]
        else:
            _ask(address, f'CREATE DATABASE "{NAME}{end}"')
            words = ["-d", database, file]
        subprocess.run([program(tool), *words], check=True)


def address_of(name: str) -> str:
    """The address of another database of the server that the tests run against."""
    return _url(os.environ["TONGXIN_DATABASE"], name)


def _url(address: str, name: str) -> str:
    return urlsplit(address)._replace(path=f"/{name}").geturl()


def _ask(address: str, statement: str, *params: object) -> list[tuple[object, ...]]:
    with psycopg.connect(_url(address, "postgres"), autocommit=True) as server:
        done = server.execute(statement, params or None)  # type: ignore[arg-type]
        return done.fetchall() if done.description else []
