"""A blind comparison by hand: four commands, three files carried between two offices."""

import csv
from pathlib import Path

import pytest

from tongxin.__main__ import main

HEAD = ["姓名", "性别", "身份证号", "出生日期", "现居住地"]


def roster(path: Path, names: list[str]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        writer.writerows([[name, "女", "", "2015-03-04", "示例村"] for name in names])
    return path


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("一个足够长的十二个字密码\n")
    roster(tmp_path / "a.csv", [f"孩子{word}" for word in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"])
    roster(tmp_path / "b.csv", [f"孩子{word}" for word in "申酉戌亥金木水火土天地人日月星辰风雨雷电山石"])
    return tmp_path


def run(folder: Path, step: str, *words: str) -> int:
    files = [str(folder / word[1:]) if word.startswith("@") else word for word in words]
    return main(["blind", step, *files, "--password-file", str(folder / "password")])


def ask(folder: Path) -> int:
    return run(
        folder, "ask", "@a.csv", "--kind", "person", "--purpose", "核对", "--agreement", "示协3号", "--from", "民政",
        "--to", "残联", "--approved-by", "科长", "--letter", "@1.json", "--secret", "@a.secret",
    )


def found(path: Path) -> int:
    return len(path.read_text("utf-8-sig").splitlines()) - 1


def test_two_offices_learn_the_overlap_by_three_files(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(office) == 0
    assert run(
        office, "answer", "@1.json", "@b.csv", "--approved-by", "主任", "--letter", "@2.json", "--secret", "@b.secret"
    ) == 0
    learned = ("--letter", "@3.json", "--found", "@a-both.csv")
    assert run(office, "learn", "@2.json", "--secret", "@a.secret", *learned) == 0
    assert run(office, "conclude", "@3.json", "--secret", "@b.secret", "--found", "@b-both.csv") == 0
    told = capsys.readouterr().out
    assert found(office / "a-both.csv") == found(office / "b-both.csv") == 3
    assert "民政 请 残联 按姓名＋出生日期比对" in told and "指纹" in told
    assert "孩子" not in told + "".join((office / name).read_text() for name in ("1.json", "2.json", "3.json"))


def test_the_secret_file_is_for_this_account_only(office: Path) -> None:
    assert ask(office) == 0
    assert (office / "a.secret").stat().st_mode & 0o077 == 0


def test_a_file_that_stands_is_never_written_over(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(office) == 0
    before = (office / "a.secret").read_bytes()
    assert ask(office) == 1
    assert (office / "a.secret").read_bytes() == before
    assert "已经存在" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["@a.csv", "@nothing"])
def test_what_cannot_be_read_is_told_in_one_line(office: Path, capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    code = run(office, "answer", wrong, "@b.csv", "--approved-by", "主任", "--letter", "@2.json", "--secret", "@s")
    said = capsys.readouterr().err
    assert code == 1 and said.count("\n") == 1 and "没有处理" in said
    assert not (office / "2.json").exists() and not (office / "s").exists()
