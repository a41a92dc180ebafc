"""Ids that stand more than once in a whole result, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tongxin.batch.dialects import name, quoted
from tongxin.batch.engines import Duck
from tongxin.batch.remarks import BLANK, all_differ
from tongxin.batch.sources import place

MOST_SHOWN = 50


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
    more = ", filename = true, file_row_number = true" if numbered else ""
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
    shown = _places(engine, files, id_column) if many else ()
    return Repeats(ids=int(many), rows=int(rows), nameless=nameless, places=shown)


def _places(engine: Duck, files: Mapping[str, Path], id_column: str) -> tuple[tuple[tuple[str, int], ...], ...]:
    names = {str(path): each for each, path in files.items()}
    numbered = parts_query(list(files.values()), numbered=True)
    found = engine.rows(
        f"SELECT list((filename, file_row_number) ORDER BY filename, file_row_number)[:5] AS places"
        f" FROM {numbered} WHERE {name(id_column)} IN (SELECT id FROM repeated LIMIT {MOST_SHOWN})"
        f" GROUP BY {name(id_column)}"
    )
    return tuple(sorted(tuple((names[file], int(number) + 1) for file, number in places) for (places,) in found))
