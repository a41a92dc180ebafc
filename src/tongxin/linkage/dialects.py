"""What engines call differently; everything else in the SQL of this package reads alike in all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """An engine's words: `splink` as Splink names it, `digest` a number of sixty-four bits from any values."""

    splink: str
    digest: str


DUCKDB = Dialect("duckdb", "hash")
SPARK = Dialect("spark", "xxhash64")
