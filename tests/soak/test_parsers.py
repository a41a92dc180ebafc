"""What reads bytes from outside, under a fuzzer: a reader refuses in its own words or reads, whatever it is given."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.conftest import SECONDS, Part

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[2]
DONE = re.compile(r"Done (\d+) runs")


@pytest.mark.parametrize("reader", ["roster", "definition", "envelope"])
def test_bytes_from_outside(reader: str, part: Part, tmp_path: Path) -> None:
    found, corpus = tmp_path / "found", tmp_path / "corpus"
    found.mkdir()
    corpus.mkdir()
    words = [reader, str(int(SECONDS)), str(part.seed), str(corpus)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.parsers", *words], cwd=found, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    runs = DONE.search(done.stderr)
    assert runs
    part.counts["runs"] = int(runs[1])
