"""The browser modules' own tests, run by node."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_browser_modules_pass_their_own_tests() -> None:
    tests = sorted(str(path) for path in (ROOT / "pwa/tests").glob("*.test.js"))
    done = subprocess.run(["node", "--test", *tests], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
