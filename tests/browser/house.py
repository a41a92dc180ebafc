"""A whole installation on a data folder of its own: the server and its worker, as an office runs them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from tests import empty, forked
from tests.browser.model import moved_in

REPOSITORY = Path(__file__).resolve().parents[2]
CLOCK = "2025-12-30T09:00"
PATIENCE = 120
FURNISH = "import django; django.setup(); from tests.browser.furnish import main; main()"


class House:
    """Started with `with`; gone afterwards with everything it held."""

    logins: dict[str, str]
    children: dict[str, str]

    def __init__(self, shelf: Path | None = None, *, furnish: str = FURNISH) -> None:
        self._ground = Path(tempfile.mkdtemp(prefix="tongxin-house-"))
        self._shelf, self._furnish = shelf or self._ground, furnish
        self.home = self._ground / "home"
        self.home.mkdir(mode=0o700)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.home / "server.log"
        self._databases: list[str] = []
        self._running: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))},
            "TONGXIN_HOME": str(self.home), "TONGXIN_CLOCK_START": CLOCK, "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
            "PYTHONPATH": os.pathsep.join((str(REPOSITORY / "src"), str(REPOSITORY))), **self._postgresql(),
        }

    def __enter__(self) -> House:
        try:
            self.found = moved_in(
                shelf=self._shelf, home=self.home, databases=self._databases, furnish=self._furnished
            )
            self.logins, self.children = self.found["logins"], self.found["children"]
            self._start("-m", "tongxin", "worker")
            self._start("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
                        "--workers", "1", "--no-ws", "tongxin.config.wsgi:application")
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self._ground, ignore_errors=True)
        for name in self._databases:
            with psycopg.connect(os.environ["TONGXIN_DATABASE"], dbname="postgres", autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _postgresql(self) -> dict[str, str]:
        """The address of two databases of the house's own where the tests run on PostgreSQL; else nothing."""
        address = os.environ.get("TONGXIN_DATABASE", "")
        if not address.startswith("postgres"):
            return {}
        name = f"house_{self.port}"
        self._databases = [name, f"{name}_keys"]
        before, _, query = address.partition("?")
        return {"TONGXIN_DATABASE": f"{before.rpartition('/')[0]}/{name}?{query}"}

    def _furnished(self) -> dict[str, Any]:
        empty.keys(self.home / "keys")
        if self._databases:
            empty.copy_databases(self._databases[0])
        else:
            empty.files(self.home)
        done = forked.run(["-c", self._furnish], env=self._environment)
        if done.returncode:
            raise RuntimeError(f"{self._furnish}\n{done.stdout}{done.stderr}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def _start(self, *words: str) -> None:
        with self.log.open("ab") as log:
            self._running.append(subprocess.Popen(
                [sys.executable, *words], env=self._environment, cwd=REPOSITORY, stdout=log, stderr=log
            ))

    def _wait(self) -> None:
        """Until the server answers and the worker has given its first sign of life."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if any(process.poll() is not None for process in self._running):
                break
            try:
                with urllib.request.urlopen(f"{self.url}/sign-in/", timeout=5):  # noqa: S310
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start\n{self.log.read_text(encoding='utf-8')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
