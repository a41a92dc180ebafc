"""One SQL for every engine: what all of them understand, and a table of the few words in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes names, texts and missing numbers; whether a look at a column is cheap."""

    name_quote: str
    escapes: tuple[tuple[str, str], ...]
    number: str
    looks_are_cheap: bool

    def quoted(self, text: str) -> str:
        """`text` as an SQL string."""
        for before, after in self.escapes:
            text = text.replace(before, after)
        return f"'{text}'"

    def name(self, text: str) -> str:
        """`text` as an SQL name."""
        return f"{self.name_quote}{text.replace(self.name_quote, self.name_quote * 2)}{self.name_quote}"

    def number_in(self, column: str) -> str:
        """A floating number, or NULL for what is no number."""
        return self.number.format(column)


class Engine(Protocol):
    """What runs SQL: the rows of a query, and the dialect it is written in."""

    @property
    def dialect(self) -> Dialect: ...

    def rows(self, query: str) -> list[Row]: ...


DUCKDB = Dialect(
    name_quote='"', escapes=(("'", "''"),), number="nullif({}, 'nan')", looks_are_cheap=True
)
SPARK = Dialect(
    name_quote="`", escapes=(("\\", "\\\\"), ("'", "\\'")), number="nanvl({}, NULL)", looks_are_cheap=False
)


def divided(over: str, under: str) -> str:
    """Whole division of two numbers below 2**26 that aren't negative; engines disagree on a sign for it."""
    return f"CAST(floor(({over}) / ({under})) AS INTEGER)"


def quoted(text: str) -> str:
    """`text` as a string of DuckDB."""
    return DUCKDB.quoted(text)


def name(text: str) -> str:
    """`text` as a name of DuckDB."""
    return DUCKDB.name(text)
