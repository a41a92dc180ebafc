"""Facts of an installation as Parquet, for figures of a province: no name, no id, one folder for each county.

Children, families and people in posts are numbered anew with a key that is thrown away: the same child has the same
number in all files of one export, and in no other. It is still about single children: it goes where the figures may
go, and is deleted when they are computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.core.indicators.sets import LEVELS, LOOP, SETS, FactSet
from tongxin.core.language import Kind

TYPES: Mapping[Kind, pa.DataType] = {
    Kind.BOOL: pa.bool_(), Kind.CODE: pa.string(), Kind.DATE: pa.date32(), Kind.INT: pa.int64(),
}
# Every set, and how far each child got.
EXPORTED: Mapping[str, FactSet] = {**SETS, LOOP.id: LOOP}
NOWHERE, FILE, DIVISIONS = "none", "facts.parquet", "divisions.parquet"
CHUNK = 50_000


def schema_of(facts: FactSet) -> pa.Schema:
    """The columns of a set's files: places by code, keys by number."""
    return pa.schema([
        *((level, pa.string()) for level in LEVELS), *((key, pa.int64()) for key in facts.keys),
        *((name, TYPES[each.type.kind]) for name, each in facts.facts.items()),
    ])


class Writer:
    """Writes chunks of rows to the file of their county; one open file for each county of the set at hand."""

    def __init__(self, folder: Path, codes: Mapping[int, str]) -> None:
        self._folder = folder
        self._codes = codes
        self._key = token_bytes(32)

    def write(self, facts: FactSet, columns: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]) -> int:
        """How many rows were written for a set."""
        schema, files, many = schema_of(facts), dict[str, pq.ParquetWriter](), 0
        try:
            for chunk in chunks:
                many += len(chunk)
                for county, rows in self._by_county(facts, columns, chunk).items():
                    if county not in files:
                        path = self._folder / facts.id / f"part={county}" / FILE
                        path.parent.mkdir(parents=True, exist_ok=True)
                        files[county] = pq.ParquetWriter(path, schema, compression="zstd")
                    files[county].write_table(pa.Table.from_pylist(rows, schema=schema))
        finally:
            for file in files.values():
                file.close()
        if not files:
            path = self._folder / facts.id / f"part={NOWHERE}" / FILE
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(schema.empty_table(), path)
        return many

    def _by_county(
        self, facts: FactSet, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for values in rows:
            row = self._row(facts, dict(zip(columns, values, strict=True)))
            found.setdefault(row["county"] or NOWHERE, []).append(row)
        return found

    def _row(self, facts: FactSet, row: Mapping[str, Any]) -> dict[str, Any]:
        places = {level: None if row[level] is None else self._codes[row[level]] for level in LEVELS}
        keys = {key: self._number(row[key]) for key in facts.keys}
        told = {name: _value(row[name], each.type.kind) for name, each in facts.facts.items()}
        return {**places, **keys, **told}

    def _number(self, id: Any) -> int | None:
        if id is None:
            return None
        return int.from_bytes(blake2b(str(id).encode(), key=self._key, digest_size=8).digest(), signed=True)


def _value(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.BOOL:
        return bool(value)
    if kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value

