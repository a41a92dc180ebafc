"""Lists too large for plain Python, compared by Splink on DuckDB under the same rules."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from tongxin.linkage import blocking_sql
from tongxin.linkage.blocking_sql import TABLE
from tongxin.linkage.dialects import DUCKDB
from tongxin.linkage.judging import Judge
from tongxin.linkage.record import Record
from tongxin.linkage.result import Result
from tongxin.linkage.rules import Pattern, Rules
from tongxin.linkage.settings import pattern_of, settings_of, weight_columns
from tongxin.linkage.settling import Edge, settle
from tongxin.linkage.tabling import tables

logging.getLogger("splink").setLevel(logging.WARNING)
KEPT = ("automatic", "review", "contradictory")


def compare_large(left: Sequence[Record], right: Sequence[Record], rules: Rules) -> Result:
    """The same answer as plain Python gives, for millions of records."""
    judge = Judge(rules, len(left), len(right))
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        load(connection, left, right)
        looked_at, skipped = _block(connection, len(left), rules)
        scored = score(connection, rules, rules.prior(len(left), len(right)))
        edges = _edges(connection, scored, judge, len(left))
        shared = _shared(connection, len(left))
    settled = settle(edges, judge=judge, left=left, right=right)
    return Result(left, right, settled, judge, shared, looked_at, skipped)


def load(connection: duckdb.DuckDBPyConnection, left: Sequence[Record], right: Sequence[Record]) -> None:
    """The table of both lists, numbered from 0, the left one first; each row told how many share its phone."""
    first = True
    start = 0
    for side, records in enumerate((left, right)):
        for part in tables(records):
            asked = f"SELECT {start} + row_number() OVER () - 1 AS row, {side} AS side, * FROM part"
            connection.execute(f"CREATE TABLE plain AS {asked}" if first else f"INSERT INTO plain {asked}")
            first, start = False, start + part.num_rows
    connection.execute(
        f"CREATE TABLE {TABLE} AS SELECT p.* EXCLUDE (side), coalesce(shared, 1) AS phone_shared FROM plain AS p "
        "LEFT JOIN (SELECT side, phone, count(*)::INTEGER AS shared FROM plain GROUP BY ALL) AS s "
        "ON s.side = p.side AND s.phone = p.phone"
    )
    connection.execute("DROP TABLE plain")


def _block(connection: duckdb.DuckDBPyConnection, left: int, rules: Rules) -> tuple[int, int]:
    for name, query in blocking_sql.steps(left, rules, DUCKDB):
        connection.execute(f"CREATE TABLE {name} AS {query}")
        if name.startswith("pairs"):
            connection.execute(f"DROP TABLE {name.replace('pairs', 'keys')}")
    connection.execute(f"CREATE TABLE blocked AS {blocking_sql.all_pairs_query(rules)}")
    looked_at = _one(connection, "SELECT count(*) FROM blocked")
    skipped = _one(connection, blocking_sql.skipped_query(rules))
    for number in range(len(rules.keys)):
        connection.execute(f"DROP TABLE pairs_{number}; DROP TABLE counts_{number}")
    return int(looked_at), int(skipped or 0)


def score(connection: duckdb.DuckDBPyConnection, rules: Rules, prior: float) -> str:
    """The table of Splink's predictions for the pairs in `blocked`."""
    engine = DuckDBAPI(connection)
    linker = Linker(engine.register(TABLE), settings_of(rules, prior))
    linker.table_management.register_blocked_pairs_for_predict(engine.register("blocked"))
    scored: str = linker.inference.predict(warning_mode="never").physical_name
    return scored


def _edges(connection: duckdb.DuckDBPyConnection, scored: str, judge: Judge, left: int) -> list[Edge]:
    """The pairs that come to anything, by place; each pattern of levels is judged once."""
    columns = weight_columns(judge.rules)
    patterns: list[Pattern] = []
    kept: list[tuple[Any, ...]] = []
    for weights in connection.execute(f"SELECT DISTINCT {columns} FROM {scored}").fetchall():
        pattern = pattern_of(judge.rules, weights)
        if judge.judge(pattern).status in KEPT:
            kept.append((len(patterns), *weights))
            patterns.append(pattern)
    if not kept:
        return []
    connection.execute(f"CREATE TABLE patterns AS SELECT 0 AS pattern, {columns} FROM {scored} LIMIT 0")
    connection.executemany(f"INSERT INTO patterns VALUES ({', '.join('?' * len(kept[0]))})", kept)
    found = connection.execute(
        f"SELECT row_l, row_r - {left}, pattern FROM {scored} JOIN patterns USING ({columns}) ORDER BY ALL"
    )
    edges: list[Edge] = []
    while rows := found.fetchmany(100_000):
        edges.extend((at, to, patterns[number]) for at, to, number in rows)
    return edges


def _shared(connection: duckdb.DuckDBPyConnection, left: int) -> tuple[list[int], list[int]]:
    every = [number for (number,) in connection.execute(f"SELECT phone_shared FROM {TABLE} ORDER BY row").fetchall()]
    return every[:left], every[left:]


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    found = connection.execute(query).fetchone()
    return found[0] if found else None
