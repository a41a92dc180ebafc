"""`tongxin score`: exit codes and what is told in Chinese."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.batch.answer_files import HEAD, NINE, read_text, write_parquet, write_text
from tongxin.commands.score import main

Say = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_text(tmp_path / "a.csv", [["01", *[1] * 9], ["02", *[2] * 9]])


def run(source: Path, *more: str, name: str = "phq9", columns: str = ",".join(NINE), out: str = "o.csv") -> int:
    return main([name, str(source), "--columns", columns, "--id", "编号", "-o", str(source.parent / out), *more])


@pytest.mark.parametrize("name", ["phq9", "phq_9", "phq-9", "PHQ-9", "PHQ 9", "Phq_9"])
def test_an_instrument_is_known_however_it_is_written(source: Path, name: str) -> None:
    assert run(source, name=name) == 0
    assert [row["total"] for row in read_text(source.parent / "o.csv")] == ["9", "18"]


@pytest.mark.parametrize("name", ["phqa", "gad7", "who5"])
def test_the_other_instruments_are_there(source: Path, name: str) -> None:
    count = {"phqa": 9, "gad7": 7, "who5": 5}[name]
    assert run(source, name=name, columns=",".join(NINE[:count])) == 0


def test_rejected_cells_exit_3_with_all_rows_written(tmp_path: Path, capsys: Say) -> None:
    source = write_text(tmp_path / "a.csv", [["01", 7, *[1] * 8], ["张三", *[1] * 8, "李四"], ["03", *[1] * 9]])
    assert run(source) == 3
    assert [row["status"] for row in read_text(tmp_path / "o.csv")] == ["incomplete", "incomplete", "ok"]
    told = capsys.readouterr().err
    assert "有 2 格" in told
    assert "“题1”列 1 格（第一处在第 1 行数据）" in told
    assert "“题9”列 1 格（第一处在第 2 行数据）" in told
    assert "张三" not in told and "李四" not in told


def test_recode_is_taken(source: Path) -> None:
    assert run(source, "--recode", "1=0, 2=1") == 0
    assert [row["total"] for row in read_text(source.parent / "o.csv")] == ["0", "9"]


def test_a_column_name_may_hold_a_comma(tmp_path: Path) -> None:
    source = write_text(tmp_path / "a.csv", [["1", *[1] * 9]], head=["编号", "一,a", *NINE[1:]])
    assert run(source, columns='"一,a",' + ",".join(NINE[1:])) == 0


def test_what_was_not_asked_is_told(source: Path, capsys: Say) -> None:
    assert run(source, name="phqa") == 0
    assert "S3、S4" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"name": "phq15"}, "没有量表“phq15”。可用："),
        ({"columns": ",".join(NINE[:8])}, "应按印刷顺序给 9 列"),
        ({"columns": ",".join(NINE[:8]), "name": "phqa"}, "或全部 13 列"),
        ({"columns": ",".join([*NINE[:8], "题1"])}, "写了两次"),
        ({"columns": ",".join([*NINE[:8], "编号"])}, "既作编号又作答案"),
        ({"columns": ",".join([*NINE[:8], "题十"])}, "没有“题十”这一列"),
        ({"columns": ",".join([*NINE[:8], ""])}, "空的列名"),
        ({"out": "o.txt"}, "不认识输出后缀"),
        ({"out": "none/o.csv"}, "不存在"),
        ({"out": "a.csv"}, "输入文件"),
    ],
)
def test_a_wrong_call_exits_2_and_writes_nothing(source: Path, capsys: Say, more: dict[str, str], says: str) -> None:
    before = source.read_bytes()
    assert run(source, **more) == 2
    told = capsys.readouterr()
    assert says in told.err and told.out == ""
    assert [path.name for path in source.parent.iterdir()] == ["a.csv"]
    assert source.read_bytes() == before


@pytest.mark.parametrize("recode", ["1", "1=7", "1=0,1=2", "=1", "1=0,,2=1"])
def test_a_recoding_that_can_t_be_is_refused(source: Path, capsys: Say, recode: str) -> None:
    assert run(source, "--recode", recode) == 2
    assert "--recode" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "是空的"),
        ("a.csv", b"\n\n", "没有表头"),
        ("a.csv", b"PK\x03\x04 and so on", "内容却不是"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "内容却不是"),
        ("a.csv", b"id,a\n1,\x00\n", "空字节"),
        ("a.csv", b"id,a\n\xff\xff\xff\n", "编码"),
        ("a.csv", (",".join(HEAD) + '\n"1,0,0').encode(), "第 2 行"),
        ("a.csv", (",".join([*HEAD, "题9"]) + "\n").encode(), "2 个“题9”"),
        ("a.parquet", b"hello", "内容却不是"),
        ("a.parquet", b"PAR1 cut short", "损坏"),
        ("a.xlsx", b"hello", "内容却不是"),
        ("a.xlsx", b"PK\x03\x04 cut short", "不是 xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "不认识后缀"),
    ],
)
def test_a_file_that_isn_t_what_it_says_is_refused(
    tmp_path: Path, capsys: Say, name: str, content: bytes, says: str
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    assert run(source) == 2
    assert says in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path, capsys: Say) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "no workbook")
    assert run(tmp_path / "a.xlsx") == 2
    assert "打不开" in capsys.readouterr().err


def test_a_missing_file_and_a_missing_argument_are_told(tmp_path: Path, capsys: Say) -> None:
    assert run(tmp_path / "none.csv") == 2
    assert "找不到文件 none.csv" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["phq9"])
    assert "正确的写法" in capsys.readouterr().err


def test_a_file_with_a_head_and_no_rows_is_scored_to_none(tmp_path: Path) -> None:
    assert run(write_text(tmp_path / "a.csv", [])) == 0
    assert read_text(tmp_path / "o.csv") == []
    cells = ", ".join(f"1 AS {column}" for column in HEAD)
    assert run(write_parquet(tmp_path / "a.parquet", f"SELECT {cells} LIMIT 0")) == 0


def test_very_long_cells_are_no_trouble(tmp_path: Path) -> None:
    assert run(write_text(tmp_path / "a.csv", [["甲" * 10_000, *["乙" * 10_000] * 9]])) == 3
    assert read_text(tmp_path / "o.csv")[0]["编号"] == "甲" * 10_000


def test_django_is_never_loaded() -> None:
    check = "import sys, tongxin.commands.score; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=Path(__file__).parents[2] / "src")
