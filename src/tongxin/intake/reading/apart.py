"""An old workbook (xls, et) read in a process of its own, with so much memory and time and no more.

A few damaged bytes can make its reader ask for gigabytes or give up altogether; that then ends this process alone.
"""

import pickle
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

from tongxin.intake.reading import guards
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.words import limits

if TYPE_CHECKING:
    from tongxin.intake.reading.workbook import Workbook

COMMAND = [sys.executable, "-m", "tongxin.intake.reading.apart"]


def read_apart(content: bytes, name: str) -> "Workbook":
    """The workbook, or the refusal that reading it came to."""
    try:
        done = subprocess.run(  # noqa: S603
            COMMAND, input=pickle.dumps((sys.path, content, name)), capture_output=True, check=False,
            timeout=limits()["apart_seconds"],
        )
        found = pickle.loads(done.stdout)  # noqa: S301
    except (subprocess.TimeoutExpired, pickle.UnpicklingError, EOFError):
        raise guards.broken(name) from None
    if isinstance(found, tuple):
        zh, place, cure = found
        raise RosterError(zh, place=place, cure=cure)
    result: Workbook = found
    return result


def _main() -> None:
    sys.path[:], content, name = pickle.loads(sys.stdin.buffer.read())  # noqa: S301
    most = limits()["apart_megabytes"] * guards.MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    from tongxin.intake.reading.workbook import read_here

    try:
        found: object = read_here(content, name, "xls")
    except RosterError as refused:
        found = (refused.zh, refused.place, refused.cure)
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    _main()
