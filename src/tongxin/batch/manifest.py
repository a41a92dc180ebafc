"""What a run over many files was asked and how far it has come, so that a stopped one goes on where it was."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tongxin.batch.errors import TableError
from tongxin.batch.request import Request

MANIFEST, JOURNAL, LOCK = "manifest.json", "progress.jsonl", ".lock"
FORMAT = 1
ZH = {
    "instrument": "量表", "version": "量表版本", "definition": "量表定义", "columns": "--columns", "id": "--id",
    "recode": "--recode", "age": "--age", "sex": "--sex", "informant": "--informant", "by": "--by",
    "engine": "--engine", "id_type": "编号的类型", "format": "结果的格式",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One scored file: where its rows stand, what it was then, how many rows, what wasn't understood."""

    name: str
    place: str
    fingerprint: str
    rows: int
    rejections: Mapping[str, tuple[int, list[int]]] = field(default_factory=dict)
    dropped: list[int] = field(default_factory=list)
    short: list[int] = field(default_factory=list)


def described(request: Request, *, definition: Mapping[str, Any], id_type: str, engine: str) -> dict[str, Any]:
    """The whole of what decides about the result, as JSON can hold it."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, default=str)
    return {
        "format": FORMAT,
        "engine": engine,
        "instrument": request.instrument.id,
        "version": request.instrument.version,
        "definition": hashlib.sha256(text.encode()).hexdigest(),
        "columns": list(request.columns),
        "id": request.id_column,
        "recode": dict(sorted(request.recode.items())),
        "age": request.age,
        "sex": request.sex,
        "informant": request.informant,
        "by": list(request.by),
        "id_type": id_type,
    }


@contextlib.contextmanager
def held(out: Path) -> Iterator[None]:
    """The result's folder for one run alone."""
    with (out / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TableError(f"另一次计分正在写 {out.name}。请等它结束。") from None
        yield


def begin(out: Path, wanted: Mapping[str, Any]) -> dict[str, Part]:
    """The parts already there, of a run that was asked the same; anything else is refused."""
    path = out / MANIFEST
    if not path.exists():
        if any(not each.name.startswith(".") for each in out.iterdir()):
            raise TableError(f"{out.name} 里已有别的文件。请换一个空文件夹。")
        settle(path, json.dumps(wanted, ensure_ascii=False, indent=1).encode())
    found = _read(path)
    changed = [zh for key, zh in ZH.items() if found.get(key) != wanted[key]]
    if changed:
        zh = f"{out.name} 是用别的{'、'.join(changed)}计分的，不能接着写，免得两种结果混在一起。"
        raise TableError(f"{zh}请换一个输出文件夹，或用原来的写法。")
    return {part.name: part for part in _journal(out / JOURNAL)}


def note(out: Path, part: Part) -> None:
    """Remember that a part is whole and in its place."""
    line = json.dumps(asdict(part), ensure_ascii=False).encode()
    with (out / JOURNAL).open("ab") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def settle(path: Path, content: bytes) -> None:
    """`content` in `path`, whole or not at all, whatever happens to the machine."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    settled(path.parent)


def settled(folder: Path) -> None:
    """The names in `folder`, on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        raise TableError(f"{path.parent.name}/{path.name} 读不懂。请换一个输出文件夹。") from None
    return found


def _journal(path: Path) -> Iterator[Part]:
    """The parts that were noted whole; a line torn by a sudden end is no part, and is closed."""
    lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    if lines[-1]:
        with path.open("ab") as file:
            file.write(b"\n")
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):
            if line:
                yield Part(**json.loads(line))
