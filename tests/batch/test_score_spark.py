"""The same definitions on a real Spark cluster: row for row what DuckDB finds, faults included."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.batch.answer_files import write_parquet, write_text
from tests.batch.folders import parquet, run
from tests.batch.spark_cluster import HOST, cluster
from tests.core.instruments.questionnaires import like_dass, like_mssmhs, like_sdq, with_norms
from tongxin.batch.engines import Limits, duck
from tongxin.batch.spark_session import spark
from tongxin.batch.sql import Who, score_query
from tongxin.core.instruments import Instrument, read

Say = pytest.CaptureFixture[str]
TEXTS = "['０', '1.0', ' 2 ', '', 'it''s', '\\x'][range % 6 + 1]"


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, cluster(tmp_path_factory.mktemp("spark")) as address:
        patch.setenv("SPARK_LOCAL_IP", HOST)
        yield address


@pytest.fixture
def province(tmp_path: Path) -> Path:
    """Whole numbers, floating ones and text in folders; gaps, impossible codes, quotes, ids in two files."""
    folder = tmp_path / "省 1"
    parquet(folder, "县=甲 'a'/一.parquet", 0, 3000)
    parquet(folder, "县=甲 'a'/二.parquet", 2990, 500, cell="CASE WHEN range % 7 > 0 THEN (range % 4)::TINYINT END")
    parquet(folder, "县=甲 'a'/三.parquet", 5000, 500, cell="if(range % 9 = 5, 8, 1)::TINYINT", rest="1")
    parquet(folder, "县=乙/一.parquet", 6000, 100, cell="if(range % 9 = 5, 'nan'::DOUBLE, range % 5)", rest="1")
    parquet(folder, "县=乙/二.parquet", 7000, 100, cell=TEXTS, rest="'2'")
    whole = parquet(folder, "县=丙/好.parquet", 8000, 10).read_bytes()
    (folder / "县=丙/坏.parquet").write_bytes(whole[:60] + bytes(80) + whole[140:])
    return folder


def told(say: str) -> list[str]:
    """What the command said, but for the engine's own noise and the name of the folder."""
    marks = ("个文件", "  ", "有 ", "注意", "每一处")
    return sorted(line.replace("o_spark", "o") for line in say.splitlines() if line.startswith(marks))


def rows(out: Path) -> list[tuple[object, ...]]:
    return duckdb.sql(f"SELECT * FROM '{out}/parts/**/*.parquet' ORDER BY ALL").fetchall()


@pytest.mark.soak
def test_spark_finds_row_for_row_what_duckdb_finds(province: Path, master: str, tmp_path: Path, capsys: Say) -> None:
    more = ("--by", "县", "--recode", "it's=3")
    assert run(province, out=tmp_path / "o", more=more) == 3
    local = told(capsys.readouterr().err)
    asked = (*more, "--engine", "spark", "--master", master)
    assert run(province, out=tmp_path / "o_spark", more=asked) == 3
    assert told(capsys.readouterr().err) == local
    assert rows(tmp_path / "o_spark") == rows(tmp_path / "o")
    assert len(rows(tmp_path / "o")) == 4210
    one, other = ((tmp_path / out / "problems.csv").read_text(encoding="utf-8-sig") for out in ("o", "o_spark"))
    assert sorted(other.splitlines()) == sorted(one.splitlines())
    assert run(province, out=tmp_path / "o_spark", more=asked) == 3
    assert "其中 6 个文件上次已经做完" in capsys.readouterr().err
    assert rows(tmp_path / "o_spark") == rows(tmp_path / "o")


@pytest.mark.soak
def test_every_way_of_scoring_reads_the_same_on_both(tmp_path: Path, master: str) -> None:
    codes = ", ".join(f"((hash(range, {index}) % 7)::INTEGER - 1) AS a{index}" for index in range(65))
    who = "(range * 3)::INTEGER AS months, ['male', 'female', NULL][range % 3 + 1] AS sex, 'self' AS who"
    source = write_parquet(tmp_path / "a.parquet", f"SELECT range AS id, {codes}, {who} FROM range(90)")
    with spark(master) as there, duck(tmp_path, Limits()) as here:
        there.session.read.parquet(str(source)).createOrReplaceTempView("sheets")
        here.rows(f"CREATE VIEW sheets AS SELECT * FROM '{source}'")
        for made in (like_sdq, like_dass, like_mssmhs, with_norms):
            query = scored(read(made()))
            found, other = ([tuple(map(str, row)) for row in sorted(engine.rows(query))] for engine in (here, there))
            assert other == found, made


def scored(instrument: Instrument) -> str:
    """All that is found for sheets in which every third answer is left out."""
    given = {}
    for index, item in enumerate(instrument.items):
        worth = sorted({option.score for option in item.options})
        whens = " ".join(f"WHEN {place} THEN {score}" for place, score in enumerate(worth))
        given[item.id] = f"(CASE a{index} {whens} END)"
    return score_query(instrument, "SELECT * FROM sheets", given=given, who=Who("months", "sex", "who"), full=True)


def test_other_files_than_parquet_are_refused(tmp_path: Path, capsys: Say) -> None:
    source = write_text(tmp_path / "a.csv", [["1", *[1] * 9]])
    assert run(source, out=tmp_path / "o", more=("--engine", "spark", "--master", "spark://127.0.0.1:1")) == 2
    assert "Spark 引擎只读 Parquet" in capsys.readouterr().err
