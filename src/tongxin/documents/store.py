"""Sealed bytes in the data folder, one file an attachment; its name is the attachment's id and nothing else."""

import os
from pathlib import Path
from uuid import UUID

from tongxin.lib import places

MODE = 0o600


def write(attachment_id: UUID, sealed: bytes) -> None:
    """Put sealed bytes on disk, whole or not at all; `FileExistsError` when there is a file of that name."""
    path = path_of(attachment_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The id came from a browser: what lies there already may be the only copy of another file.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(sealed)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read(attachment_id: UUID) -> bytes | None:
    """The sealed bytes; None when the file is not there."""
    try:
        return path_of(attachment_id).read_bytes()
    except FileNotFoundError:
        return None


def is_there(attachment_id: UUID) -> bool:
    """Whether the file of an attachment lies where it should."""
    return path_of(attachment_id).is_file()


def remove(attachment_id: UUID) -> None:
    """Take back a file whose row was not kept."""
    path_of(attachment_id).unlink(missing_ok=True)


def path_of(attachment_id: UUID) -> Path:
    """Where an attachment lies; the last digits of its id spread files evenly over folders."""
    name = attachment_id.hex
    return places.attachments_folder() / name[-2:] / f"{name}.sealed"
