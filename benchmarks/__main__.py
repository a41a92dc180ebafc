"""Every benchmark by its name: `python -m benchmarks` runs all, `python -m benchmarks pages score` some.

Each prints the machine, the versions and the load it ran under beside its figures.
"""

from __future__ import annotations

import subprocess
import sys
import time

ALL = {
    "score": ["benchmarks.score"],
    "score_large": ["benchmarks.score_large"],
    "score_all": ["benchmarks.score_all"],
    "score_spark": ["benchmarks.score_spark"],
    "linkage": ["benchmarks.linkage"],
    "linkage_recordlinkage": ["benchmarks.linkage_recordlinkage"],
    "sheet": ["benchmarks.sheet"],
    "roster_import": ["benchmarks.roster_import"],
    "paper": ["benchmarks.paper"],
    "blind_lists": ["benchmarks.blind_lists"],
    "demo": ["benchmarks.demo"],
    "demo_pages": ["benchmarks.demo_pages"],
    "field_shell": ["benchmarks.field_shell"],
    "field_first_sync": ["benchmarks.field_first_sync"],
    "ledger_verify": ["benchmarks.ledger_verify"],
    "search_names": ["benchmarks.search_names"],
    "suggest_names": ["benchmarks.suggest_names"],
    "sealed_names": ["benchmarks.sealed_names"],
    "submissions": ["benchmarks.submissions"],
    "pages": ["benchmarks.pages", "--database", "sqlite"],
    "pages_postgresql": ["benchmarks.pages", "--database", "postgresql"],
}


def main(names: list[str]) -> int:
    """The exit code: 0 when every named benchmark ran and reached its targets."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    failed = [name for name in names or ALL if not _ran(name)]
    if failed:
        print(f"failed or over target: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _ran(name: str) -> bool:
    print(f"\n== {name}", flush=True)
    since = time.monotonic()
    done = subprocess.run([sys.executable, "-m", *ALL[name]], check=False)
    print(f"== {name}: {time.monotonic() - since:.0f} s, exit code {done.returncode}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
