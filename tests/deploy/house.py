"""An installation of its own in a folder, run by the command as an administrator runs it, on either database."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import empty, forked

REPOSITORY = Path(__file__).resolve().parents[2]
CLUSTER = os.environ.get("TONGXIN_DATABASE", "")
IS_POSTGRESQL = CLUSTER.startswith("postgresql://")
PASSPHRASE = "a-long-passphrase-for-tests"


@dataclass
class House:
    """Data folder, keys, backups and, on PostgreSQL, two databases."""

    folder: Path
    databases: str = field(default_factory=lambda: f"house_{secrets.token_hex(4)}")
    backed_up_in: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
        addresses = {}
        if IS_POSTGRESQL:
            addresses = {
                "TONGXIN_DATABASE": _url(self.databases), "TONGXIN_KEYS_DATABASE": _url(f"{self.databases}_keys"),
            }
        return {
            **kept, **addresses, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}", "TONGXIN_HOME": str(self.home),
            "TONGXIN_KEYS": str(self.folder / "keys"), "TONGXIN_BACKUPS": str(self.backups),
            "TONGXIN_BACKUP_PASSPHRASE": str(self.folder / "passphrase"),
        }

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """What the command said, and its exit code."""
        return self.python("-m", "tongxin", *words, environment=environment)

    def python(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return forked.run(words, env={**self.environment, **(environment or {})}, cwd=self.folder)

    def begun(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The same from the very start of a process, as an administrator begins it."""
        return subprocess.run(
            [sys.executable, "-m", "tongxin", *words], env=self.environment, capture_output=True, text=True,
            check=False, cwd=self.folder,
        )

    def act(self, deed: str) -> str:
        """One deed of tests/deploy/deeds.py, done inside the installation."""
        done = self.python("-m", "tests.deploy.deeds", deed)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def backed_up(self) -> tuple[Path, Path]:
        """A new backup's two files; like the last one's they are named by the second."""
        while int(time.time()) == self.backed_up_in:
            time.sleep(0.05)
        before = set(self.backups.rglob("tongxin-*"))
        done = self.run("backup")
        self.backed_up_in = int(time.time())
        assert done.returncode == 0, done.stderr
        return pair(set(self.backups.rglob("tongxin-*")) - before)

    def clear(self) -> None:
        """As on a new machine: keys and passphrase brought along, and nothing else."""
        shutil.rmtree(self.home)
        self.leave()
        if IS_POSTGRESQL:
            for end in ("", "_keys"):
                _server(f'CREATE DATABASE "{self.databases}{end}"')

    def leave(self) -> None:
        """Its databases go."""
        if IS_POSTGRESQL:
            for (name,) in _server("SELECT datname FROM pg_database WHERE datname LIKE %s", f"{self.databases}%"):
                _server(f'DROP DATABASE "{name}" WITH (FORCE)')

    def copied(self, folder: Path) -> House:
        """Another installation with the same content and the same keys."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("backups"))
        other = House(folder)
        if IS_POSTGRESQL:
            for end in ("", "_keys"):
                _server(f'CREATE DATABASE "{other.databases}{end}" TEMPLATE "{self.databases}{end}"')
        return other


def pair(files: Iterable[Path]) -> tuple[Path, Path]:
    """The main archive and the keys' archive of one backup."""
    main, keys = sorted(files, key=lambda path: path.suffix)
    return main, keys


def built(folder: Path) -> House:
    """A small county with three children, sealed by the worker."""
    house = empty_house(folder)
    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    house.act("furnish")
    return house


def empty_house(folder: Path) -> House:
    """An installation in which nothing has been done."""
    house = House(folder)
    house.home.mkdir(parents=True)
    empty.keys(folder / "keys")
    if IS_POSTGRESQL:
        empty.copy_databases(house.databases)
    else:
        empty.files(house.home)
    return house


def _url(name: str) -> str:
    parts = urlsplit(CLUSTER)
    return parts._replace(path=f"/{name}").geturl()


def _server(statement: str, *params: object) -> list[tuple[object, ...]]:
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        done = server.execute(statement, params or None)  # type: ignore[arg-type]
        return done.fetchall() if done.description else []
