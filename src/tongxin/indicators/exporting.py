"""An installation's facts written as Parquet, set by set."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from tongxin.access import scope
from tongxin.accounts.models import LEVELS, Division
from tongxin.core.indicators.sets import LOOP
from tongxin.indicators import about
from tongxin.indicators.dialect import Words
from tongxin.indicators.export import CHUNK, DIVISIONS, EXPORTED, Writer
from tongxin.indicators.loop import loop
from tongxin.indicators.selects import SELECTS


def export(folder: Path, *, at: datetime) -> dict[str, int]:
    """How many rows of each set were written below an empty folder, with what the export says of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    codes = dict(Division.objects.values_list("id", "code"))
    _write_divisions(folder, codes)
    words, writer = Words("postgresql" if connection.vendor == "postgresql" else "sqlite"), Writer(folder, codes)
    found = {}
    with scope.widened():
        for name, facts in EXPORTED.items():
            with connection.cursor() as cursor:
                cursor.execute((dict(SELECTS) | {LOOP.id: loop})[name](words))
                columns = [each[0] for each in cursor.description]
                found[name] = writer.write(facts, columns, _chunks(cursor))
    about.write(folder, found, at=at)
    return found


def _chunks(cursor: Any) -> Iterator[Sequence[Sequence[Any]]]:
    while rows := cursor.fetchmany(CHUNK):
        yield rows


def _write_divisions(folder: Path, codes: dict[int, str]) -> None:
    rows = [
        {"code": row.code, "name": row.name, "level": row.level,
         **{level: codes.get(row.ancestors[f"{level}_id"] or 0) for level in LEVELS}}
        for row in Division.objects.filter(level__in=LEVELS).order_by("code")
    ]
    schema = pa.schema([(name, pa.string()) for name in ("code", "name", "level", *LEVELS)])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / DIVISIONS)
