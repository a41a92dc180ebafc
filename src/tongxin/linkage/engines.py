"""The engines that compare large lists: DuckDB on this machine, Spark on a cluster when one machine is outgrown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import pyarrow as pa
from splink import DuckDBAPI

from tongxin.linkage.dialects import DUCKDB, SPARK, Dialect

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FETCHED = 100_000


class Engine(Protocol):
    """What a comparison asks of an engine."""

    @property
    def dialect(self) -> Dialect: ...

    def put(self, name: str, parts: Iterable[pa.Table]) -> None:
        """Make a table of these parts."""

    def make(self, name: str, query: str) -> None:
        """Make a table of what a query finds."""

    def drop(self, name: str) -> None:
        """Forget a table."""

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """What a query finds."""

    def splink(self) -> Any:
        """The engine as Splink takes it."""


@dataclass(frozen=True, slots=True)
class Duck:
    """DuckDB, in memory."""

    connection: duckdb.DuckDBPyConnection

    @property
    def dialect(self) -> Dialect:
        return DUCKDB

    def put(self, name: str, parts: Iterable[pa.Table]) -> None:
        for number, part in enumerate(parts):
            self.connection.register("part", part)
            begin = f"INSERT INTO {name}" if number else f"CREATE TABLE {name} AS"
            self.connection.execute(f"{begin} SELECT * FROM part")
            self.connection.unregister("part")

    def make(self, name: str, query: str) -> None:
        self.connection.execute(f"CREATE TABLE {name} AS {query}")

    def drop(self, name: str) -> None:
        self.connection.execute(f"DROP TABLE {name}")

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        found = self.connection.execute(query)
        while rows := found.fetchmany(FETCHED):
            yield from rows

    def splink(self) -> Any:
        return DuckDBAPI(self.connection)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A session on a Spark cluster; see `batch.spark_session`."""

    session: SparkSession

    @property
    def dialect(self) -> Dialect:
        return SPARK

    def put(self, name: str, parts: Iterable[pa.Table]) -> None:
        every = None
        for part in parts:
            table = self.session.createDataFrame(part)
            every = table if every is None else every.unionAll(table)
        if every is not None:
            every.cache().createOrReplaceTempView(name)

    def make(self, name: str, query: str) -> None:
        # Worked out at once: tables that stand on tables would else be planned whole again by each one above.
        table = self.session.sql(query).cache()
        table.count()
        table.createOrReplaceTempView(name)

    def drop(self, name: str) -> None:
        # What stands on a table may not be worked out yet.
        self.session.catalog.dropTempView(name)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        return (tuple(row) for row in self.session.sql(query).toLocalIterator())

    def splink(self) -> Any:
        from splink import SparkAPI

        settings = {"break_lineage_method": "persist", "register_udfs_automatically": False}
        return SparkAPI(spark_session=self.session, **settings)  # type: ignore[no-untyped-call]
