"""Fifty thousand children against fifty thousand, beside recordlinkage: the same lists, each in its own process.

`python -m benchmarks.linkage_recordlinkage [rows] [seed] [runs]`; it comes into an environment below var/bench.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.linkage import measured, told
from benchmarks.linkage_lists import write

HERE = Path(__file__).parent / "yardsticks"


def main(rows: int = 50_000, seed: int = 20261123, runs: int = 3) -> int:
    """Print figures, median and spread of both."""
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    theirs = _python()
    asked = "from importlib.metadata import version; print(version('recordlinkage'), 'on pandas', version('pandas'))"
    versions = subprocess.run([theirs, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()
    print(f"Python {platform.python_version()}, recordlinkage {versions}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as scratch:
        folder = Path(scratch)
        truth = write(folder, rows, seed)
        print(" × ".join(f"{len(side):,}" for side in truth.children) + f" records, {truth.pairs:,} true pairs")
        programs = {
            "recordlinkage": [theirs, str(HERE / "linkage_recordlinkage.py")],
            "ours": [sys.executable, "-m", "benchmarks.linkage_run", "ours"],
        }
        for name, command in programs.items():
            out = folder / f"{name}.parquet"
            found = [measured([*command, str(folder), str(out)], out, truth) for _ in range(runs)]
            told(name, found)
    return 0


def _python() -> str:
    """A Python that has recordlinkage."""
    place = Path("var/bench/linkage_yardstick")
    python = place / "bin/python"
    if not python.exists():
        venv.create(place, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", str(HERE / "linkage.lock")], check=True)
    return str(python)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
