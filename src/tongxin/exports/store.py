"""Sealed books in the data folder, one file a child below its export; gone as soon as the export ends."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO
from uuid import UUID

from tongxin.lib import places

MODE = 0o600


def write(export_id: UUID, child_id: UUID, sealed: bytes) -> None:
    """Put a sealed book on disk, whole or not at all; the one of an earlier run that was cut short goes."""
    path = path_of(export_id, child_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(handle, "wb") as stream:
        stream.write(sealed)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(path)


def read(export_id: UUID, child_id: UUID) -> bytes | None:
    """The sealed book; None when the file is not there."""
    try:
        return path_of(export_id, child_id).read_bytes()
    except FileNotFoundError:
        return None


def remove(export_id: UUID) -> None:
    """Every book of an export."""
    shutil.rmtree(_folder(export_id), ignore_errors=True)


def opened() -> IO[bytes]:
    """A file to build a download in, which is gone once it is closed."""
    folder = places.exports_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def path_of(export_id: UUID, child_id: UUID) -> Path:
    """Where one book lies; its name is an id and nothing else."""
    return _folder(export_id) / f"{child_id.hex}.sealed"


def _folder(export_id: UUID) -> Path:
    return places.exports_folder() / export_id.hex
