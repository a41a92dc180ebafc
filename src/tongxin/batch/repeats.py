"""Ids that stand more than once in a whole result, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tongxin.batch.dialects import name, quoted
from tongxin.batch.engines import Duck
from tongxin.batch.remarks import BLANK, all_differ
from tongxin.batch.sources import place

MOST_SHOWN, MOST_EACH = 50, 5


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many ids repeat and in how many rows; rows without any; the first rows of some, as parts and numbers."""

    ids: int = 0
    rows: int = 0
    nameless: int = 0
    places: tuple[tuple[tuple[str, int], ...], ...] = ()

    def counted_with(self, left_out: Mapping[str, Sequence[int]]) -> Repeats:
        """The same, with rows counted as they stand in files of which some rows were left out."""
        moved = tuple(
            tuple((file, place(row, left_out.get(file, ()))) for file, row in places) for places in self.places
        )
        return replace(self, places=moved)


def parts_query(files: Sequence[Path], *, numbered: bool = False) -> str:
    """SQL for the rows of many parts as one table."""
    listed = ", ".join(quoted(str(file).replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")) for file in files)
    more = ", union_by_name = true, filename = true, file_row_number = true" if numbered else ""
    return f"read_parquet([{listed}], hive_partitioning = false{more})"


def find_repeats(engine: Duck, files: Mapping[str, Path], *, id_column: str, id_type: str) -> Repeats:
    """The repeated ids of a result; `files` are its parts by the names of what they were made from."""
    ids = f"SELECT {name(id_column)} AS id FROM {parts_query(list(files.values()))}"
    if not files or all_differ(engine, ids, id_type):
        return Repeats()
    nameless = int(engine.one(f"SELECT count(*) FROM ({ids}) WHERE {BLANK}")[0])
    groups = f"SELECT id, count(*) AS many FROM ({ids}) WHERE NOT {BLANK} GROUP BY id HAVING count(*) > 1"
    engine.rows(f"CREATE OR REPLACE TEMP TABLE repeated AS {groups}")
    many, rows = engine.one("SELECT count(*), coalesce(sum(many), 0) FROM repeated")
    some = engine.rows(f"SELECT CAST(id AS VARCHAR) FROM repeated ORDER BY id LIMIT {MOST_SHOWN}")
    shown = places_of([str(row[0]) for row in some], engine, files, id_column=id_column)
    return Repeats(ids=int(many), rows=int(rows), nameless=nameless, places=shown)


def places_of(
    ids: Sequence[str], engine: Duck, files: Mapping[str, Path], *, id_column: str
) -> tuple[tuple[tuple[str, int], ...], ...]:
    """For each of `ids` the first places where it stands, by the names of `files`."""
    if not ids:
        return ()
    names = {str(path): each for each, path in files.items()}
    id = f"CAST({name(id_column)} AS VARCHAR)"
    found = engine.rows(
        f"SELECT list((filename, file_row_number) ORDER BY filename, file_row_number)[:{MOST_EACH}] AS places"
        f" FROM {parts_query(list(files.values()), numbered=True)}"
        f" WHERE {id} IN ({', '.join(map(quoted, ids))}) GROUP BY {id}"
    )
    return tuple(sorted(tuple((names[file], int(number) + 1) for file, number in places) for (places,) in found))
