from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.core.language.engines import Browser, Duckdb, Engine, Postgresql, Python, Sqlite
from tests.postgres import CONNINFO, new_folder, start_cluster, stop_cluster


@pytest.fixture(scope="session")
def conninfo() -> Iterator[str]:
    """A real PostgreSQL: the one that was given, else one of our own."""
    if given := os.environ.get(CONNINFO):
        yield given
        return
    folder = new_folder()
    try:
        yield start_cluster(folder)
    finally:
        stop_cluster(folder)


@pytest.fixture(scope="session")
def engines(conninfo: str) -> Iterator[dict[str, Engine]]:
    browser, sqlite, duck, postgresql = Browser(), Sqlite(), Duckdb(), Postgresql(conninfo)
    yield {"python": Python(), "browser": browser, "sqlite": sqlite, "duckdb": duck, "postgresql": postgresql}
    for engine in (browser, sqlite, duck, postgresql):
        engine.close()
