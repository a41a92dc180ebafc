"""How long `make demo` takes: from nothing, and again. `python -m benchmarks.demo [--limit 120]`.

Installing packages is not part of it; the year is, with every entry through the door that people use.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT, AGAIN = 120.0, 5.0


def main(argv: list[str]) -> int:
    """0 when both stay under their limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for the set-up from nothing")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tongxin-demo-") as folder:
        environment = {**os.environ, "TONGXIN_HOME": folder, "PYTHONPATH": str(ROOT / "src")}
        environment.pop("TONGXIN_CLOCK_START", None)
        first = _until_done(environment)
        second = _until_served(environment)
    print(f"from nothing {first:6.1f} s   (limit {asked.limit:.0f})")
    print(f"second start {second:6.1f} s   (limit {AGAIN:.0f}), until a page answers")
    return 0 if first <= asked.limit and second <= AGAIN else 1


def _until_done(environment: dict[str, str]) -> float:
    since = time.monotonic()
    subprocess.run([*command(), "--prepare-only"], check=True, env=environment, cwd=ROOT)
    return time.monotonic() - since


def _until_served(environment: dict[str, str]) -> float:
    """Until the sign-in page can be had from a second start."""
    port = free_port()
    since = time.monotonic()
    with subprocess.Popen(
        [*command(), "--port", str(port)], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    ) as server:
        try:
            while not answers(port):
                if server.poll() is not None:
                    raise SystemExit("the second start ended by itself")
                time.sleep(0.05)
            return time.monotonic() - since
        finally:
            server.terminate()


def command() -> list[str]:
    """How the demonstration is started."""
    return [sys.executable, "-m", "tongxin", "demo"]


def answers(port: int) -> bool:
    """Whether a page can be had."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"GET /sign-in/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return line.recv(12).startswith(b"HTTP/1.")
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
