"""`tongxin screen report`: the counts are right, small ones are not told, no name or id comes through."""

from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from tests.batch.folders import HEAD, NINE, parquet, result, run, school
from tongxin.commands.score import main as score
from tongxin.commands.screen_report import main

Say = pytest.CaptureFixture[str]
BANDS = ["极轻或无", "轻度", "中度", "中重度", "重度"]


def report(result: Path, out: Path, *more: str) -> int:
    return main([str(result), "-o", str(out), *more])


def sheets(out: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(out / "report.xlsx")
    return {name: [list(row) for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames}


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    head = [*HEAD, "班", "岁", "性别"]
    calm = [[f"张三{n}", *[0] * 9, "1班", 12, "男"] for n in range(40)]
    low = [[f"李四{n}", *[1] * 8, 0, "2班", 13, "女"] for n in range(30)]
    worse = [[f"王五{n}", *[3] * 9, "2班", 13, "女"] for n in range(12)]
    few = [[f"赵六{n}", *[3] * 8, "", "3班", 13, "女"] for n in range(2)]
    school(tmp_path / "in", "县=甲/a.csv", [*calm, *low, *worse, *few], head=head)
    assert run(tmp_path / "in", out=tmp_path / "o", more=("--by", "县,班", "--age", "岁", "--sex", "性别")) == 0
    return tmp_path / "o"


def test_the_counts_stand_in_the_workbook(scored: Path, tmp_path: Path) -> None:
    assert report(scored, tmp_path / "r") == 0
    found = sheets(tmp_path / "r")
    assert list(found)[:4] == ["说明", "全部", "报警", "缺答"]
    assert {"按县", "按班", "按性别", "按年龄"} <= set(found)
    head, whole = found["全部"]
    counts = dict(zip(head, whole, strict=True))
    assert counts["合计"] == 84
    assert [counts[band] for band in BANDS[:1]] == [40]
    assert found["报警"][1][1:] == [12, 72, 84]


def test_small_counts_are_not_told_and_can_t_be_worked_out(scored: Path, tmp_path: Path) -> None:
    assert report(scored, tmp_path / "r") == 0
    head, whole = sheets(tmp_path / "r")["全部"]
    hidden = [name for name, value in zip(head, whole, strict=True) if value == "—"]
    assert "没有答完" in hidden and len(hidden) >= 2
    classes = sheets(tmp_path / "r")["按班"]
    assert [row[0] for row in classes[1:]] == ["1班", "2班", "人数不足 5 的 1 组"]
    assert classes[-1][-1] == "—"


class Seen(HTMLParser):
    """Everything a page would fetch, and the tags in it."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for key, value in attrs if key in ("src", "href", "xlink:href")]


def test_the_page_stands_alone_and_names_nobody(scored: Path, tmp_path: Path) -> None:
    assert report(scored, tmp_path / "r") == 0
    text = (tmp_path / "r/report.html").read_text(encoding="utf-8")
    seen = Seen()
    seen.feed(text)
    assert seen.fetched == [] and "script" not in seen.tags and "url(" not in text and "svg" in seen.tags
    for name in ("张三", "李四", "王五", "赵六"):
        assert name not in text
        assert not any(name in str(cell) for rows in sheets(tmp_path / "r").values() for row in rows for cell in row)
    assert "每个数字是什么" in text and "Kroenke" in text and "<td>40（47.6%）</td>" in text


def test_words_of_the_file_are_words_in_the_report(tmp_path: Path) -> None:
    rows = [[str(n), *[0] * 9, "=HYPERLINK(1)" if n % 2 else "<b>&1班"] for n in range(20)]
    school(tmp_path / "in", "a.csv", rows, head=[*HEAD, "班"])
    assert run(tmp_path / "in", out=tmp_path / "o", more=("--by", "班")) == 0
    text = (tmp_path / "o/summary/report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;1班" in text and "<b>&1班" not in text
    book = openpyxl.load_workbook(tmp_path / "o/summary/report.xlsx")
    cells = [cell for row in book["按班"].iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert [cell.data_type for cell in cells] == ["s"]


@pytest.mark.parametrize("name", ["o.parquet", "o.csv"])
def test_one_file_is_summed_up_when_its_instrument_is_named(tmp_path: Path, capsys: Say, name: str) -> None:
    source = parquet(tmp_path, "a.parquet", 0, 40)
    asked = ["phq9", str(source), "--columns", ",".join(NINE), "--id", "编号", "-o", str(tmp_path / name)]
    assert score(asked) == 0
    assert report(tmp_path / name, tmp_path / "r") == 2
    assert "--instrument" in capsys.readouterr().err
    assert report(tmp_path / name, tmp_path / "r", "--instrument", "phq9") == 0
    assert sheets(tmp_path / "r")["全部"][1][-1] == 40


@pytest.mark.parametrize(
    ("path", "more", "says"),
    [
        ("none", (), "找不到"),
        ("in", (), "不是 tongxin score 写出的"),
        ("o", ("--by", "乡"), "没有“乡”"),
        ("a.txt", (), "只读"),
    ],
)
def test_what_is_no_result_is_refused(
    scored: Path, tmp_path: Path, capsys: Say, path: str, more: tuple[str, ...], says: str
) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert report(scored.parent / path, tmp_path / "r", *more) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


class TestAQuestionnaireWithoutBandsOfItsTotal:
    """DASS-21 and PSC-35 are judged by their scales; their sheets are never said to have no cut-off."""

    def test_each_scale_has_its_band_in_the_result_and_its_table_in_the_summary(self, tmp_path: Path) -> None:
        columns = [f"d{number}" for number in range(1, 22)]
        worst = [[f"{n}", *[3] * 20, 1] for n in range(10)]
        school(tmp_path / "in", "a.csv", worst, head=["编号", *columns])
        asked = ["dass_21", str(tmp_path / "in"), "--columns", ",".join(columns), "--id", "编号"]
        assert score([*asked, "-o", str(tmp_path / "o")]) == 0
        assert result(tmp_path / "o", "depression, band_depression, band_anxiety, band_stress")[0] == (
            38, "extremely_severe", "extremely_severe", "extremely_severe",
        )
        found = sheets(tmp_path / "o" / "summary")
        assert "全部" not in found
        head, whole = found["全部：抑郁"]
        assert dict(zip(head, whole, strict=True)) == {
            "": "全部", "正常": 0, "轻度": 0, "中度，提示需要进一步评估": 0, "重度，提示需要进一步评估": 0,
            "极重，提示需要进一步评估": 10, "无适用常模": 0, "没有答完": 0, "效度存疑": 0, "合计": 10,
        }

    def test_of_scales_for_an_age_each_child_stands_in_the_table_of_its_own(self, tmp_path: Path) -> None:
        columns = [f"p{number}" for number in range(1, 36)]
        rows = [[f"{n}", 10 if n < 8 else 5, *[2] * 35] for n in range(14)]
        school(tmp_path / "in", "a.csv", rows, head=["编号", "岁", *columns])
        asked = ["psc_35", str(tmp_path / "in"), "--columns", ",".join(columns), "--id", "编号", "--age", "岁"]
        assert score([*asked, "-o", str(tmp_path / "o")]) == 0
        found = sheets(tmp_path / "o" / "summary")
        told = {name: dict(zip(*rows, strict=True)) for name, rows in found.items() if name.startswith("全部：")}
        assert [(row["达到界值，提示需要进一步评估"], row["无适用常模"], row["合计"]) for row in told.values()] == [
            (6, 0, 6), (8, 0, 8),
        ]
