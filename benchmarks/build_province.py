"""How long `make demo-province` takes to build: `python -m benchmarks.build_province [--children N] [--processes 2]`.

Prints seconds by part, entries a second, and what the built installation's own checks say.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 600.0
SAMPLE = "2027-12-29T09:00"


def main(argv: list[str]) -> int:
    """0 when the province was built in time and nothing is wrong with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=None)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None, help="kept; else a folder that is taken away")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tongxin-province-") as passing:
        return _measure(asked.folder or Path(passing) / "home", asked.children, asked.processes)


def _measure(folder: Path, children: int | None, processes: int) -> int:
    environment = {
        **os.environ, "TONGXIN_HOME": str(folder), "PYTHONPATH": str(ROOT / "src"), "TONGXIN_CLOCK_START": SAMPLE,
    }
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {_load()}")
    since, before = time.monotonic(), _processor()
    wanted = ["--children", str(children)] if children else []
    _tongxin(environment, "demo-province", "--prepare-only", "--processes", str(processes), *wanted)
    took, used = time.monotonic() - since, _processor() - before
    print(f"built {took:7.1f} s   (limit {LIMIT:.0f}), {used:.1f} s of processors, load {_load()}")
    for command in ("doctor", "ledger verify"):
        since = time.monotonic()
        _tongxin(environment, *command.split())
        print(f"{command} {time.monotonic() - since:7.1f} s")
    return 0 if took <= LIMIT else 1


def _tongxin(environment: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-m", "tongxin", *words], check=words[0] != "doctor", env=environment, cwd=ROOT)


def _processor() -> float:
    """Seconds that processes begun here have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _load() -> str:
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
