"""The product as it is served: granian with two workers, and the worker process beside them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from benchmarks.installation import MEASURED, ROOT, Installation

HOST = "127.0.0.1"
WORKERS, THREADS = 2, 2
PATIENCE = 60


@dataclass(frozen=True)
class Served:
    """Where to ask, and whose memory to read."""

    port: int
    pid: int

    def memory(self) -> list[float]:
        """Resident megabytes of each web worker."""
        rows = subprocess.run(["ps", "-eo", "ppid=,rss="], check=True, capture_output=True, text=True).stdout
        pairs = [tuple(map(int, row.split())) for row in rows.splitlines()]
        return sorted(rss / 1024 for parent, rss in pairs if parent == self.pid)


@contextmanager
def served(place: Installation, *, threads: int = THREADS) -> Iterator[Served]:
    """The web and the worker, running until the block ends."""
    port = _free_port()
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(WORKERS), "--no-ws",
        "--blocking-threads", str(threads), "--host", HOST, "--port", str(port), "--log-level", "warning",
        "tongxin.config.wsgi:application",
    ]
    environment = place.environment(MEASURED)
    processes = [
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=sys.stderr)
        for command in (web, [sys.executable, "-m", "tongxin", "worker"])
    ]
    try:
        _wait_for(port)
        yield Served(port, processes[0].pid)
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        number: int = door.getsockname()[1]
        return number


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit("the pages did not come up")


def load() -> str:
    """How busy the machine is besides."""
    return f"{os.getloadavg()[0]:.1f}"
