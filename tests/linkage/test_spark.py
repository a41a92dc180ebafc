"""The same rules on a real Spark cluster: row for row what DuckDB finds."""

from collections.abc import Iterator

import pytest

from benchmarks.linkage_lists import lists
from tests.batch.spark_cluster import HOST, cluster
from tongxin.batch.errors import TableError
from tongxin.linkage import Result, compare

ROWS, SEED = 150, 4


@pytest.fixture
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("pyspark", reason="pip install 'tongxin[spark]'")
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch, cluster(folder) as address:
        patch.setenv("SPARK_LOCAL_IP", HOST)
        yield address


def said(result: Result) -> list[str]:
    return sorted(map(str, result))


@pytest.mark.soak
def test_spark_finds_what_duckdb_finds(master: str) -> None:
    here, there = lists(ROWS, SEED).sides
    expected = compare(here, there, engine="splink")
    assert said(compare(here, there, engine="splink", cluster=master)) == said(expected)
    assert {pair.verdict for pair in expected} == {"same", "probable", "contradictory", "new", "missing"}


def test_a_cluster_that_is_not_there_is_said() -> None:
    here, there = lists(20, SEED).sides
    with pytest.raises(TableError, match=r"Spark|pyspark"):
        compare(here, there, engine="splink", cluster="spark://127.0.0.1:9")
