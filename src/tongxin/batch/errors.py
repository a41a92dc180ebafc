"""How a file that can't be worked with says so."""

from __future__ import annotations


class TableError(Exception):
    """What is wrong with a file, in one sentence with its cure; nothing was written."""
