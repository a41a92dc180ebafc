"""Lists too large for plain Python, compared by Splink under the same rules: on DuckDB, or on a Spark cluster."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
from splink import Linker

from tongxin.linkage import blocking_sql
from tongxin.linkage.blocking_sql import TABLE
from tongxin.linkage.engines import Duck, Engine
from tongxin.linkage.judging import Judge
from tongxin.linkage.record import Record
from tongxin.linkage.result import Result
from tongxin.linkage.rules import Pattern, Rules
from tongxin.linkage.settings import ROW, pattern_of, settings_of, weight_columns
from tongxin.linkage.settling import Edge, settle
from tongxin.linkage.tabling import tables

logging.getLogger("splink").setLevel(logging.WARNING)
KEPT = ("automatic", "review", "contradictory")


def compare_large(
    left: Sequence[Record], right: Sequence[Record], rules: Rules, engine: Engine | None = None
) -> Result:
    """The same answer as plain Python gives, for millions of records; on DuckDB unless told otherwise."""
    if engine is None:
        with duckdb.connect() as connection:
            connection.execute("SET preserve_insertion_order = false")
            return compare_large(left, right, rules, Duck(connection))
    judge = Judge(rules, len(left), len(right))
    if not left or not right:
        return Result(left, right, settle([], judge=judge, left=left, right=right), judge, ([], []), 0, 0)
    load(engine, left, right)
    looked_at, skipped = _block(engine, len(left), rules)
    scored = score(engine, rules, rules.prior(len(left), len(right)))
    edges = _edges(engine, scored, judge, len(left))
    shared = [number for (number,) in engine.rows(f"SELECT phone_shared FROM {TABLE} ORDER BY {ROW}")]
    settled = settle(edges, judge=judge, left=left, right=right)
    return Result(left, right, settled, judge, (shared[: len(left)], shared[len(left) :]), looked_at, skipped)


def edges_large(left: Sequence[Record], right: Sequence[Record], judge: Judge) -> list[Edge]:
    """The pairs of two lists that come to anything by themselves, on DuckDB; nothing settled between them."""
    if not left or not right:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        engine = Duck(connection)
        load(engine, left, right)
        _block(engine, len(left), judge.rules)
        scored = score(engine, judge.rules, judge.rules.prior(len(left), len(right)))
        return _edges(engine, scored, judge, len(left))


def load(engine: Engine, left: Sequence[Record], right: Sequence[Record]) -> None:
    """The table of both lists, numbered from 0, the left one first; each row told how many share its phone."""
    parts = (part for side, records in enumerate((left, right)) for part in tables(records, side, side * len(left)))
    engine.put("plain", parts)
    engine.make(
        TABLE,
        "SELECT p.*, coalesce(s.shared, 1) AS phone_shared FROM plain AS p LEFT JOIN "
        "(SELECT side, phone, CAST(count(*) AS INTEGER) AS shared FROM plain GROUP BY side, phone) AS s "
        "ON s.side = p.side AND s.phone = p.phone",
    )
    engine.drop("plain")


def _block(engine: Engine, left: int, rules: Rules) -> tuple[int, int]:
    """How many pairs there are in `blocked` now, and how many keys were left aside."""
    for name, query in blocking_sql.steps(left, rules, engine.dialect):
        engine.make(name, query)
        if name.startswith("pairs"):
            engine.drop(name.replace("pairs", "keys"))
    engine.make("blocked", blocking_sql.all_pairs_query(rules))
    ((looked_at,),) = engine.rows("SELECT count(*) FROM blocked")
    ((skipped,),) = engine.rows(blocking_sql.skipped_query(rules))
    for number in range(len(rules.keys)):
        engine.drop(f"pairs_{number}")
        engine.drop(f"counts_{number}")
    return int(looked_at), int(skipped or 0)


def score(engine: Engine, rules: Rules, prior: float) -> str:
    """The table of Splink's predictions for the pairs in `blocked`."""
    there = engine.splink()
    linker = Linker(there.register(TABLE), settings_of(rules, prior))
    linker.table_management.register_blocked_pairs_for_predict(there.register("blocked"))
    scored: str = linker.inference.predict(warning_mode="never").physical_name
    return scored


def _edges(engine: Engine, scored: str, judge: Judge, left: int) -> list[Edge]:
    """The pairs that come to anything, by place; each pattern of levels is judged once."""
    columns = weight_columns(judge.rules)
    patterns: list[Pattern] = []
    kept: list[tuple[Any, ...]] = []
    for weights in engine.rows(f"SELECT DISTINCT {columns} FROM {scored}"):
        pattern = pattern_of(judge.rules, weights)
        if judge.judge(pattern).status in KEPT:
            kept.append((len(patterns), *weights))
            patterns.append(pattern)
    if not kept:
        return []
    names = ["pattern", *columns.split(", ")]
    engine.put("patterns", [pa.table(dict(zip(names, map(pa.array, zip(*kept, strict=True)), strict=True)))])
    found = engine.rows(
        f"SELECT {ROW}_l, {ROW}_r, pattern FROM {scored} JOIN patterns USING ({columns}) ORDER BY {ROW}_l, {ROW}_r"
    )
    return [(at, to - left, patterns[number]) for at, to, number in found]
