"""Exports of several installations looked at before anything is counted over them: whole, ours to read, each once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.indicators import about
from tongxin.indicators.about import About
from tongxin.indicators.export import DIVISIONS, EXPORTED, schema_of
from tongxin.indicators.rules import mark_of
from tongxin.lib.faults import Fault

TWICE = "{first} 和 {second} 是同一套系统的两份导出，没有改动。同一个孩子会数两次：请只留新的一份。"
OTHER_RULES = "{folder} 的统计指标和这里的不是同一版，没有改动。请两边采用同一版规则后，再导出一次。"
BROKEN = "{folder} 里的 {name} 不完整或读不出，没有改动。请让对方重新导出，整个文件夹一起送来。"
OTHER_COLUMNS = "{folder} 里的 {name} 是另一版本的同心写的，栏目不一样，没有改动。请两边装同一版本后，再导出一次。"
# A place's code, name, level and the code of the place around it.
Row = tuple[str, str, str, str]


def looked_at(folders: Sequence[Path], *, at: datetime) -> list[About]:
    """What each says of itself; a `Fault` in words about the first that can't be counted."""
    found: list[About] = []
    for folder in folders:
        said = about.read(folder)
        for earlier, other in zip(found, folders, strict=False):
            if earlier.installation == said.installation:
                raise Fault(TWICE.format(first=other, second=folder))
        if said.definitions != mark_of(at=at):
            raise Fault(OTHER_RULES.format(folder=folder))
        for name, facts in EXPORTED.items():
            _look(folder, facts, said.rows.get(name))
        found.append(said)
    return found


def _look(folder: Path, facts: FactSet, wanted: int | None) -> None:
    many, schema = 0, schema_of(facts)
    for path in sorted((folder / facts.id).glob("*/*.parquet")):
        try:
            file = pq.read_metadata(path)
            many += file.num_rows
            known = file.schema.to_arrow_schema()
        except (OSError, pa.ArrowException):
            raise Fault(BROKEN.format(folder=folder, name=facts.id)) from None
        if (known.names, known.types) != (schema.names, schema.types):
            raise Fault(OTHER_COLUMNS.format(folder=folder, name=facts.id))
    if wanted is None or many != wanted:
        raise Fault(BROKEN.format(folder=folder, name=facts.id))


def places(folders: Sequence[Path]) -> list[Row]:
    """The places of all exports, each once."""
    above = "CASE level " + " ".join(
        f"WHEN '{level}' THEN coalesce({', '.join((*reversed(LEVELS[:at]), repr('')))})"
        for at, level in enumerate(LEVELS)
    ) + " END"
    with duckdb.connect() as connection:
        found: dict[str, Row] = {}
        for folder in folders:
            try:
                listed = connection.read_parquet(str(folder / DIVISIONS))
                rows = listed.project(f"code, name, level, {above}").fetchall()
            except duckdb.Error:
                raise Fault(BROKEN.format(folder=folder, name=DIVISIONS)) from None
            found.update((row[0], row) for row in _known(rows))
    return list(found.values())


def _known(rows: Sequence[Row]) -> Iterator[Row]:
    return (row for row in rows if row[2] in LEVELS)
