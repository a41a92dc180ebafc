"""An installation whose web server may be killed, with a desk beside it that works in the same database."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from tests import empty

ROOT = Path(__file__).resolve().parents[2]
START = "2025-09-02T09:00"
PATIENCE = 120.0
BUSY = {"busy": True}


class House:
    """A data folder and its database, a web server and a desk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = _environment(home)
        self.port = 0
        self._web: subprocess.Popen[bytes] | None = None
        self._desk = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.desk"], env=self.environment, cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        self.open()

    def open(self) -> None:
        """Start the web server and wait until it answers; whoever held the last port may keep it a while."""
        self.port = _free_port()
        self._web = self._started()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._web.poll() is not None:
                self.port = _free_port()
                self._web = self._started()
            with suppress(OSError, http.client.HTTPException):
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
                with closing(line):
                    line.request("GET", "/sign-in/")
                    if line.getresponse().status == 200 and self._web.poll() is None:
                        return
            time.sleep(0.05)
        said = (self.home / "web.log").read_text(encoding="utf-8", errors="replace")[-3000:]
        raise AssertionError(f"the web server did not come up\n{said}")

    def _started(self) -> subprocess.Popen[bytes]:
        with (self.home / "web.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws",
                 "--blocking-threads", "3", "--host", "127.0.0.1", "--port", str(self.port), "--no-log",
                 "tongxin.config.wsgi:application"],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )

    def kill(self) -> None:
        """The power goes off in the middle of whatever the server does."""
        assert self._web is not None
        with suppress(ProcessLookupError):
            os.killpg(self._web.pid, signal.SIGKILL)
        self._web.wait()

    def insists(self, what: str, **more: Any) -> Any:
        """What the desk answers once the database has a moment for it."""
        until = time.monotonic() + PATIENCE
        while (answer := self.asks(what, **more)) == BUSY and time.monotonic() < until:
            time.sleep(0.1)
        return answer

    def asks(self, what: str, **more: Any) -> Any:
        """What the desk answers, which may be that the database is busy."""
        assert self._desk.stdin is not None and self._desk.stdout is not None
        self._desk.stdin.write(json.dumps({"what": what, **more}) + "\n")
        self._desk.stdin.flush()
        line = self._desk.stdout.readline()
        assert line, f"the desk ended at {what}"
        return json.loads(line)

    def close(self) -> None:
        self.kill()
        with suppress(ProcessLookupError):
            os.killpg(self._desk.pid, signal.SIGKILL)
        self._desk.wait()


def _environment(home: Path) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TONGXIN_")}
    found = {
        **bare, "TONGXIN_HOME": str(home), "TONGXIN_CLOCK_START": START, "TONGXIN_DATABASE": _database(home),
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    empty.keys(home / "keys")
    return found


def _database(home: Path) -> str:
    """SQLite, or a fresh pair of databases on the PostgreSQL that the tests run against."""
    given = os.environ.get("TONGXIN_DATABASE", "")
    if not given.startswith("postgres"):
        empty.files(home)
        return "sqlite"
    name = f"sync_{uuid.uuid4().hex[:12]}"
    empty.copy_databases(name)
    parts = conninfo_to_dict(given)
    return f"postgresql://{parts.get('user', '')}@/{name}?host={parts.get('host', '')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
