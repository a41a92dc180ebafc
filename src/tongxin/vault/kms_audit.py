"""The key holder's own record of who had which keys unwrapped, a file a day, each line chained to the one before.

It lies with another account than the ledger: a key unwrapped without a look on record shows in the comparison.
"""

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

GENESIS = "0" * 64


class Finding(NamedTuple):
    """Where the chain of lines breaks."""

    file: str
    line: int


class Audit:
    """Adds lines; what can't be written isn't answered."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._lock = folder, threading.Lock()
        self._previous = _last(folder)

    def note(self, *, asked: str, account: int, pid: int, owners: Sequence[str], let_in: bool) -> None:
        """One request: when, from which account and process, for which owners' keys."""
        with self._lock:
            at = datetime.now(UTC)
            said = {
                "at": at.isoformat(), "asked": asked, "account": account, "pid": pid, "let_in": let_in,
                "owners": [" ".join(owner.split(" ")[1:3]) for owner in owners], "previous": self._previous,
            }
            line = json.dumps(said, sort_keys=True) + "\n"
            handle = os.open(self._folder / f"{at:%Y-%m-%d}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(line)
            self._previous = _digest(line)


def examine(folder: Path) -> tuple[int, Finding | None]:
    """How many lines there are, and the first that doesn't follow from the one before."""
    previous, total = GENESIS, 0
    for file, number, line in _lines(folder):
        try:
            is_chained = json.loads(line)["previous"] == previous
        except (ValueError, LookupError, TypeError):
            is_chained = False
        # The files before the first one kept may have been put away.
        if not is_chained and total:
            return total, Finding(file, number)
        previous, total = _digest(line), total + 1
    return total, None


def _last(folder: Path) -> str:
    last = GENESIS
    files = sorted(folder.glob("*.jsonl"))
    for line in files[-1].read_text(encoding="utf-8").splitlines(keepends=True) if files else ():
        last = _digest(line)
    return last


def _lines(folder: Path) -> Iterator[tuple[str, int, str]]:
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(keepends=True), start=1):
            yield file.name, number, line


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
