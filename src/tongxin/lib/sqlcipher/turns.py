"""Writers take turns: one lock a file, held from BEGIN to COMMIT, among threads and among processes.

Waiting in line costs less than SQLite's own waiting, which sleeps longer each time: with it some
writer among three processes waits a second where the turn would come after ten milliseconds.
"""

import fcntl
import os
import threading
import time
from collections import defaultdict
from pathlib import Path

LOOK_AGAIN = 0.001

_lines: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_door = threading.Lock()


class Turn:
    """One connection's place in the line of its file."""

    def __init__(self, file: str) -> None:
        with _door:
            self._line = _lines[file]
        # A database in memory belongs to one process.
        self._beside = f"{file}-turn" if Path(file).is_absolute() else ""
        self._handle: int | None = None
        self._is_held = False

    def take(self, *, timeout: float) -> bool:
        """Wait for the turn; True when it came within `timeout` seconds."""
        if not self._is_held:
            until = time.monotonic() + timeout
            if not self._line.acquire(timeout=timeout):
                return False
            self._is_held = self._is_first(until)
            if not self._is_held:
                self._line.release()
        return self._is_held

    def give(self) -> None:
        """Let the next one write."""
        if self._is_held:
            self._is_held = False
            if self._handle is not None:
                fcntl.flock(self._handle, fcntl.LOCK_UN)
            self._line.release()

    def close(self) -> None:
        """Leave the line for good."""
        self.give()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _is_first(self, until: float) -> bool:
        """Whether no other process writes, now or before the time is over."""
        if not self._beside:
            return True
        if self._handle is None:
            self._handle = os.open(self._beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(LOOK_AGAIN)
            else:
                return True
