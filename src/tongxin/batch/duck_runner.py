"""A run over many files on this machine, one file after the other."""

from __future__ import annotations

import errno
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tongxin.batch import manifest
from tongxin.batch.engines import Duck
from tongxin.batch.errors import DiskFull, TableError
from tongxin.batch.inputs import Input, part_name
from tongxin.batch.manifest import Part
from tongxin.batch.narrowing import listed_words
from tongxin.batch.repeats import Repeats, find_repeats
from tongxin.batch.request import Request
from tongxin.batch.score import ROW_NUMBER, placed
from tongxin.batch.sheets import find_rejections, read_sheets
from tongxin.batch.sources import open_source
from tongxin.batch.writing import write_part

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_WORDS = ("no space left", "file too large", "quota", "out of disk", "could not write")
BROKEN = "读到一半出错：文件不完整或已损坏。请重新导出。"
CHANGING = "计分时文件正在变化。请等它写完再试。"


@dataclass(frozen=True, slots=True)
class DuckRunner:
    """Scores files with DuckDB; `parts` and `work` are folders on the same disk."""

    engine: Duck
    request: Request
    id_type: str
    parts: Path
    work: Path

    def score(self, inputs: Sequence[Input], failures: MutableMapping[str, str]) -> Iterator[tuple[Input, Part | None]]:
        """Each file with its part; without one where `failures` now says why."""
        for each in inputs:
            part = None
            with failing(each.name, failures):
                part = self._score_one(each)
            yield each, part

    def repeats(
        self, parts: Sequence[Part], inputs: Sequence[Input], failures: MutableMapping[str, str]
    ) -> Repeats:
        """The ids that stand more than once in the whole result."""
        del inputs
        files = {part.name: self.parts / part.place for part in parts}
        left_out = {part.name: part.dropped for part in parts if part.dropped}
        with failing("编号查重", failures):
            found = find_repeats(self.engine, files, id_column=self.request.id_column, id_type=self.id_type)
            return found.counted_with(left_out)
        return Repeats()

    def _score_one(self, each: Input) -> Part:
        fingerprint = each.fingerprint()
        table = open_source(self.engine, each.path, request=self.request, folder=self.work, given=each.given)
        narrow, id = listed_words(self.request.instrument), f"CAST(id AS {self.id_type})"
        sheets = read_sheets(self.engine, table, self.request, id=id, narrow=narrow)
        found = placed(find_rejections(self.engine, table, sheets, number=ROW_NUMBER), table.dropped)
        draft, place = self.work / "part", self.parts / part_name(each.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        rows = write_part(self.engine, sheets.scored, draft, headings=self.request.headings)
        if each.fingerprint() != fingerprint:
            raise TableError(CHANGING)
        draft.replace(place)
        manifest.settled(place.parent)
        noted = {reject.column: (reject.cells, list(reject.rows)) for reject in found}
        return Part(each.name, part_name(each.name), fingerprint, rows, noted, list(table.dropped), list(table.short))


@contextmanager
def failing(name: str, failures: MutableMapping[str, str]) -> Iterator[None]:
    """What is wrong with one file is noted, and the others go on; a full disk stops them all."""
    try:
        yield
    except TableError as error:
        failures[name] = str(error)
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(name) from None
        failures[name] = "文件读不了。请核对权限。"
    except duckdb.Error as error:
        if any(word in str(error).lower() for word in FULL_WORDS):
            raise DiskFull(name) from None
        failures[name] = BROKEN

