"""DuckDB as this package uses it: within the memory and the processors it was given, nothing loaded from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch.dialects import DUCKDB, Dialect, Row, quoted
from tongxin.batch.errors import TableError

SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([MG])(?:i?B)?", re.IGNORECASE)
MEGABYTES = {"M": 1, "G": 1024}
LEAST = 128


@dataclass(frozen=True, slots=True)
class Limits:
    """How much memory (in MiB) and how many threads the engine takes; 0 threads means one a processor."""

    memory: int = 512
    threads: int = 0


def limits(memory: str = "", threads: str = "") -> Limits:
    """The limits as a person writes them: `800M`, `2G`; `4`."""
    plain = Limits()
    size = SIZE.fullmatch(memory.strip()) if memory else None
    if memory and size is None:
        raise TableError(f"--memory 写成“{memory}”看不懂。写成 512M 或 2G。")
    if threads and not (threads.isascii() and threads.isdigit() and 1 <= int(threads) <= 1024):
        raise TableError(f"--threads 写成“{threads}”看不懂。写 1 到 1024 的整数。")
    asked = int(float(size[1]) * MEGABYTES[size[2].upper()]) if size else plain.memory
    if asked < LEAST:
        raise TableError(f"--memory 太小。至少 {LEAST}M。")
    return Limits(memory=asked, threads=int(threads or plain.threads))


@dataclass(frozen=True, slots=True)
class Duck:
    """DuckDB, asked as any engine is."""

    connection: duckdb.DuckDBPyConnection

    @property
    def dialect(self) -> Dialect:
        return DUCKDB

    def rows(self, query: str) -> list[Row]:
        return list(self.connection.execute(query).fetchall())

    def one(self, query: str) -> Row:
        return self.rows(query)[0]


@contextmanager
def duck(folder: Path, bounds: Limits) -> Iterator[Duck]:
    """An engine that keeps what doesn't fit into memory in `folder`."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": f"{bounds.memory}MiB",
    }
    if bounds.threads:
        settings["threads"] = bounds.threads
    with duckdb.connect(config=settings) as connection:
        connection.execute(f"SET temp_directory = {quoted(str(folder))}")
        yield Duck(connection)
