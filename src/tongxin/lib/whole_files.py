"""Files that are there whole or not at all, whatever breaks off and whoever writes them at the same moment."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENDING, PRIVATE = ".part", 0o600


@contextmanager
def being_written(to: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """An empty file beside `to`, of this thread alone, which is put in its place when the block ends well.

    Where the block fails nothing is left of it, and what stood under the name before stays. `mode` are the rights of
    the new file, less the process's mask. OSError where the folder can't be written.
    """
    with _beside(to, mode) as part:
        yield part
        _settle(part)
        part.replace(to)


def write(to: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """`content` in `to`, instead of what stood there; text as UTF-8. OSError, and the former stays."""
    with being_written(to, mode=mode) as part:
        part.write_bytes(_bytes(content))


def write_first(to: Path, content: str | bytes, *, mode: int = 0o666) -> bool:
    """Whether `content` stands in `to` now: not where another was there first, whose content stays."""
    with _beside(to, mode) as part:
        part.write_bytes(_bytes(content))
        _settle(part)
        try:
            # A link appears whole or not at all, and never over another's.
            to.hardlink_to(part)
        except FileExistsError:
            return False
        return True


@contextmanager
def _beside(to: Path, mode: int) -> Iterator[Path]:
    part = to.with_name(f".{to.name}.{os.getpid()}-{threading.get_ident()}{ENDING}")
    try:
        # What a killed process of the same number left.
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _settle(part: Path) -> None:
    """On the disk before it has its name."""
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
