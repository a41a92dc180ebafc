"""`tongxin score` says what is not wrong but odd: recodings that nothing needed, numbers that stand twice."""

from pathlib import Path

import pytest

from tests.batch.answer_files import NINE, read_text, write_parquet, write_text
from tongxin.commands.score import main

Say = pytest.CaptureFixture[str]


def run(source: Path, *more: str) -> int:
    out = str(source.parent / "o.csv")
    return main(["phq9", str(source), "--columns", ",".join(NINE), "--id", "编号", "-o", out, *more])


def answers(type: str, *, value: str = "1") -> str:
    return ", ".join(f"CAST({value} AS {type}) AS {column}" for column in NINE)


def test_a_recoding_of_a_code_that_never_stands_there_is_told(tmp_path: Path, capsys: Say) -> None:
    source = write_text(tmp_path / "a.csv", [["01", *[1] * 9], ["02", *[2] * 9]])
    assert run(source, "--recode", "1=0,2=1,3=2,8=") == 0
    told = capsys.readouterr().err
    assert "--recode 里有 2 项没有用到" in told
    assert "3=2、8=" in told and "1=0" not in told


@pytest.mark.parametrize("type", ["INTEGER", "DOUBLE", "DECIMAL(4,1)", "VARCHAR"])
def test_it_is_told_of_every_type_of_column(tmp_path: Path, capsys: Say, type: str) -> None:
    source = write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {answers(type)}")
    assert run(source, "--recode", "1=0,2=1") == 0
    told = capsys.readouterr().err
    assert "有 1 项没有用到：2=1" in told


def test_a_recoding_that_is_used_however_it_is_written_is_not_told(tmp_path: Path, capsys: Say) -> None:
    source = write_text(tmp_path / "a.csv", [["01", "１", " 2 ", "3.0", *[1] * 6]])
    assert run(source, "--recode", "1=0,2=1,3=2") == 0
    assert "没有用到" not in capsys.readouterr().err


@pytest.mark.parametrize("ids", [["01", "02", "01", "03", "03", "03"], ["03", "03", "01", "01", "03", "02"]])
def test_numbers_that_stand_twice_are_counted_and_every_row_is_written(
    tmp_path: Path, capsys: Say, ids: list[str]
) -> None:
    source = write_text(tmp_path / "a.csv", [[id, *[1] * 9] for id in ids])
    assert run(source) == 3
    told = capsys.readouterr().err
    assert "编号列有 2 个编号重复，共 5 行" in told
    places = [str(row) for row, id in enumerate(ids, start=1) if id != "02"]
    assert f"第 {'、'.join(places)} 行数据" in told
    assert "03" not in told
    assert [row["编号"] for row in read_text(tmp_path / "o.csv")] == ids


def test_rows_without_a_number_are_counted_apart(tmp_path: Path, capsys: Say) -> None:
    source = write_text(tmp_path / "a.csv", [["", *[1] * 9], ["", *[1] * 9], ["1", *[1] * 9]])
    assert run(source) == 0
    told = capsys.readouterr().err
    assert "有 2 行没有编号" in told and "重复" not in told


@pytest.mark.parametrize("ids", ["range", "5 - range", "'n' || range"])
def test_numbers_that_differ_are_no_matter(tmp_path: Path, capsys: Say, ids: str) -> None:
    source = write_parquet(tmp_path / "a.parquet", f"SELECT {ids} AS 编号, {answers('TINYINT')} FROM range(5)")
    assert run(source) == 0
    assert "重复" not in capsys.readouterr().err


def test_the_same_number_twice_in_parquet(tmp_path: Path, capsys: Say) -> None:
    source = write_parquet(tmp_path / "a.parquet", f"SELECT range // 2 AS 编号, {answers('TINYINT')} FROM range(6)")
    assert run(source) == 3
    assert "有 3 个编号重复，共 6 行" in capsys.readouterr().err


def test_a_row_with_too_few_cells_is_told_for_an_answer_may_be_lost_in_it(tmp_path: Path, capsys: Say) -> None:
    source = write_text(tmp_path / "a.csv", [["01", *[0] * 9], ["02", *[0] * 7, 3], ["03", *[0] * 9]])
    assert run(source) == 3
    told = capsys.readouterr().err
    assert "有 1 行的格数比表头少" in told and "第 2 行数据" in told
    assert [row["status"] for row in read_text(tmp_path / "o.csv")] == ["ok", "incomplete", "ok"]
