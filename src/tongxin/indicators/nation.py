# ruff: noqa: S608 -- paths are quoted, names are our own
"""All figures over folders of Parquet with DuckDB: the same statements as over an office's database.

Each set is read some counties at a time, so that memory stays bounded; places are added up afterwards. What doesn't
add up (the middle of waiting times) keeps each value with how often it was, and is counted over all counties at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from tongxin.core.indicators import SETS, Group, Indicator
from tongxin.core.indicators.sets import LEVELS
from tongxin.core.language.dialects import Engine
from tongxin.indicators.computing import wanted
from tongxin.indicators.counting import Counted, place_apart, read
from tongxin.indicators.export import DIVISIONS
from tongxin.indicators.figures import Figures, quotients, told
from tongxin.indicators.statements import Asked, Statement, is_apart

ENGINE: Engine = "duckdb"
# Bytes of files that are read at once: what their children need in memory is some ten times as much.
BATCH = 200_000_000


def compute(
    groups: Iterable[Group], folders: Sequence[Path], *, first: date, last: date, lowest: str = "village",
    memory: str = "8GB", threads: int = 2, spill: Path | None = None,
) -> dict[str, Figures]:
    """By indicator and path of codes what may be shown, down to a level."""
    groups = list(groups)
    found = wanted(groups, None)
    under = {each.id: group.small_under for group in groups for each in group.indicators}
    with duckdb.connect(config={"threads": threads, "memory_limit": memory}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        if spill is not None:
            connection.execute(f"SET temp_directory = {_quoted(spill)}")
        counted: Counted = {}
        for name in SETS:
            over = tuple(each for each in found if each.over == name)
            if over:
                counted |= _counted(connection, name, over, folders, first, last, lowest)
    figures = {each.id: told(each, counted[each.id], under=under[each.id]) for each in found if each.per is None}
    for each in found:
        if each.per is not None:
            figures[each.id] = quotients(each, figures)
    return {each.id: figures[each.id] for each in found}


def names(folders: Sequence[Path]) -> dict[str, str]:
    """The name of each place by its code."""
    files = [each / DIVISIONS for each in folders if (each / DIVISIONS).exists()]
    if not files:
        return {}
    with duckdb.connect() as connection:
        listed = ", ".join(_quoted(each) for each in files)
        return dict(connection.execute(f"SELECT code, name FROM read_parquet([{listed}])").fetchall())


def _counted(
    connection: duckdb.DuckDBPyConnection, name: str, over: tuple[Indicator, ...], folders: Sequence[Path],
    first: date, last: date, lowest: str,
) -> Counted:
    facts = SETS[name]
    lowest = min(lowest, facts.lowest, key=LEVELS.index)
    asked = Asked(facts, over, "", first, last, ENGINE, "?")
    apart = [at for at, each in enumerate(over) if is_apart(each)]
    sources = [f"SELECT * FROM read_parquet([{', '.join(map(_quoted, each))}])" for each in _batches(folders, name)]
    if not sources:
        return {each.id: {} for each in over}
    for number, source in enumerate(sources):
        here = replace(asked, source=source)
        _put(connection, "cells", here.cells(lowest=lowest), is_first=not number)
        for at in apart:
            alone = replace(here, indicators=(over[at],))
            marked, params = alone.marked()
            values = (alone.values(f"({marked})", 0, lowest=lowest), params)
            _put(connection, f"v{at}", values, is_first=not number)
    found = read(asked, connection.execute(asked.added_up("cells", lowest=lowest)).fetchall())
    for at in apart:
        for depth in range(min(LEVELS.index(lowest), LEVELS.index(over[at].level)) + 2):
            place_apart(asked, found, connection.execute(asked.apart(f"v{at}", at, depth=depth)).fetchall())
        connection.execute(f"DROP TABLE v{at}")
    connection.execute("DROP TABLE cells")
    return found


def _put(connection: duckdb.DuckDBPyConnection, table: str, statement: Statement, *, is_first: bool) -> None:
    sql, params = statement
    begin = f"CREATE OR REPLACE TEMP TABLE {table} AS" if is_first else f"INSERT INTO {table}"
    connection.execute(f"{begin} {sql}", params)


def _batches(folders: Sequence[Path], name: str) -> list[list[Path]]:
    """The files of a set so many at a time as fit: all files of one county together, for a child lives in one."""
    parts: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted((folder / name).glob("*/*.parquet")):
            parts.setdefault(path.parent.name, []).append(path)
    batches: list[list[Path]] = []
    left = 0
    for part in sorted(parts):
        size = sum(each.stat().st_size for each in parts[part])
        if left < size or not batches:
            batches.append([])
            left = BATCH
        batches[-1].extend(parts[part])
        left -= size
    return batches


def _quoted(text: Path | str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
