"""A Spark cluster, asked as any engine is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongxin.batch.dialects import SPARK, Dialect, Row
from tongxin.batch.errors import TableError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    # An impossible cast is a blank, as DuckDB's TRY_CAST has it.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "snappy",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
}
# What is spilled to the workers' disks, by keys that die with the session.
SEALED = {"spark.io.encryption.enabled": "true", "spark.io.encryption.keySizeBits": "256"}
NOT_THERE = "没有装 pyspark。请装上：pip install 'tongxin[spark]'（另需 Java 17）。"
NO_ANSWER = "连不上 Spark 集群，或本机没有 Java 17。请核对 --master 和网络，再试一次。"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A session on a cluster."""

    session: SparkSession

    @property
    def dialect(self) -> Dialect:
        return SPARK

    def rows(self, query: str) -> list[Row]:
        return [tuple(row) for row in self.session.sql(query).collect()]


@contextmanager
def spark(master: str, *, is_sealed: bool = False) -> Iterator[Cluster]:
    """The cluster at `master` for as long as the block runs; with `is_sealed` its spilled files are encrypted."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise TableError(NOT_THERE) from None
    building = SparkSession.builder.master(master).appName("tongxin score")
    for key, value in {**SETTINGS, **(SEALED if is_sealed else {})}.items():
        building = building.config(key, value)
    unreachable: tuple[type[Exception], ...] = (*engine_errors(), OSError, RuntimeError)
    try:
        session = building.getOrCreate()
        session.sql("SELECT 1").collect()
    except unreachable:
        raise TableError(NO_ANSWER) from None
    try:
        yield Cluster(session)
    finally:
        session.stop()


def engine_errors() -> tuple[type[Exception], ...]:
    """What Spark raises when a job of it fails."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException)
