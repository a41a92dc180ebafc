"""PostgreSQL: pg_dump on one exported snapshot; restored into a new database that is renamed into place."""

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.db import connections, transaction
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tongxin.access import wall
from tongxin.lib.faults import Fault

Dump = Callable[[Path], None]
# Seconds until a server, busy as it may be, has let go of a connection that was closed.
HANGING_UP = 5.0
REFUSED = "当前账户不能建立数据库，没有作任何改动。请用有 CREATEDB 权限的账户连接（见 docs/install.md）。"


@contextmanager
def snapshot(alias: str) -> Iterator[Dump]:
    """One moment of the database: what is read inside, and what the given function dumps, agree."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        name = cursor.fetchone()[0]
        yield lambda to: _dump(alias, name, to)


def _dump(alias: str, snapshot_name: str, to: Path) -> None:
    to.touch(mode=0o600)
    arguments = [
        "--format=custom", "--enable-row-security", "--no-owner", "--no-privileges", f"--snapshot={snapshot_name}",
        f"--file={to}",
    ]
    _run("pg_dump", arguments, _parts(alias))


class Copy:
    """A database being put back: first beside the one in use, then in its place."""

    def __init__(self, alias: str, folder: Path, stamp: str) -> None:
        del folder
        self.alias, self.stamp = alias, stamp
        self.live = str(_parts(alias)["dbname"])
        self.name = f"{self.live}_restoring_{stamp}"
        words = urlencode({**_parts(alias), "dbname": self.name}, quote_via=quote)
        self.address = f"postgresql:///?{words}"

    def load(self, part: Path) -> None:
        with _server(self.alias) as server:
            try:
                server.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(self.name))
                )
            except psycopg.errors.InsufficientPrivilege:
                raise Fault(REFUSED) from None
        arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(part)]
        arguments += self._without_wall(part)
        _run("pg_restore", arguments, {**_parts(self.alias), "dbname": self.name})
        part.unlink()

    def _without_wall(self, part: Path) -> list[str]:
        """What leaves the second wall's policies out on a server without the role they are for."""
        with _server(self.alias) as server:
            if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [wall.ROLE]).fetchone():
                return []
        listed = subprocess.run(  # noqa: S603
            [_program("pg_restore"), "--list", str(part)], check=True, capture_output=True, text=True
        ).stdout
        chosen = part.with_name(f"{part.name}.list")
        chosen.write_text("".join(line for line in listed.splitlines(keepends=True) if not is_of_wall(line)))
        return [f"--use-list={chosen}"]

    def has_content(self) -> bool:
        with _server(self.alias) as server:
            if not self._exists(server, self.live):
                return False
        with connections[self.alias].cursor() as cursor:
            is_there = bool(connections[self.alias].introspection.table_names(cursor))
        connections[self.alias].close()
        return is_there

    def is_in_use(self) -> bool:
        """Whether anybody else is connected to it; who has just hung up gets the moment the server takes to notice."""
        connections[self.alias].close()
        until = time.monotonic() + HANGING_UP
        with _server(self.alias) as server:
            while self._connected(server):
                if time.monotonic() > until:
                    return True
                time.sleep(0.1)
        return False

    def _connected(self, server: Any) -> int:
        """How many programs are; the server's own upkeep of tables is none."""
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        row = server.execute(counted, [self.live]).fetchone()
        return int(row[0]) if row else 0

    def swap(self, aside: Path) -> str:
        """Put the copy in place; the former keeps its content under another name. Gives that name, if it had any."""
        del aside
        had_content = self.has_content()
        connections[self.alias].close()
        with _server(self.alias) as server, server.transaction():
            if self._exists(server, self.live):
                server.execute(_rename(self.live, self._former))
            server.execute(_rename(self.name, self.live))
        return self._former if had_content else ""

    def swap_back(self, aside: Path) -> None:
        """Undo a swap."""
        del aside
        with _server(self.alias) as server, server.transaction():
            if not self._exists(server, self.name):
                server.execute(_rename(self.live, self.name))
                if self._exists(server, self._former):
                    server.execute(_rename(self._former, self.live))

    def discard(self) -> None:
        """Drop the copy where it was not put in place."""
        with _server(self.alias) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    @property
    def _former(self) -> str:
        return f"{self.live}_before_{self.stamp}"

    def _exists(self, server: Any, name: str) -> bool:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _rename(name: str, to: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))


@contextmanager
def _server(alias: str) -> Iterator[Any]:
    """A connection beside the databases that are made, renamed and dropped."""
    try:
        server = psycopg.connect(make_conninfo(**{**_parts(alias), "dbname": "postgres"}), autocommit=True)
    except psycopg.OperationalError:
        raise Fault("数据库服务器连接不上，没有作任何改动。请确认 PostgreSQL 已启动，再试一次。") from None
    with server:
        yield server


def is_of_wall(line: str) -> bool:
    """Whether a line of a dump's contents is a policy of the second wall."""
    words = line.split()
    return "POLICY" in words and any(f"{table}_scope" in words for table in wall.TABLES)


def _parts(alias: str) -> dict[str, Any]:
    params = connections[alias].get_connection_params()
    ours = ("cursor_factory", "context", "prepare_threshold", "client_encoding", "server_side_binding")
    return {name: value for name, value in params.items() if name not in ours and value}


def _run(program: str, arguments: list[str], parts: dict[str, Any]) -> None:
    """One of PostgreSQL's own programs; the password goes past the list of processes."""
    environment = {**os.environ, "LC_ALL": "C", "PGPASSWORD": str(parts.pop("password", ""))}
    command = [_program(program), *arguments, f"--dbname={make_conninfo(**parts)}"]
    done = subprocess.run(  # noqa: S603
        command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if done.returncode == 0:
        return
    if done.returncode == -signal.SIGXFSZ or b"File too large" in done.stderr:
        raise OSError(errno.EFBIG, "too large")
    if b"No space left" in done.stderr:
        raise OSError(errno.ENOSPC, "full")
    raise Fault(f"{program} 没有完成，没有作任何改动。请确认数据库正常、{program} 的版本不低于数据库，再试一次。")


def _program(name: str) -> str:
    """The newest there is: an older one refuses a newer server."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise Fault(f"没有找到 PostgreSQL 的 {name}，没有作任何改动。请安装 postgresql-client。")
    return program
