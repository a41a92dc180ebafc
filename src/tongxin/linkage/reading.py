"""A list as records: rows in memory, a csv file or a parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tongxin.linkage.record import COLUMNS, Record, record_of

FETCHED = 100_000


def read_list(listed: Path | Iterable[Record | Mapping[str, Any]]) -> list[Record]:
    """The records of a list; two with one key are refused with `ValueError`."""
    found = _read_file(listed) if isinstance(listed, Path) else [record_of(row) for row in listed]
    if len({each.key for each in found}) != len(found):
        raise ValueError("two rows of a list have the same key")
    return found


def _read_file(path: Path) -> list[Record]:
    # Only who reads files pays for it: every page and command imports this module.
    import duckdb

    read = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, header = true, all_varchar = true)"
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        there = {name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {read}", [str(path)]).fetchall()}
        cells = [f"nullif(CAST({name} AS VARCHAR), '')" if name in there else "NULL" for name in COLUMNS]
        found = connection.execute(f"SELECT {', '.join(cells)} FROM {read}", [str(path)])
        records: list[Record] = []
        while rows := found.fetchmany(FETCHED):
            records.extend(map(Record._make, rows))
    if any(each.key is None for each in records):
        raise ValueError("a row of a list has no key")
    return records
