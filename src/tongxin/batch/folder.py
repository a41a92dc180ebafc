"""Many files of answer sheets, scored part by part; a stopped run goes on with the files that lack a part."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tongxin.batch import manifest
from tongxin.batch.duck_runner import DuckRunner
from tongxin.batch.engines import Duck, Limits, duck
from tongxin.batch.errors import DiskFull, TableError
from tongxin.batch.inputs import Found, Input, find_inputs
from tongxin.batch.manifest import Part
from tongxin.batch.repeats import Repeats
from tongxin.batch.request import Request
from tongxin.batch.sources import parquet_types

PARTS, WORK = "parts", ".tongxin-work"


class Runner(Protocol):
    """What scores files into parts that stand whole in their place, on whatever engine."""

    def score(
        self, inputs: Sequence[Input], failures: MutableMapping[str, str]
    ) -> Iterator[tuple[Input, Part | None]]: ...

    def repeats(
        self, parts: Sequence[Part], inputs: Sequence[Input], failures: MutableMapping[str, str]
    ) -> Repeats: ...


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
        odd = any(part.rejections or part.dropped or part.short for part in self.parts)
        return not (odd or self.failures or self.repeats.ids or self.stopped)


def score_folder(
    request: Request,
    paths: Sequence[Path],
    out: Path,
    *,
    definition: Mapping[str, Any],
    bounds: Limits,
    master: str = "",
    tell: Callable[[Input], None] = lambda _: None,
) -> FolderOutcome:
    """Score every file below `paths` into a part below `out`, in folders of the same names.

    `master` is the address of a Spark cluster that does it; `tell` hears of each file that is done with.
    """
    found = find_inputs(paths, out=out)
    if master:
        _check_parquet(found.inputs)
    _prepare(out)
    with manifest.held(out), _workplace(out) as work, duck(work, bounds) as engine:
        id_type = _id_type(engine, found.inputs, request.id_column)
        wish = manifest.described(
            request, definition=definition, id_type=id_type, engine="spark" if master else "duckdb"
        )
        done = manifest.begin(out, wish)
        _check_unchanged(done, found.inputs, out)
        _clear(out, done)
        with _runner(engine, request, id_type, out, master) as runner:
            return _score_all(runner, request, found, out, done, tell)


def _score_all(
    runner: Runner,
    request: Request,
    found: Found,
    out: Path,
    done: Mapping[str, Part],
    tell: Callable[[Input], None],
) -> FolderOutcome:
    parts = dict(done)
    failures: dict[str, str] = {}
    stopped, repeats = "", Repeats()
    for each in found.inputs:
        if each.name in done:
            tell(each)
    try:
        for each, part in runner.score([each for each in found.inputs if each.name not in done], failures):
            if part:
                manifest.note(out, part)
                parts[each.name] = part
            tell(each)
        repeats = runner.repeats(_ordered(parts, found), found.inputs, failures)
    except DiskFull as full:
        stopped = str(full)
    return FolderOutcome(
        parts=_ordered(parts, found),
        resumed=len(done),
        failures=failures,
        repeats=repeats,
        others=found.others,
        unasked=request.unasked,
        stopped=stopped,
    )


def _ordered(parts: Mapping[str, Part], found: Found) -> tuple[Part, ...]:
    return tuple(parts[each.name] for each in found.inputs if each.name in parts)


@contextmanager
def _runner(engine: Duck, request: Request, id_type: str, out: Path, master: str) -> Iterator[Runner]:
    if not master:
        yield DuckRunner(engine, request, id_type, parts=out / PARTS, work=out / WORK)
        return
    from tongxin.batch.spark_runner import SparkRunner
    from tongxin.batch.spark_session import spark

    with spark(master) as cluster:
        yield SparkRunner(engine, cluster, request, id_type, parts=out / PARTS, work=out / WORK)


def _check_parquet(inputs: Sequence[Input]) -> None:
    others = [each.name for each in inputs if each.path.suffix.lower() != ".parquet"]
    if others:
        zh = f"Spark 引擎只读 Parquet，这里还有 {len(others)} 个别的文件，例如 {others[0]}。"
        raise TableError(f"{zh}请不加 --engine spark 计分，或先转成 Parquet。")


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
    for name in [name for name, part in done.items() if not (out / PARTS / part.place).exists()]:
        del done[name]


def _clear(out: Path, done: Mapping[str, Part]) -> None:
    """Take away what stands among the parts and was never noted: a run was killed before it could."""
    known = {(out / PARTS / part.place) for part in done.values()}
    for path in sorted((out / PARTS).rglob("*"), reverse=True):
        if path.is_file() and path not in known and path.parent not in known:
            path.unlink()
