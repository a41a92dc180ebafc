"""The same rules on Spark: row for row what DuckDB finds."""

from pathlib import Path

import pytest

from benchmarks.linkage_lists import lists
from tests.batch.spark_cluster import HOST
from tongxin.batch.spark_session import spark
from tongxin.linkage import rules_in_force
from tongxin.linkage.splink_engine import compare_large

pytest.importorskip("pyspark", reason="pip install 'tongxin[spark]'")


def test_spark_finds_what_duckdb_finds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tongxin.linkage.engines import Cluster

    monkeypatch.setenv("SPARK_LOCAL_IP", HOST)
    monkeypatch.chdir(tmp_path)
    made, rules = lists(60, 4), rules_in_force()
    with spark("local[1]") as cluster:
        # Few rows need no two hundred pieces.
        cluster.session.conf.set("spark.sql.shuffle.partitions", "1")
        found = compare_large(*made.sides, rules, Cluster(cluster.session))
    expected = compare_large(*made.sides, rules)
    assert sorted(map(str, found.settled)) == sorted(map(str, expected.settled))
    assert (found.looked_at, found.skipped) == (expected.looked_at, expected.skipped)
