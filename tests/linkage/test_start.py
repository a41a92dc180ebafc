"""What every process pays for linkage when it starts."""

import subprocess
import sys


def test_the_engines_are_fetched_only_by_who_needs_them() -> None:
    asked = "import sys, tongxin.linkage; print(*({'duckdb', 'splink', 'pyarrow', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
