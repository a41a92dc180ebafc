# ruff: noqa: S608 -- these are the words of queries whose values are all parameters
"""The words in which SQLite, PostgreSQL and DuckDB differ.

A code set and a list of records live in a JSON array column (text on SQLite, `jsonb` on PostgreSQL,
`JSON` on DuckDB); missing is SQL NULL there, never JSON's null. Days are ISO text on SQLite, `DATE`
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from tongxin.core.language.types import Kind, Type

Engine = Literal["sqlite", "postgresql", "duckdb"]


class Dialect(Protocol):
    """What the renderer has to know of an engine."""

    placeholder: str

    def whole(self, number: str) -> str:
        """A number wide enough for sums and products."""

    def shifted(self, number: str, scale: int) -> str:
        """A decimal as a whole number of its smallest unit."""

    def day(self, text: str) -> str:
        """A day given as ISO text."""

    def year(self, day: str) -> str:
        """The year of a day."""

    def month_and_day(self, day: str) -> str:
        """What orders days within a year."""

    def days(self, since: str, on: str) -> str:
        """The number of days from one day to another."""

    def member(self, code: str, held: str) -> str:
        """Whether a code stands in a set; NULL when either is."""

    def rows(self, column: str, fields: Iterable[str]) -> str:
        """A query giving each record of a list as `rule_row`."""

    def field(self, name: str, type_: Type) -> str:
        """One field of `rule_row`."""


class _Sqlite:
    placeholder = "?"

    def whole(self, number: str) -> str:
        return number

    def shifted(self, number: str, scale: int) -> str:
        return f"CAST(round({number} * {10**scale}) AS INTEGER)"

    def day(self, text: str) -> str:
        return text

    def year(self, day: str) -> str:
        return f"CAST(substr({day}, 1, 4) AS INTEGER)"

    def month_and_day(self, day: str) -> str:
        return f"substr({day}, 6, 5)"

    def days(self, since: str, on: str) -> str:
        return f"CAST(julianday({on}) - julianday({since}) AS INTEGER)"

    def member(self, code: str, held: str) -> str:
        inside = f"{code} IN (SELECT value FROM {_elements(held)})"
        return f"(CASE WHEN {code} IS NULL OR {held} IS NULL THEN NULL ELSE {inside} END)"

    def rows(self, column: str, fields: Iterable[str]) -> str:
        return f"SELECT value AS rule_row FROM {_elements(column)}"

    def field(self, name: str, type_: Type) -> str:
        return f"json_extract(rule_row, '$.\"{name}\"')"


def _elements(column: str) -> str:
    """The array's elements; through a name of our own, since `json_each` has columns that could be meant."""
    return f"(SELECT {column} AS rule_list) AS rule_lists, json_each(rule_lists.rule_list)"


class _Postgresql:
    placeholder = "%s"

    def whole(self, number: str) -> str:
        return f"CAST({number} AS BIGINT)"

    def shifted(self, number: str, scale: int) -> str:
        return f"CAST(round({number} * {10**scale}) AS BIGINT)"

    def day(self, text: str) -> str:
        return f"CAST({text} AS DATE)"

    def year(self, day: str) -> str:
        return f"CAST(extract(year FROM {day}) AS BIGINT)"

    def month_and_day(self, day: str) -> str:
        return f"to_char({day}, 'MMDD')"

    def days(self, since: str, on: str) -> str:
        return f"({on} - {since})"

    def member(self, code: str, held: str) -> str:
        return f"({held} @> to_jsonb(CAST({code} AS TEXT)))"

    def rows(self, column: str, fields: Iterable[str]) -> str:
        return f"SELECT value AS rule_row FROM jsonb_array_elements({column})"

    def field(self, name: str, type_: Type) -> str:
        return f"CAST(rule_row ->> '{name}' AS {_POSTGRESQL_TYPES[type_.kind]})"


class _Duckdb:
    placeholder = "?"

    def whole(self, number: str) -> str:
        return f"CAST({number} AS BIGINT)"

    def shifted(self, number: str, scale: int) -> str:
        exact = f"CAST({number} AS DECIMAL(18, {scale}))"
        return f"CAST({exact} * {10**scale} AS BIGINT)"

    def day(self, text: str) -> str:
        return f"CAST({text} AS DATE)"

    def year(self, day: str) -> str:
        return f"year({day})"

    def month_and_day(self, day: str) -> str:
        return f"(month({day}) * 100 + day({day}))"

    def days(self, since: str, on: str) -> str:
        return f"date_diff('day', {since}, {on})"

    def member(self, code: str, held: str) -> str:
        return f"list_contains(from_json({held}, '[\"VARCHAR\"]'), {code})"

    def rows(self, column: str, fields: Iterable[str]) -> str:
        shape = ", ".join(f'"{name}": "VARCHAR"' for name in fields) or '"nothing": "VARCHAR"'
        return f"SELECT unnest(from_json({column}, '[{{{shape}}}]')) AS rule_row"

    def field(self, name: str, type_: Type) -> str:
        return f"CAST(rule_row['{name}'] AS {_DUCKDB_TYPES[type_.kind]})"


_POSTGRESQL_TYPES: Mapping[Kind, str] = {
    Kind.BOOL: "BOOLEAN",
    Kind.INT: "BIGINT",
    Kind.DECIMAL: "NUMERIC",
    Kind.DATE: "DATE",
    Kind.CODE: "TEXT",
}
_DUCKDB_TYPES: Mapping[Kind, str] = {
    **_POSTGRESQL_TYPES,
    Kind.DECIMAL: "DECIMAL(18, 6)",
    Kind.CODE: "VARCHAR",
}

DIALECTS: Mapping[Engine, Dialect] = {
    "sqlite": _Sqlite(),
    "postgresql": _Postgresql(),
    "duckdb": _Duckdb(),
}
