# ruff: noqa: S608 -- paths are quoted, names are our own
"""All figures over folders of Parquet with DuckDB: the same statements as over an office's database.

Each set is counted province by province, so that memory stays bounded; villages are added up afterwards. What doesn't
add up (the middle of waiting times) is counted over all provinces at once, from its own columns only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tongxin.core.indicators import SETS, Group, Indicator
from tongxin.core.indicators.sets import LEVELS
from tongxin.core.language.dialects import Engine
from tongxin.indicators.computing import wanted
from tongxin.indicators.counting import Counted, place_apart, read
from tongxin.indicators.export import DIVISIONS
from tongxin.indicators.figures import Figures, quotients, told
from tongxin.indicators.statements import Asked, is_apart

ENGINE: Engine = "duckdb"


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
    globs = [_quoted(each / name / "*" / "*.parquet") for each in folders if (each / name).exists()]
    if not globs:
        return {each.id: {} for each in over}
    source = f"SELECT * FROM read_parquet([{', '.join(globs)}])"
    asked = Asked(facts, over, source, first, last, ENGINE, "?")
    lowest = min(lowest, facts.lowest, key=LEVELS.index)
    made = False
    for province in _provinces(connection, source):
        where = f"province = {_quoted(province)}" if province is not None else "province IS NULL"
        cells, params = replace(asked, source=f"{source} WHERE {where}").cells()
        begin = "INSERT INTO cells" if made else "CREATE OR REPLACE TEMP TABLE cells AS"
        connection.execute(f"{begin} {cells}", params)
        made = True
    if not made:
        return {each.id: {} for each in over}
    found = read(asked, connection.execute(asked.added_up("cells", lowest=lowest)).fetchall())
    for each in over:
        if is_apart(each):
            _apart(connection, replace(asked, indicators=(each,)), found, lowest)
    connection.execute("DROP TABLE cells")
    return found


def _provinces(connection: duckdb.DuckDBPyConnection, source: str) -> list[str | None]:
    rows = connection.execute(f"SELECT DISTINCT province FROM ({source}) ORDER BY province").fetchall()
    return [row[0] for row in rows]


def _apart(connection: duckdb.DuckDBPyConnection, asked: Asked, found: Counted, lowest: str) -> None:
    indicator = asked.indicators[0]
    marked, params = asked.marked()
    kept = ", ".join((*LEVELS, "w0", indicator.column or indicator.count))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE marked AS SELECT {kept} FROM ({marked}) WHERE w0", params
    )
    for depth in range(min(LEVELS.index(lowest), LEVELS.index(indicator.level)) + 2):
        rows: list[tuple[Any, ...]] = connection.execute(asked.apart("marked", 0, depth=depth)).fetchall()
        place_apart(found[indicator.id], rows)
    connection.execute("DROP TABLE marked")


def _quoted(text: Path | str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
