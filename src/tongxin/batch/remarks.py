"""What is odd about a file that can be scored: recodings that nothing needed, ids that stand twice or nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tongxin.batch.cells import LONGEST, NEAR, WHOLE, canonical
from tongxin.batch.engines import Duck
from tongxin.batch.sources import Source, place

NUMBER = re.compile(r"-?[0-9]{1,9}")
WIDE = {"HUGEINT", "UHUGEINT", "UBIGINT"}
LARGEST_MAP, SPARSEST = 1 << 30, 64
MOST_PLACES = 11
BLANK = "(id IS NULL OR trim(CAST(id AS STRING)) = '')"


@dataclass(frozen=True, slots=True)
class Remarks:
    """Codes of the recoding that stand in no cell; ids that repeat and the rows they are in; rows without an id.

    `repeated_places` are the first of these rows, counted from 1 as they stand in the file.
    """

    unused: tuple[str, ...]
    repeated_ids: int
    repeated_rows: int
    nameless_rows: int
    repeated_places: tuple[int, ...] = ()


def remarks(engine: Duck, table: Source, *, recode: Mapping[str, str]) -> Remarks:
    """What to tell about a file beside its scores."""
    unused = set(recode)
    for index, type in enumerate(table.types):
        if unused:
            unused -= _seen(engine, table.query, f"c{index}", type.partition("(")[0], unused)
    odd = tuple(code for code in recode if code in unused)
    if all_differ(engine, table.query, table.id_type):
        return Remarks(odd, 0, 0, 0)
    nameless = int(engine.one(f"SELECT count(*) FROM ({table.query}) WHERE {BLANK}")[0])
    groups = f"SELECT id, count(*) AS many FROM ({table.query}) WHERE NOT {BLANK} GROUP BY id HAVING count(*) > 1"
    ids, rows = engine.one(f"SELECT count(*), coalesce(sum(many), 0) FROM ({groups})")
    if not ids:
        return Remarks(odd, 0, 0, nameless)
    numbered = f"SELECT id, row_number() OVER () AS number FROM ({table.query})"
    repeated = f"id IN (SELECT id FROM ({groups}))"
    first = engine.rows(f"SELECT number FROM ({numbered}) WHERE {repeated} ORDER BY number LIMIT {MOST_PLACES}")
    return Remarks(odd, int(ids), int(rows), nameless, tuple(place(int(row[0]), table.dropped) for row in first))


def all_differ(engine: Duck, query: str, type: str) -> bool:
    """Whether each id is there and no other is like it, where that is cheap to prove."""
    if type in WHOLE and type not in WIDE:
        low, high, given, rows = engine.one(f"SELECT min(id), max(id), count(id), count(*) FROM ({query})")
        if given < rows or not rows:
            return not rows
        if high - low < min(LARGEST_MAP, SPARSEST * rows):
            marked = f"bit_count(bitstring_agg(id, {low}, {high}))"
            return bool(engine.one(f"SELECT {marked} = {rows} FROM ({query})")[0])
    return _rises(engine, query)


def _seen(engine: Duck, query: str, column: str, base: str, codes: set[str]) -> set[str]:
    if base in ("VARCHAR", "ENUM"):
        cell = f"left(CAST({column} AS VARCHAR), {LONGEST + 1})"
        rows = engine.rows(f"SELECT DISTINCT {cell} FROM ({query}) WHERE {column} IS NOT NULL")
        return {canonical(text) for (text,) in rows}
    numbers = sorted(code for code in codes if NUMBER.fullmatch(code))
    if not numbers or base == "BOOLEAN":
        return set()
    asked = ", ".join(f"bool_or(abs(CAST({column} AS DOUBLE) - {number}) < {NEAR})" for number in numbers)
    found = engine.one(f"SELECT {asked} FROM ({query})")
    return {number for number, is_there in zip(numbers, found, strict=True) if is_there}


def _rises(engine: Duck, query: str) -> bool:
    """Whether each id is there and greater than the one before: cheap to ask, and true of most files."""
    rising = f"SELECT id > lag(id) OVER () AS rises, {BLANK} AS blank FROM ({query})"
    asked = f"SELECT count(*) + 9 * count(*) FILTER (blank) FROM ({rising}) WHERE rises IS NOT TRUE"
    return bool(engine.one(asked)[0] <= 1)
