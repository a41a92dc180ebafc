"""A folder of files: every good row comes out once, whatever the others hold, and each fault has its place."""

import csv
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.batch.answer_files import write_workbook
from tests.batch.folders import HEAD, NINE, parquet, result, run, school

Say = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def province(tmp_path: Path) -> Path:
    return tmp_path / "省"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "结果"


def problems(out: Path) -> list[tuple[str, ...]]:
    with (out / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def test_every_kind_of_file_is_scored_into_a_folder_of_its_name(province: Path, out: Path) -> None:
    school(province, "县=甲/一校.csv", [["01", *[1] * 9]])
    school(province, "县=甲/二校.csv", [["02", *[2] * 9]], encoding="gb18030")
    write_workbook(province / "三校.xlsx", [["03", *[3] * 9]])
    parquet(province, "县=乙/四校.parquet", 4, 2, cell="0")
    (province / "说明.txt").write_text("x", encoding="utf-8")
    assert run(province, out=out) == 0
    assert result(out, "编号, total, band, status, missing") == [
        ("01", 9, "mild", "ok", 0),
        ("02", 18, "moderately_severe", "ok", 0),
        ("03", 27, "severe", "ok", 0),
        ("4", 0, "minimal", "ok", 0),
        ("5", 0, "minimal", "ok", 0),
    ]
    parts = sorted(path.relative_to(out / "parts").as_posix() for path in out.rglob("parts/**/*.parquet"))
    assert parts == ["三校.xlsx.parquet", "县=乙/四校.parquet", "县=甲/一校.csv.parquet", "县=甲/二校.csv.parquet"]


def test_groups_come_from_columns_and_from_the_names_of_folders(province: Path, out: Path) -> None:
    head = [*HEAD, "班", "岁", "性别"]
    school(province, "县=甲/a.csv", [["1", *[0] * 9, "1班", "12.5", "男"], ["2", *[0] * 9, "", "", "2"]], head=head)
    school(province, "县=乙/a.csv", [["3", *[0] * 9, "2班", "十二", "x"]], head=head)
    assert run(province, out=out, more=("--by", "县,班", "--age", "岁", "--sex", "性别")) == 3
    assert result(out, "编号, age, sex, 县, 班") == [
        ("1", 12, "male", "甲", "1班"), ("2", None, "female", "甲", None), ("3", None, None, "乙", "2班"),
    ]
    assert [row[:3] for row in problems(out)] == [("县=乙/a.csv", "1", "岁"), ("县=乙/a.csv", "1", "性别")]


def test_each_fault_is_told_with_its_place_and_all_good_rows_are_written(
    province: Path, out: Path, capsys: Say
) -> None:
    school(province, "a.csv", [["1", *[1] * 9], ["2", 7, *[1] * 8], ["3", *[1] * 9, 1], ["4", *[1] * 9]])
    school(province, "b.csv", [["1", *[1] * 9]], encoding="gb18030")
    school(province, "c.csv", [["9", *[1] * 8]], head=HEAD[:-1])
    (province / "d.csv").write_bytes("编号,题1\n甲".encode() + b"\xff\xff\n")
    whole = parquet(province, "e.parquet", 100, 1000).read_bytes()
    (province / "e.parquet").write_bytes(whole[: len(whole) // 2])
    (province / "f.parquet").write_bytes(whole[:200] + bytes(400) + whole[600:])
    assert run(province, out=out) == 3
    told = capsys.readouterr().err
    assert [row[:3] for row in result(out, "编号, total, status")] == [
        ("1", 9, "ok"), ("1", 9, "ok"), ("2", None, "incomplete"), ("4", 9, "ok"),
    ]
    for says in (
        "a.csv：“题1”列 1 格不在量表选项里（第 2 行数据）", "a.csv：第 3 行数据的格数比表头多",
        "c.csv：文件里没有“题9”这一列", "d.csv：文件编码既不是 UTF-8 也不是 GB18030",
        "e.parquet：Parquet 文件不完整或已损坏",
        "f.parquet：", "有 1 个编号重复，共 2 行", "a.csv 第 1 行数据 与 b.csv 第 1 行数据", "没有计分：",
    ):
        assert says in told, says
    assert ("b.csv", "1", "", "编号重复：另见 a.csv 第 1 行") in problems(out)
    assert ("a.csv", "2", "题1", "不在量表选项里，按未作答处理") in problems(out)


def test_a_row_with_too_few_cells_stands_on_the_list(province: Path, out: Path, capsys: Say) -> None:
    school(province, "a.csv", [["1", *[1] * 9], ["2", *[1] * 8], ["3", *[1] * 9]])
    assert run(province, out=out) == 3
    assert "a.csv：第 2 行数据的格数比表头少" in capsys.readouterr().err
    assert [row[:3] for row in problems(out)] == [("a.csv", "2", "")]
    assert run(province, out=out) == 3


def test_a_row_left_out_shifts_no_other_place(province: Path, out: Path) -> None:
    school(province, "a.csv", [["1", *[1] * 9, 5], ["2", *[1] * 9], ["3", *[1] * 9, 5], ["2", 8, *[1] * 8]])
    assert run(province, out=out) == 3
    assert [row[:3] for row in problems(out)] == [
        ("a.csv", "1", ""), ("a.csv", "3", ""), ("a.csv", "4", "题1"), ("a.csv", "2", ""), ("a.csv", "4", ""),
    ]


class TestGoingOn:
    def test_what_is_done_is_not_done_again_and_what_is_new_is_added(
        self, province: Path, out: Path, capsys: Say
    ) -> None:
        for number in range(3):
            parquet(province, f"{number}.parquet", number * 10, 10)
        assert run(province, out=out) == 0
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
        (out / "parts/1.parquet").unlink()
        parquet(province, "3.parquet", 30, 10)
        with (out / "progress.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"name": "2.par')
        capsys.readouterr()
        assert run(province, out=out) == 0
        assert "其中 2 个文件上次已经做完" in capsys.readouterr().err
        assert [row[0] for row in result(out, "编号")] == list(range(40))
        kept = [path for path, time in before.items() if path.stat().st_mtime_ns == time]
        assert sorted(path.name for path in kept) == ["0.parquet", "2.parquet"]

    @pytest.mark.parametrize(
        ("more", "says"),
        [(("--recode", "9="), "--recode"), (("--by", "题1x"), "--by"), ((), "a.parquet")],
    )
    def test_another_wish_or_another_input_is_refused(
        self, province: Path, out: Path, capsys: Say, more: tuple[str, ...], says: str
    ) -> None:
        parquet(province, "a.parquet", 0, 10)
        assert run(province, out=out) == 0
        before = result(out)
        if not more:
            parquet(province, "a.parquet", 0, 11)
        assert run(province, out=out, more=more) == 2
        told = capsys.readouterr().err
        assert says in told and "换一个输出文件夹" in told
        assert result(out) == before

    def test_a_changed_definition_is_refused(
        self, province: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
    ) -> None:
        parquet(province, "a.parquet", 0, 10)
        assert run(province, out=out) == 0
        changed = tmp_path / "definitions/instruments/phq_9"
        changed.mkdir(parents=True)
        text = (ROOT / "definitions/instruments/phq_9/instrument.yaml").read_text(encoding="utf-8")
        (changed / "instrument.yaml").write_text(text.replace("PHQ-9", "PHQ–9", 1), encoding="utf-8")
        monkeypatch.setenv("TONGXIN_DEFINITIONS", str(tmp_path / "definitions"))
        assert run(province, out=out) == 2
        assert "量表定义" in capsys.readouterr().err

    def test_a_repaired_file_is_taken_up(self, province: Path, out: Path) -> None:
        whole = parquet(province, "b.parquet", 10, 10).read_bytes()
        parquet(province, "a.parquet", 0, 10)
        (province / "b.parquet").write_bytes(whole[:-20])
        assert run(province, out=out) == 3
        (province / "b.parquet").write_bytes(whole)
        assert run(province, out=out) == 0
        assert len(result(out)) == 20

    def test_a_foreign_folder_is_left_alone(self, province: Path, out: Path, capsys: Say) -> None:
        parquet(province, "a.parquet", 0, 1)
        out.mkdir()
        (out / "mine.txt").write_text("x", encoding="utf-8")
        assert run(province, out=out) == 2
        assert "已有别的文件" in capsys.readouterr().err


def command(province: Path, out: Path) -> list[str]:
    asked = [sys.executable, "-m", "tongxin", "score", "phq9", str(province), "--columns", ",".join(NINE)]
    return [*asked, "--id", "编号", "--threads", "1", "-o", str(out)]


def test_a_killed_run_goes_on_without_a_wrong_or_double_row(province: Path, out: Path) -> None:
    for number in range(12):
        parquet(province, f"县={number}/a.parquet", number * 100_000, 100_000)
    for round in range(3):
        process = subprocess.Popen(command(province, out), stderr=subprocess.DEVNULL, cwd=ROOT / "src")
        until = time.monotonic() + 20
        while len(list(out.rglob("parts/**/*.parquet"))) < 2 + 3 * round and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run(province, out=out) == 0
    (counted,) = duckdb.sql(
        "SELECT count(*), count(DISTINCT 编号), sum(total), min(total = (编号 % 4) * 9)"
        f" FROM '{out}/parts/**/*.parquet'"
    ).fetchall()
    assert counted == (1_200_000, 1_200_000, 1_200_000 * 27 // 2, True)


def full_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_full_disk_keeps_what_is_done_and_says_how_to_go_on(province: Path, out: Path) -> None:
    parquet(province, "a.parquet", 0, 1000)
    parquet(province, "b.parquet", 1000, 400_000, cell="(random() * 3)::TINYINT")
    done = subprocess.run(
        command(province, out), capture_output=True, text=True, preexec_fn=full_disk, cwd=ROOT / "src",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 3, done.stderr
    assert "磁盘写不下了（正在处理 b.parquet）" in done.stderr and "接着做" in done.stderr
    assert [path.name for path in out.rglob("parts/**/*")] == ["a.parquet"]
    assert not list(out.rglob(".tongxin-work"))
    assert run(province, out=out) == 0
    assert len(result(out)) == 401_000
