"""A list as records: rows in memory, a csv file or a parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tongxin.linkage.record import COLUMNS, Record, record_of


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
        table = connection.execute(f"SELECT * FROM {read}", [str(path)])
        names = [column[0] for column in table.description or ()]
        rows = table.fetchall()
    places = [(column, names.index(column)) for column in COLUMNS if column in names]
    return [record_of({name: row[at] for name, at in places}) for row in rows]
