"""`tongxin roster check`, as an office would run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.intake.reading.files import SAMPLES, XIAOYU, number, xlsx
from tongxin.commands.roster_check import main

KEYS = [
    "sheet", "row", "name", "id_no", "birth", "sex", "division_code", "categories", "carer", "relation",
    "phone", "problems", "duplicate_of",
]  # fmt: skip
A = str(SAMPLES / "roster-a-7.xlsx")


def test_one_object_a_line_for_each_child(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([A, "--json", "--today", "2025-12-30"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 588
    assert all(list(row) == KEYS for row in rows)
    assert rows[574]["duplicate_of"] == {"sheet": "花名册", "row": 230}
    assert (rows[0]["birth"], rows[0]["sex"], rows[0]["categories"]) == ("2017-11-09", "male", ["orphan"])


def test_the_summary_counts_and_names_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([A]) == 0
    out = capsys.readouterr().out
    assert "合计：588 行指向儿童，其中 65 行有问题。" in out
    assert "没有姓名：5 行（“花名册”第 50、229、314、341、484 行）" in out
    assert "儿童姓名→儿童姓名" in out
    assert "跳过（合计行）：第 592 行" in out
    assert "毕欣" not in out and "371202201711092255" not in out


def test_a_county_can_be_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(xlsx([["姓名", "身份证号", "镇街", "村居"], ["小雨", number(XIAOYU), "凤城街道", "东升社区"]]))
    assert main([str(file), "--json", "--county", "370116"]) == 0
    assert json.loads(capsys.readouterr().out)["division_code"] == "370116001001"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["没有.xlsx"], "找不到"),
        ([A, "--county", "999999"], "没有代码"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_two(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert not shown.out


@pytest.mark.parametrize("arguments", [[], [A, "--xml"], [A, "--today", "明天"]])
def test_a_wrong_call_is_told_how_to_do_it(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "正确的写法：tongxin roster check" in capsys.readouterr().err


def test_reading_rosters_needs_no_django() -> None:
    program = "import sys, tongxin.commands.roster_check; sys.exit(any('django' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
