"""What the figures have to reach, said plainly at the end: met, or which are missed and by how much."""

from __future__ import annotations

from collections.abc import Iterable

P95_MS = 50.0
WORKER_MB = 200.0
DEMO_P95_MS = 100.0
# While a form is filled in, at a million children.
SUGGEST_P95_MS = 100.0
FIRST_KB, LATER_KB = 100.0, 30.0
# Medians of the same page for a supervisor and for a case manager; below this the two can't be told apart.
SLOWER = 1.1
IMPORT_SECONDS, IMPORT_ROWS = 60.0, 100_000
SCORED_A_SECOND = 2.0
# Of the better of two programs written by hand for this one questionnaire.
BY_HAND, PEAK_MB = 1.5, 1024.0
# Of any instrument, from Parquet; one sheet after the other in Python.
ROWS_A_SECOND, SHEETS_A_SECOND = 500_000.0, 50_000.0


def at_most(what: str, found: float, limit: float, unit: str) -> list[str]:
    """Nothing, or the line that says that `found` is over its limit."""
    return [] if found <= limit else [f"{what}: {found:.1f} {unit}, at most {limit:g} {unit} wanted"]


def at_least(what: str, found: float, limit: float, unit: str) -> list[str]:
    """Nothing, or the line that says that `found` is under its limit."""
    return [] if found >= limit else [f"{what}: {found:.2f} {unit}, at least {limit:g} {unit} wanted"]


def verdict(missed: Iterable[str]) -> int:
    """The exit code: 1 when a target is missed, after each was named."""
    lines = list(missed)
    print("\nMISSED:\n" + "\n".join(f"  {line}" for line in lines) if lines else "\nAll targets met.", flush=True)
    return 1 if lines else 0
