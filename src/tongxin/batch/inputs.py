"""The files of a run: found below folders, known again later."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tongxin.batch.errors import TableError
from tongxin.batch.sources import SUFFIXES

ENDS = 1 << 20
WRITTEN_BY_ENGINES = ("_", ".")


@dataclass(frozen=True, slots=True)
class Input:
    """A file, its name below the folder that was named, and the values that its folders hold."""

    path: Path
    name: str

    @property
    def given(self) -> dict[str, str]:
        """What folders written `class=2` say of every row below them."""
        pairs = (part.partition("=") for part in Path(self.name).parent.parts)
        return {unquote(key): unquote(value) for key, equals, value in pairs if equals}

    def fingerprint(self) -> str:
        """Another one when the file was changed: of size, time, and both ends."""
        found = self.path.stat()
        mark = hashlib.sha256(f"{found.st_size} {found.st_mtime_ns}".encode())
        with self.path.open("rb") as file:
            mark.update(file.read(ENDS))
            file.seek(max(0, found.st_size - ENDS))
            mark.update(file.read(ENDS))
        return mark.hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """The files to score, and how many beside them are of no kind that can be."""

    inputs: tuple[Input, ...]
    others: tuple[str, ...]


def part_name(name: str) -> str:
    """The name of the result of the file `name`, in the same folders."""
    return name if name.lower().endswith(".parquet") else f"{name}.parquet"


def find_inputs(paths: Sequence[Path], *, out: Path) -> Found:
    """Every file that is named or lies below a named folder, in a lasting order; none of the result's own."""
    inputs: list[Input] = []
    others: list[str] = []
    for path in paths:
        if not path.exists():
            raise TableError(f"找不到 {path.name}。请核对路径。")
        top = path.name if len(paths) > 1 else ""
        below = _below(path, out) if path.is_dir() else [path]
        for file in below:
            inside = file.relative_to(path) if path.is_dir() else Path(file.name)
            name = (Path(top) / inside if path.is_dir() else inside).as_posix()
            if file.suffix.lower() in SUFFIXES:
                inputs.append(Input(path=file, name=name))
            else:
                others.append(name)
    _refuse_same(inputs)
    if not inputs:
        raise TableError("没有找到 .csv、.parquet 或 .xlsx 文件。请核对路径。")
    return Found(inputs=tuple(inputs), others=tuple(others))


def _below(folder: Path, out: Path) -> list[Path]:
    mine = out.resolve()
    files = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(WRITTEN_BY_ENGINES) for part in inside.parts)
        if path.is_file() and not hidden and mine not in path.resolve().parents:
            files.append(path)
    return files


def _refuse_same(inputs: Sequence[Input]) -> None:
    parts: dict[str, str] = {}
    for each in inputs:
        if part_name(each.name) in parts:
            raise TableError(f"{parts[part_name(each.name)]} 和 {each.name} 的结果会同名。请先给其中一个改名。")
        parts[part_name(each.name)] = each.name
