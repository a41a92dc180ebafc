"""The folder in which a backup is put together, and what is known of one that another run left behind."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tongxin.backups import archive

PREFIX, MARK = ".tongxin-backup-", "in-use"


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """A folder nobody else reads, gone afterwards; what a broken-off backup left goes too."""
    for left in beside.glob(f"{PREFIX}*"):
        _clear(left)
    with archive.told_of_disk("没有备份"):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=beside))
    try:
        with _marked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _marked(folder: Path) -> Iterator[None]:
    """While this lasts, other backups see that somebody works in the folder."""
    with archive.told_of_disk("没有备份"):
        unseen = folder / f".{MARK}"
        handle = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        # A disk that knows no locks refuses them to everybody, so nobody takes this folder for a dead one.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Locked before it has its name: a mark that can be locked was left by a run that is over.
        unseen.rename(folder / MARK)
        yield
    finally:
        os.close(handle)


def _clear(left: Path) -> None:
    """Remove a folder only if its mark says that it is ours and that nobody works there any more."""
    try:
        handle = os.open(left / MARK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    else:
        if not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(handle)
