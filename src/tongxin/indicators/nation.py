# ruff: noqa: S608 -- paths are quoted, names are our own
"""All figures over folders of Parquet with DuckDB: the same statements as over an office's database.

Each set is read some counties at a time, so that memory stays bounded; places are added up afterwards. What doesn't
add up (the middle of waiting times) keeps each value with how often it was, and is counted over all counties at once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tongxin.core.indicators import SETS, Group, Indicator
from tongxin.core.indicators.hiding import Path as Place
from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.core.language.dialects import Engine
from tongxin.indicators.computing import wanted
from tongxin.indicators.counting import Numbers, place_apart, read
from tongxin.indicators.export import DIVISIONS
from tongxin.indicators.figures import Figures, quotients, told
from tongxin.indicators.statements import NO_DAYS, Asked, Statement, is_apart

ENGINE: Engine = "duckdb"
# Bytes of files that are read at once: what their children need in memory is some ten times as much.
BATCH = 200_000_000
CHUNK = 20_000


@contextmanager
def opened(
    folders: Sequence[Path], *, memory: str = "8GB", threads: int = 2, spill: Path | None = None
) -> Iterator["Exported"]:
    """The facts of several exports, with at most so much memory; `spill` takes what doesn't fit."""
    with duckdb.connect(config={"threads": threads, "memory_limit": memory}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        if spill is not None:
            connection.execute(f"SET temp_directory = {_quoted(spill)}")
        yield Exported(connection, folders)


@dataclass(frozen=True, slots=True)
class Exported:
    """Folders of Parquet that answer as one office does, a batch of counties after the other."""

    connection: duckdb.DuckDBPyConnection
    folders: Sequence[Path]

    def counted(
        self, facts: FactSet, over: tuple[Indicator, ...], *, first: date, last: date, lowest: str,
        days: Mapping[str, tuple[date, date]] = NO_DAYS,
    ) -> Iterator[tuple[Indicator, dict[Place, Numbers]]]:
        """Indicators of one set in their order, one at a time so that only one has to fit into memory."""
        lowest = min(lowest, facts.lowest, key=LEVELS.index)
        asked = Asked(facts, over, "", first, last, ENGINE, "?", days)
        if not self._fill(asked, lowest):
            yield from ((each, {}) for each in over)
            return
        for at, each in enumerate(over):
            alone = replace(asked, indicators=(each,))
            found = read(alone, self._ask(asked.added_up("cells", lowest=lowest, only=each.id)))
            if is_apart(each):
                for depth in range(min(LEVELS.index(lowest), LEVELS.index(each.level)) + 2):
                    place_apart(alone, found, self._ask(alone.apart(f"v{at}", 0, depth=depth)))
                self.connection.execute(f"DROP TABLE v{at}")
            yield each, found[each.id]
        self.connection.execute("DROP TABLE cells")

    def sources(self, name: str) -> list[str]:
        """A select for each batch of a set's files: their columns, without one for the names of folders."""
        return [
            f"SELECT * FROM read_parquet([{', '.join(map(_quoted, each))}], hive_partitioning = false)"
            for each in _batches(self.folders, name)
        ]

    def rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """What a statement answers."""
        return self.connection.execute(*statement).fetchall()

    def _fill(self, asked: Asked, lowest: str) -> bool:
        sources = self.sources(asked.facts.id)
        for number, source in enumerate(sources):
            here = replace(asked, source=source)
            self._put("cells", here.cells(lowest=lowest), is_first=not number)
            for at, each in enumerate(asked.indicators):
                if is_apart(each):
                    alone = replace(here, indicators=(each,))
                    marked, params = alone.marked()
                    values = (alone.values(f"({marked})", 0, lowest=lowest), params)
                    self._put(f"v{at}", values, is_first=not number)
        return bool(sources)

    def _put(self, table: str, statement: Statement, *, is_first: bool) -> None:
        sql, params = statement
        begin = f"CREATE OR REPLACE TEMP TABLE {table} AS" if is_first else f"INSERT INTO {table}"
        self.connection.execute(f"{begin} {sql}", params)

    def _ask(self, sql: str) -> Iterator[tuple[Any, ...]]:
        found = self.connection.execute(sql)
        while rows := found.fetchmany(CHUNK):
            yield from rows


def compute(
    groups: Iterable[Group], folders: Sequence[Path], *, first: date, last: date, lowest: str = "village",
    memory: str = "8GB", threads: int = 2, spill: Path | None = None,
) -> dict[str, Figures]:
    """By indicator and path of codes what may be shown, down to a level."""
    groups = list(groups)
    with opened(folders, memory=memory, threads=threads, spill=spill) as exported:
        found = dict(figures(exported, groups, first=first, last=last, lowest=lowest))
    return {each.id: found[each.id] for each in wanted(groups, None)}


def figures(
    exported: Exported, groups: Sequence[Group], *, ids: Collection[str] | None = None, first: date, last: date,
    lowest: str = LEVELS[-1],
) -> Iterator[tuple[str, Figures]]:
    """Each indicator with what may be shown of it, one at a time; quotients of two others last."""
    found = wanted(groups, ids)
    under = {each.id: group.small_under for group in groups for each in group.indicators}
    needed = {name for each in found for name in each.per or ()}
    sides: dict[str, Figures] = {}
    for name, facts in SETS.items():
        over = tuple(each for each in found if each.over == name)
        for each, numbers in exported.counted(facts, over, first=first, last=last, lowest=lowest) if over else ():
            said = told(each, numbers, under=under[each.id])
            if each.id in needed:
                sides[each.id] = said
            yield each.id, said
    for each in found:
        if each.per is not None:
            yield each.id, quotients(each, sides)


def names(folders: Sequence[Path]) -> dict[str, str]:
    """The name of each place by its code."""
    files = [each / DIVISIONS for each in folders if (each / DIVISIONS).exists()]
    if not files:
        return {}
    with duckdb.connect() as connection:
        listed = ", ".join(_quoted(each) for each in files)
        return dict(connection.execute(f"SELECT code, name FROM read_parquet([{listed}])").fetchall())


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
