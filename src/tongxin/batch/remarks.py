"""What is odd about a file that can be scored: recodings that nothing needed, ids that stand twice or nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from tongxin.batch.cells import LONGEST, NEAR, canonical
from tongxin.batch.sources import Source

WHOLE = re.compile(r"-?[0-9]{1,9}")
BLANK = "(id IS NULL OR trim(CAST(id AS VARCHAR)) = '')"


@dataclass(frozen=True, slots=True)
class Remarks:
    """Codes of the recoding that stand in no cell; ids that repeat and the rows they are in; rows without an id."""

    unused: tuple[str, ...]
    repeated_ids: int
    repeated_rows: int
    nameless_rows: int


def remarks(engine: duckdb.DuckDBPyConnection, table: Source, *, recode: Mapping[str, str]) -> Remarks:
    """What to tell about a file beside its scores."""
    unused = set(recode)
    for index, type in enumerate(table.types):
        if unused:
            unused -= _seen(engine, table.query, f"c{index}", type.partition("(")[0], unused)
    odd = tuple(code for code in recode if code in unused)
    if _rises(engine, table.query):
        return Remarks(odd, 0, 0, 0)
    nameless = _one(engine, f"SELECT count(*) FROM ({table.query}) WHERE {BLANK}")
    return Remarks(odd, *_repeated(engine, table.query), nameless)


def _seen(engine: duckdb.DuckDBPyConnection, query: str, column: str, base: str, codes: set[str]) -> set[str]:
    if base in ("VARCHAR", "ENUM"):
        cell = f"left(CAST({column} AS VARCHAR), {LONGEST + 1})"
        rows = engine.execute(f"SELECT DISTINCT {cell} FROM ({query}) WHERE {column} IS NOT NULL").fetchall()
        return {canonical(text) for (text,) in rows}
    numbers = sorted(code for code in codes if WHOLE.fullmatch(code))
    if not numbers or base == "BOOLEAN":
        return set()
    asked = ", ".join(f"bool_or(abs(CAST({column} AS DOUBLE) - {number}) < {NEAR})" for number in numbers)
    found = engine.execute(f"SELECT {asked} FROM ({query})").fetchone() or ()
    return {number for number, is_there in zip(numbers, found, strict=True) if is_there}


def _rises(engine: duckdb.DuckDBPyConnection, query: str) -> bool:
    """Whether each id is there and greater than the one before: cheap to ask, and true of most files."""
    rising = f"SELECT id > lag(id) OVER () AS rises, {BLANK} AS blank FROM ({query})"
    return _one(engine, f"SELECT count(*) + 9 * count(*) FILTER (blank) FROM ({rising}) WHERE rises IS NOT TRUE") <= 1


def _repeated(engine: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    groups = f"SELECT count(*) AS many FROM ({query}) WHERE NOT {BLANK} GROUP BY id HAVING count(*) > 1"
    found = engine.execute(f"SELECT count(*), coalesce(sum(many), 0) FROM ({groups})").fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    found = engine.execute(query).fetchone()
    return int(found[0]) if found else 0
