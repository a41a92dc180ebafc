"""Many files of answer sheets, scored part by part; a stopped run goes on with the files that lack a part."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tongxin.batch import manifest
from tongxin.batch.engines import Duck, Limits, duck
from tongxin.batch.errors import DiskFull, TableError
from tongxin.batch.inputs import Found, Input, find_inputs, part_name
from tongxin.batch.manifest import Part
from tongxin.batch.repeats import Repeats, find_repeats
from tongxin.batch.request import Request
from tongxin.batch.score import ROW_NUMBER, placed
from tongxin.batch.sheets import Rejection, find_rejections, read_sheets
from tongxin.batch.sources import open_source, parquet_types
from tongxin.batch.writing import narrowed, write_part

PARTS, WORK = "parts", ".tongxin-work"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_WORDS = ("no space left", "file too large", "quota", "out of disk", "could not write")
BROKEN = "读到一半出错：文件不完整或已损坏。请重新导出。"


@dataclass(frozen=True, slots=True)
class FolderOutcome:
    """What came of a run: its parts, the files that gave none and why, repeated ids, files of another kind."""

    parts: tuple[Part, ...]
    resumed: int
    failures: Mapping[str, str]
    repeats: Repeats
    others: tuple[str, ...]
    unasked: tuple[str, ...]
    stopped: str = ""

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def is_whole(self) -> bool:
        """Whether every cell of every row of every file was understood, and each id stands once."""
        odd = any(part.rejections or part.dropped for part in self.parts)
        return not (odd or self.failures or self.repeats.ids or self.stopped)


def score_folder(
    request: Request,
    paths: Sequence[Path],
    out: Path,
    *,
    definition: Mapping[str, Any],
    bounds: Limits,
    tell: Callable[[Input], None] = lambda _: None,
) -> FolderOutcome:
    """Score every file below `paths` into a part below `out`, in folders of the same names.

    `tell` hears of each file that is done with.
    """
    found = find_inputs(paths, out=out)
    _prepare(out)
    with manifest.held(out), _workplace(out) as work, duck(work, bounds) as engine:
        id_type = _id_type(engine, found.inputs, request.id_column)
        done = manifest.begin(out, manifest.described(request, definition=definition, id_type=id_type))
        _check_unchanged(done, found.inputs, out)
        return _score_all(engine, request, found, out, done=done, id_type=id_type, tell=tell)


def _score_all(
    engine: Duck,
    request: Request,
    found: Found,
    out: Path,
    *,
    done: Mapping[str, Part],
    id_type: str,
    tell: Callable[[Input], None],
) -> FolderOutcome:
    parts: list[Part] = []
    failures: dict[str, str] = {}
    stopped, repeats = "", Repeats()
    try:
        for each in found.inputs:
            with _failing(each.name, failures):
                parts.append(done.get(each.name) or _score_one(engine, request, each, out, id_type=id_type))
            tell(each)
        files = {part.name: _place(out, part.name) for part in parts}
        with _failing("编号查重", failures):
            left_out = {part.name: part.dropped for part in parts if part.dropped}
            found_twice = find_repeats(engine, files, id_column=request.id_column, id_type=id_type)
            repeats = found_twice.counted_with(left_out)
    except DiskFull as full:
        stopped = str(full)
    return FolderOutcome(
        parts=tuple(parts),
        resumed=sum(part.name in done for part in parts),
        failures=failures,
        repeats=repeats,
        others=found.others,
        unasked=request.unasked,
        stopped=stopped,
    )


def _score_one(engine: Duck, request: Request, each: Input, out: Path, *, id_type: str) -> Part:
    fingerprint = each.fingerprint()
    table = open_source(engine, each.path, request=request, folder=out / WORK, given=each.given)
    sheets = read_sheets(engine, table, request, id=f"CAST(id AS {id_type})")
    found = placed(find_rejections(engine, table, sheets, number=ROW_NUMBER), table.dropped)
    place = _place(out, each.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    rows = write_part(engine, narrowed(sheets.scored, request), out / WORK / "part", headings=request.headings)
    if each.fingerprint() != fingerprint:
        raise TableError("计分时文件正在变化。请等它写完再试。")
    (out / WORK / "part").replace(place)
    manifest.settled(place.parent)
    part = Part(each.name, fingerprint, rows, _noted(found), list(table.dropped))
    manifest.note(out, part)
    return part


def _noted(found: Sequence[Rejection]) -> dict[str, tuple[int, list[int]]]:
    return {each.column: (each.cells, list(each.rows)) for each in found}


@contextmanager
def _failing(name: str, failures: dict[str, str]) -> Iterator[None]:
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


def _prepare(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise TableError(f"{out.name} 是文件。输入是文件夹或几个文件时，-o 写一个文件夹。")
    if not out.parent.is_dir():
        raise TableError(f"输出文件夹的上一级 {out.parent} 不存在。请先建好。")
    out.mkdir(exist_ok=True)


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A folder on the result's own disk for what is not yet whole; what a killed run left there goes."""
    work = out / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _id_type(engine: Duck, inputs: Sequence[Input], id_column: str) -> str:
    """The type of the ids where all files agree, else text."""
    types = set()
    for each in inputs:
        if each.path.suffix.lower() != ".parquet":
            return "VARCHAR"
        try:
            types.add(parquet_types(engine, each.path).get(id_column))
        except TableError:
            continue
    types.discard(None)
    return str(types.pop()) if len(types) == 1 else "VARCHAR"


def _check_unchanged(done: dict[str, Part], inputs: Sequence[Input], out: Path) -> None:
    """Refuse where a file that was scored is no longer what it was; forget a part that is gone."""
    there = {each.name: each for each in inputs}
    changed = [
        name for name, part in done.items() if name not in there or there[name].fingerprint() != part.fingerprint
    ]
    if changed:
        zh = f"这些文件计分以后变了或不见了：{'、'.join(changed[:10])}（共 {len(changed)} 个）。"
        raise TableError(f"{zh}为免新旧混在一起，请换一个输出文件夹重新计分。")
    for name in [name for name in done if not _place(out, name).is_file()]:
        del done[name]


def _place(out: Path, name: str) -> Path:
    return out / PARTS / part_name(name)
