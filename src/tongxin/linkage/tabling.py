"""Records worked out into a table, in as many processes as there are processors when it is worth it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

import pyarrow as pa

from tongxin.linkage.features import COLUMNS, features_of
from tongxin.linkage.record import Record

CHUNK = 25_000
# From so many records further processes are worth their start.
MANY = 100_000
DAYS = {"birth", "id_birth", "birth_swapped", "birth_lunar", "birth_month", "birth_year", "birth_first"}
LEFT_OUT = {"key", "phone_shared"}
SCHEMA = pa.schema(
    [("row", pa.int64()), ("side", pa.int32())]
    + [(name, pa.int32() if name in DAYS else pa.string()) for name in COLUMNS if name not in LEFT_OUT]
)


def tables(records: Sequence[Record], side: int, first: int) -> Iterator[pa.Table]:
    """The columns of one side's records, numbered from `first`, part by part; without keys and counts."""
    chunks = [(records[at : at + CHUNK], side, first + at) for at in range(0, len(records), CHUNK)]
    workers = min(os.cpu_count() or 1, len(chunks)) if len(records) >= MANY else 1
    if workers < 2:
        yield from (_table(*chunk) for chunk in chunks)
        return
    # A process of its own start: the one that asks may have threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = iter(chunks)
        running = [pool.submit(_table, *chunk) for chunk in islice(waiting, workers * 2)]
        while running:
            yield running.pop(0).result()
            running += [pool.submit(_table, *chunk) for chunk in islice(waiting, 1)]


def _table(records: Sequence[Record], side: int, first: int) -> pa.Table:
    columns = dict(zip(COLUMNS, zip(*map(features_of, records), strict=True), strict=True))
    numbered = {"row": range(first, first + len(records)), "side": [side] * len(records)}
    arrays = [pa.array({**columns, **numbered}[field.name], field.type) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
