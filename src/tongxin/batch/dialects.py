"""The words in which engines differ, so that one generator of SQL serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes whole division, names, texts and missing numbers."""

    division: str
    name_quote: str
    escapes: tuple[tuple[str, str], ...]
    text: str
    number: str

    def divided(self, over: str, under: str) -> str:
        """Whole division of two numbers that aren't negative."""
        return f"({over}) {self.division} ({under})"

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
    division="//",
    name_quote='"',
    escapes=(("'", "''"),),
    text="VARCHAR",
    number="nullif({}, 'nan')",
)
SPARK = Dialect(
    division="div",
    name_quote="`",
    escapes=(("\\", "\\\\"), ("'", "\\'")),
    text="STRING",
    number="nanvl({}, NULL)",
)


def quoted(text: str) -> str:
    """`text` as a string of DuckDB."""
    return DUCKDB.quoted(text)


def name(text: str) -> str:
    """`text` as a name of DuckDB."""
    return DUCKDB.name(text)
