"""A PostgreSQL of the benchmarks' own in a kept folder, with its ordinary durability."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "tongxin"
# A quarter of a small server's memory, as its documentation advises; all else as it comes.
SETTINGS = "-c shared_buffers=512MB -c max_connections=100"


class Cluster:
    """A running server; `url` is what a database of it is reached by."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str, user: str = OWNER) -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What a statement answers."""
        command = [_program("psql"), "-h", str(self.folder), "-U", OWNER, "-d", database, "-Atqc", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def copy(self, source: str, target: str) -> None:
        """A database made anew as a copy of another."""
        self.sql(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """The server, started, and stopped when done; its data stays."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    if not data.exists():
        _as_server([_program("initdb"), "-D", str(data), "-U", OWNER, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"])
    options = f"{SETTINGS} -c listen_addresses='' -c unix_socket_directories='{folder}'"
    control = [_program("pg_ctl"), "-D", str(data), "-w"]
    _as_server([*control, "-l", str(folder / "log"), "-o", options, "start"])
    try:
        yield Cluster(folder)
    finally:
        _as_server([*control, "-m", "fast", "stop"])


def _program(name: str) -> str:
    found = shutil.which(name) or max(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), default="")
    if not found:
        raise SystemExit(f"没有找到 PostgreSQL 的 {name}。请先安装，例如：apt-get install postgresql")
    return found


def _as_server(command: list[str]) -> None:
    """PostgreSQL refuses to run as root."""
    is_root = os.getuid() == 0
    extra = {"user": pwd.getpwnam("postgres").pw_uid, "group": pwd.getpwnam("postgres").pw_gid} if is_root else {}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **extra)
