"""Every engine that answers rules, behind one method: rules × sheets in, answers out."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg

from tests.core.language.world import COLUMNS, VOCABULARY
from tongxin.core.language import Kind, Rule, evaluate, read_facts, to_json, to_sql

Sheet = dict[str, Any]


class Engine(Protocol):
    def answers(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]: ...


class Python:
    def answers(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]:
        facts = [read_facts(sheet, vocabulary=VOCABULARY) for sheet in sheets]
        return [[plain(rule, evaluate(rule, each)) for each in facts] for rule in rules]


class Browser:
    """One node process for the whole session."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("answer.js")
        self._process = subprocess.Popen(
            ["node", str(script)], stdin=-1, stdout=-1, text=True, encoding="utf-8"
        )

    def answers(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]:
        found = self._ask(rules, sheets, explained=False)
        return [[plain(rule, each) for each in row] for rule, row in zip(rules, found, strict=True)]

    def explanations(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]:
        return self._ask(rules, sheets, explained=True)

    def _ask(self, rules: Sequence[Rule], sheets: Sequence[Sheet], *, explained: bool) -> list[list[Any]]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        question = {"rules": [to_json(rule) for rule in rules], "cases": list(sheets), "explained": explained}
        stdin.write(json.dumps(question, ensure_ascii=False) + "\n")
        stdin.flush()
        found: list[list[Any]] = json.loads(stdout.readline())
        return found

    def close(self) -> None:
        self._process.communicate()


class Sqlite:
    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute(f"create table sheet (position integer, {_columns(_SQLITE)})")

    def answers(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]:
        self._connection.execute("delete from sheet")
        self._connection.executemany(_insert("?"), _rows(sheets))
        sql, params = _query(rules, "sqlite")
        return _turned(rules, self._connection.execute(sql, params).fetchall())

    def close(self) -> None:
        self._connection.close()


class Postgresql:
    def __init__(self, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute(f"create temporary table sheet (position int, {_columns(_POSTGRESQL)})")

    def answers(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("truncate sheet")
            cursor.executemany(_insert("%s"), list(_rows(sheets)))
            sql, params = _query(rules, "postgresql")
            return _turned(rules, cursor.execute(sql, params).fetchall())

    def close(self) -> None:
        self._connection.close()


class Duckdb:
    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 1")
        self._connection.execute(f"create table sheet (position int, {_columns(_DUCKDB)})")

    def answers(self, rules: Sequence[Rule], sheets: Sequence[Sheet]) -> list[list[Any]]:
        self._connection.execute("delete from sheet")
        self._connection.executemany(_insert("?"), list(_rows(sheets)))
        sql, params = _query(rules, "duckdb")
        return _turned(rules, self._connection.execute(sql, params).fetchall())

    def close(self) -> None:
        self._connection.close()


def plain(rule: Rule, answer: Any) -> Any:
    """An engine's answer in the one form in which answers are compared; decimals in smallest units."""
    if answer is None:
        return None
    match rule.type.kind:
        case Kind.BOOL:
            return bool(answer)
        case Kind.DATE:
            return str(answer)
        case Kind.DECIMAL if isinstance(answer, str | Decimal):
            return int(Decimal(answer) * 10**rule.type.scale)
        case Kind.INT | Kind.DECIMAL:
            return int(answer)
    return answer


_SQLITE = {"bool": "bool", "int": "integer", "decimal": "decimal", "date": "date", "code": "varchar(20)"}
_POSTGRESQL = {
    "bool": "boolean",
    "int": "integer",
    "decimal": "numeric(12, 4)",
    "date": "date",
    "code": "varchar(20)",
}
_DUCKDB = {
    "bool": "boolean",
    "int": "integer",
    "decimal": "decimal(12, 4)",
    "date": "date",
    "code": "varchar",
}
_LISTS = {id(_SQLITE): "text", id(_POSTGRESQL): "jsonb", id(_DUCKDB): "json"}


def _columns(types: dict[str, str]) -> str:
    listed = _LISTS[id(types)]
    return ", ".join(
        f"{COLUMNS[name]} {types.get(str(fact.type.kind), listed)}" for name, fact in VOCABULARY.facts.items()
    )


def _insert(mark: str) -> str:
    return f"insert into sheet values ({', '.join([mark] * (len(VOCABULARY.facts) + 1))})"


def _rows(sheets: Sequence[Sheet]) -> Iterator[tuple[Any, ...]]:
    for position, sheet in enumerate(sheets):
        yield position, *(_stored(sheet.get(name)) for name in VOCABULARY.facts)


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list) else str(value) if isinstance(value, date) else value


def _query(rules: Sequence[Rule], dialect: Any) -> tuple[str, list[Any]]:
    written = [to_sql(rule, columns=COLUMNS, dialect=dialect) for rule in rules]
    params = [param for _, each in written for param in each]
    return f"select {', '.join(sql for sql, _ in written)} from sheet order by position", params


def _turned(rules: Sequence[Rule], rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[plain(rule, row[index]) for row in rows] for index, rule in enumerate(rules)]
