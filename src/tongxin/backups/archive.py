"""One sealed file of parts: a tar inside the envelope, the signed manifest at its end."""

import errno
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from tongxin.backups import manifest as manifests
from tongxin.backups.envelope import CHANGED, CUT, Reader, Writer
from tongxin.backups.locks import Openers
from tongxin.backups.manifest import Manifest
from tongxin.lib import whole_files
from tongxin.lib.faults import Fault

PIECE = 2**20
Part = tuple[str, Path]
Watch = Callable[[int], None]


def write(to: Path, *, parts: Iterable[Part], manifest: Manifest, openers: Openers) -> Manifest:
    """The finished backup file; until it is whole there is none under its name."""
    head = {"kind": manifest.kind, "set": manifest.set, "created_at": manifest.created_at, "version": manifest.version}
    with (
        told_of_disk("备份没有完成，没有留下不完整的文件"),
        whole_files.being_written(to, mode=whole_files.PRIVATE) as part, part.open("wb") as stream,
    ):
        return _fill(stream, parts, manifest, head, openers)


def _fill(
    stream: BinaryIO, parts: Iterable[Part], manifest: Manifest, head: dict[str, Any], openers: Openers
) -> Manifest:
    writer = Writer(stream, head=head, openers=openers)
    with tarfile.open(fileobj=cast(BinaryIO, writer), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        known = {name: _add(tar, name, file) for name, file in parts}
        whole = Manifest(**{**asdict(manifest), "parts": known})
        content = whole.content()
        for name, text in ((manifests.NAME, content), (manifests.SIGNATURE, manifests.sign(content))):
            tar.addfile(_info(name, len(text)), io.BytesIO(text))
    writer.finish()
    return whole


def _add(tar: tarfile.TarFile, name: str, file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        counted = _Counted(stream)
        tar.addfile(_info(name, size), cast(BinaryIO, counted))
    return {"size": size, "sha256": counted.digest.hexdigest()}


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class _Counted:
    """A stream that digests what is read from it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content: bytes = self._stream.read(size)
        self.digest.update(content)
        return content


def extract(file: Path, *, into: Path, openers: Openers) -> Manifest:
    """Every part below `into`, each compared with the signed manifest; nothing is trusted before that."""
    found: dict[str, dict[str, Any]] = {}
    own: dict[str, bytes] = {}
    with told_of_disk("没有展开备份，现有的资料没有改动"), _opened(file) as stream:
        reader = Reader(stream, openers=openers)
        try:
            with tarfile.open(fileobj=cast(BinaryIO, reader), mode="r|") as tar:
                for info in tar:
                    content = tar.extractfile(info)
                    if content is None or not _is_plain(info.name):
                        raise Fault(CHANGED)
                    if info.name in (manifests.NAME, manifests.SIGNATURE):
                        own[info.name] = content.read()
                    else:
                        found[info.name] = _put(content, into / info.name)
            while reader.read(PIECE):
                continue
        except tarfile.TarError:
            raise Fault(CHANGED) from None
    if len(own) < 2:
        raise Fault(CUT)
    manifest = manifests.read(own[manifests.NAME], own[manifests.SIGNATURE])
    if found != manifest.parts:
        raise Fault(CHANGED)
    return manifest


def _put(content: Any, to: Path) -> dict[str, Any]:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += stream.write(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        stream = file.open("rb")
    except OSError:
        raise Fault(f"读不出备份文件 {file}，没有作任何改动。请核对位置和权限。") from None
    with stream:
        yield stream


@contextmanager
def told_of_disk(kept: str) -> Iterator[None]:
    """A full disk or a refused folder, told in words."""
    try:
        yield
    except OSError as error:
        why = {
            errno.ENOSPC: "磁盘已满", errno.EFBIG: "文件超过允许的大小", errno.EACCES: "没有写入的权限",
            errno.EROFS: "磁盘是只读的", errno.EIO: "磁盘写不进去",
        }
        said = why.get(error.errno or 0, f"读写失败（{type(error).__name__}）")
        raise Fault(f"{kept}：{said}。请腾出空间或换一个位置，再试一次。") from None
