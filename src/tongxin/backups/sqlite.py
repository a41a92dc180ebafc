"""SQLite: a snapshot page by page while others write; staged as files, put in place by renaming."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.lib.sqlcipher.driver import IS_ENCRYPTING, Driver

NAMES = {"default": "tongxin.db", "keys": "keys.db"}
BESIDE = ("", "-wal", "-shm", "-turn")
Dump = Callable[[Path], None]


@contextmanager
def snapshot(alias: str) -> Iterator[Dump]:
    """One moment of the database: what is read inside, and what the given function copies, agree."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield lambda to: _copy(connection.connection, to)
        finally:
            cursor.execute("ROLLBACK")


def _copy(source: Any, to: Path) -> None:
    to.touch(mode=0o600)
    target = opened(to)
    try:
        source.backup(target)
    except Driver.OperationalError as error:
        if "full" in str(error):
            raise OSError(errno.ENOSPC, "full") from None
        if "disk I/O" in str(error):
            raise OSError(errno.EIO, "not written") from None
        raise
    finally:
        target.close()


def opened(file: Path, *, timeout: float = 5.0) -> Any:
    """A connection of its own to one file, with the installation's key."""
    connection = Driver.connect(str(file), isolation_level=None, timeout=timeout)
    if IS_ENCRYPTING:
        connection.execute(f"PRAGMA key = \"x'{secrets.read('database').hex()}'\"")
    return connection


class Copy:
    """A database being put back: first beside the one in use, then in its place."""

    def __init__(self, alias: str, folder: Path, stamp: str) -> None:
        self.alias, self.stamp = alias, stamp
        self.live = Path(str(connections[alias].settings_dict["NAME"]))
        self.file = folder / NAMES[alias]
        self.address = "sqlite"

    def load(self, part: Path) -> None:
        part.rename(self.file)
        connection = opened(self.file)
        try:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
        except Driver.DatabaseError:
            found = []
        finally:
            connection.close()
        if found != ["ok"]:
            raise Fault("备份中的数据库打不开：数据库密钥不符，或内容已损坏。没有作任何改动，请核对密钥文件夹。")

    def has_content(self) -> bool:
        """Whether there are tables, or something unreadable that may hold them."""
        if not self.live.exists() or self.live.stat().st_size == 0:
            return False
        connections[self.alias].close()
        connection = opened(self.live)
        try:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except Driver.DatabaseError:
            return True
        finally:
            connection.close()

    def is_in_use(self) -> bool:
        """Whether another process has the file open."""
        if not self.has_content():
            return False
        connections[self.alias].close()
        connection = opened(self.live, timeout=1.0)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except Driver.OperationalError:
            return True
        except Driver.DatabaseError:
            # A file that can't be read is why somebody restores.
            return False
        finally:
            connection.close()
        return False

    def swap(self, aside: Path) -> str:
        """Put the copy in place; the former goes aside. Gives where it is now."""
        connections[self.alias].close()
        for end in BESIDE:
            former = self.live.with_name(self.live.name + end)
            if former.exists():
                former.rename(aside / former.name)
        self.file.rename(self.live)
        return str(aside / self.live.name)

    def swap_back(self, aside: Path) -> None:
        """Undo a swap, whole or broken off."""
        if not self.file.exists() and self.live.exists():
            self.live.rename(self.file)
        for end in BESIDE:
            former = aside / (self.live.name + end)
            if former.exists():
                former.rename(self.live.with_name(self.live.name + end))

    def discard(self) -> None:
        """The folder goes, and the copy with it."""
