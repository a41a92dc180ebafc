"""A run over many Parquet files on a Spark cluster, one group of like files after the other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tongxin.batch import manifest
from tongxin.batch.duck_runner import BROKEN, CHANGING, FULL_WORDS, failing
from tongxin.batch.engines import Duck
from tongxin.batch.errors import DiskFull, TableError
from tongxin.batch.inputs import Input
from tongxin.batch.manifest import Part
from tongxin.batch.remarks import BLANK
from tongxin.batch.repeats import MOST_SHOWN, Repeats, parts_query, places_of
from tongxin.batch.request import Request
from tongxin.batch.sheets import Sheets, read_sheets
from tongxin.batch.sources import open_source
from tongxin.batch.spark_groups import Group, address, counted, first_places, group
from tongxin.batch.spark_session import Cluster, engine_errors

SQL_TYPES = {"VARCHAR": "STRING", "ENUM": "STRING", "HUGEINT": "STRING", "UTINYINT": "SMALLINT", "UINTEGER": "BIGINT"}


@dataclass(frozen=True, slots=True)
class SparkRunner:
    """Scores files with the cluster; heads are read here, with DuckDB, so both must see the files."""

    engine: Duck
    cluster: Cluster
    request: Request
    id_type: str
    parts: Path
    work: Path

    def score(self, inputs: Sequence[Input], failures: MutableMapping[str, str]) -> Iterator[tuple[Input, Part | None]]:
        """Each file with its part; without one where `failures` now says why."""
        typed: list[tuple[str, tuple[str, ...], Input]] = []
        for each in inputs:
            with failing(each.name, failures):
                typed.append((str(Path(each.name).parent), self._types(each), each))
            if each.name in failures:
                yield each, None
        typed.sort(key=lambda found: (found[0], found[1], found[2].name))
        for (_, types), alike in groupby(typed, key=lambda found: found[:2]):
            yield from self._score_alike([each for _, _, each in alike], types, failures)

    def repeats(
        self, parts: Sequence[Part], inputs: Sequence[Input], failures: MutableMapping[str, str]
    ) -> Repeats:
        """The ids that stand more than once in the whole result."""
        del failures
        if not parts:
            return Repeats()
        folders = sorted({part.place for part in parts})
        frame = self.cluster.session.read.parquet(*(address(self.parts / place) for place in folders))
        frame.select(f"`{self.request.id_column}`").toDF("id").createOrReplaceTempView("scored_ids")
        nameless = self.cluster.rows(f"SELECT count(*) FROM scored_ids WHERE {BLANK}")[0][0]
        groups = f"SELECT id, count(*) AS many FROM scored_ids WHERE NOT {BLANK} GROUP BY id HAVING count(*) > 1"
        ids, rows = self.cluster.rows(f"SELECT count(*), coalesce(sum(many), 0) FROM ({groups})")[0]
        some = self.cluster.rows(f"{groups} ORDER BY id LIMIT {MOST_SHOWN}") if ids else []
        scored = {part.name for part in parts}
        files = {each.name: each.path for each in inputs if each.name in scored}
        places = places_of([str(row[0]) for row in some], self.engine, files, id_column=self.request.id_column)
        return Repeats(int(ids), int(rows), int(nameless), places)

    def _types(self, each: Input) -> tuple[str, ...]:
        found = open_source(self.engine, each.path, request=self.request, folder=self.work, given=each.given)
        return (found.id_type, *found.types)

    def _score_alike(
        self, inputs: Sequence[Input], types: Sequence[str], failures: MutableMapping[str, str]
    ) -> Iterator[tuple[Input, Part | None]]:
        """A broken file fails its whole group; each of the group is then asked alone."""
        parts: list[Part | None] = [None] * len(inputs)
        try:
            with failing(inputs[0].name, failures):
                parts = list(self._score_group(group(self.cluster, self.request, inputs, types=types[1:])))
            failures.update({each.name: failures[inputs[0].name] for each in inputs if inputs[0].name in failures})
        except engine_errors() as error:
            if any(word in str(error).lower() for word in FULL_WORDS):
                raise DiskFull(inputs[0].name) from None
            if len(inputs) > 1:
                for each in inputs:
                    yield from self._score_alike([each], types, failures)
                return
            failures[inputs[0].name] = BROKEN
        yield from zip(inputs, parts, strict=True)

    def _score_group(self, found: Group) -> Iterator[Part]:
        marks = {each.name: each.fingerprint() for each in found.inputs}
        type = SQL_TYPES.get(self.id_type.partition("(")[0], self.id_type)
        sheets = read_sheets(self.cluster, found, self.request, id=f"CAST(id AS {type})")
        counts = counted(self.cluster, found, sheets)
        noted = self._noted(found, sheets, counts)
        self._write(found, sheets, rows=sum(rows for rows, _ in counts.values()))
        for each in found.inputs:
            if each.fingerprint() != marks[each.name]:
                raise TableError(CHANGING)
            yield Part(each.name, found.place, marks[each.name], counts[each.name][0], noted[each.name])

    def _noted(
        self, found: Group, sheets: Sheets, counts: dict[str, tuple[int, dict[str, int]]]
    ) -> dict[str, dict[str, tuple[int, list[int]]]]:
        noted: dict[str, dict[str, tuple[int, list[int]]]] = {name: {} for name in counts}
        wrong = [column for column, _ in sheets.columns if any(column in cells for _, cells in counts.values())]
        if wrong:
            for (file, column), rows in first_places(self.cluster, found, sheets, wrong).items():
                noted[file][column] = (counts[file][1][column], rows)
        return noted

    def _write(self, found: Group, sheets: Sheets, *, rows: int) -> None:
        """The group's parts in their place, all at once and on the disk; what stood there before is gone."""
        draft, place = self.work / "spark", self.parts / found.place
        frame = self.cluster.session.sql(sheets.scored).toDF(*self.request.headings)
        frame.write.mode("overwrite").parquet(address(draft))
        files = sorted(draft.glob("*.parquet"))
        written = self.engine.one(f"SELECT count(*) FROM {parts_query(files)}")[0] if files else 0
        if written != rows:
            raise TableError(CHANGING)
        for file in files:
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        manifest.settled(place.parent)
