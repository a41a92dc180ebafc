"""Text tables and workbooks in all the shapes that offices export."""

from pathlib import Path

import openpyxl
import pytest

from tests.batch.answer_files import HEAD, NINE, brief, scored, write_text, write_workbook
from tongxin.batch.errors import TableError

ROWS = [
    ["007", 1, 1, 1, 1, 1, 0, 0, 0, 0],
    ["0010", 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ["3", 3, 3, 3, "", 3, 3, 3, 3, 2],
]
FOUND = [
    ("007", "5", "ok", ""),
    ("0010", "1", "ok", "suicide_ideation"),
    ("3", "", "incomplete", "suicide_ideation"),
]


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_is_read_in_each_encoding(self, tmp_path: Path, encoding: str) -> None:
        rows, outcome = scored(write_text(tmp_path / "a.csv", ROWS, encoding=encoding))
        assert brief(rows) == FOUND
        assert (outcome.rows, outcome.rejections) == (3, ())

    @pytest.mark.parametrize(
        "shape", [{"delimiter": "\t"}, {"delimiter": ";"}, {"lineterminator": "\n"}, {"quoting": 1}]
    )
    def test_is_read_however_it_is_parted(self, tmp_path: Path, shape: dict[str, object]) -> None:
        assert brief(scored(write_text(tmp_path / "a.csv", ROWS, **shape))[0]) == FOUND

    def test_keeps_every_row_in_its_order(self, tmp_path: Path) -> None:
        many = [[f"{number:05}", *[number % 4] * 9] for number in range(30_000)]
        rows, outcome = scored(write_text(tmp_path / "a.csv", many))
        assert outcome.rows == 30_000
        assert [row["编号"] for row in rows] == [row[0] for row in many]

    def test_short_rows_have_gaps_and_empty_lines_are_no_rows(self, tmp_path: Path) -> None:
        source = tmp_path / "a.csv"
        source.write_text(",".join(HEAD) + "\n\n1,1,1\n,,,\n2" + ",2" * 9 + ",,\n", encoding="utf-8")
        assert brief(scored(source)[0]) == [
            ("1", "", "incomplete", ""),
            ("2", "18", "ok", "suicide_ideation"),
        ]

    @pytest.mark.parametrize("label", ["初一", "初一班"])
    def test_two_files_put_together_in_two_encodings_are_refused_with_the_line(
        self, tmp_path: Path, label: str
    ) -> None:
        source = write_text(tmp_path / "a.csv", [[label, *[0] * 9]])
        source.write_bytes(source.read_bytes() + f"{label},{'1,' * 8}1\r\n".encode("gb18030"))
        with pytest.raises(TableError, match=r"第 [23] 行.*分成原来的几个文件"):
            scored(source)

    def test_ids_with_quotes_commas_and_line_breaks_pass_through(self, tmp_path: Path) -> None:
        ids = ['a"b', "a,b", "a\nb", " a ", "", "NULL", "\\N", "甲"]
        rows, _ = scored(write_text(tmp_path / "a.csv", [[id, *[0] * 9] for id in ids]))
        assert [row["编号"] for row in rows] == ids

    def test_spare_columns_and_their_order_are_no_matter(self, tmp_path: Path) -> None:
        rows = [[*reversed(row), "x"] for row in ROWS]
        assert brief(scored(write_text(tmp_path / "a.csv", rows, head=[*reversed(HEAD), "备注"]))[0]) == FOUND


class TestCells:
    @pytest.mark.parametrize("cell", ["3", "３", " 3 ", "3.0", "03", "+3", "3.", "3e0", "\u30003"])
    def test_that_mean_three(self, tmp_path: Path, cell: str) -> None:
        rows, outcome = scored(write_text(tmp_path / "a.csv", [["1", *[0] * 8, cell]]))
        assert (rows[0]["total"], rows[0]["alerts"], outcome.rejections) == ("3", "suicide_ideation", ())

    @pytest.mark.parametrize("cell", ["", " ", "\u3000", "\t", "NaN", "NA", "null", "nan"])
    def test_that_are_blank(self, tmp_path: Path, cell: str) -> None:
        rows, outcome = scored(write_text(tmp_path / "a.csv", [["1", *[0] * 8, cell]]))
        assert (rows[0]["total"], rows[0]["status"], outcome.rejections) == ("", "incomplete", ())

    @pytest.mark.parametrize("cell", ["7", "-1", "4", "1.5", "abc", "一", "0x1", "1 2", "TRUE", "1" * 200, "inf"])
    def test_that_are_impossible(self, tmp_path: Path, cell: str) -> None:
        source = write_text(tmp_path / "a.csv", [["1", *[1] * 9], ["2", *[0] * 8, cell]])
        rows, outcome = scored(source)
        assert brief(rows) == [("1", "9", "ok", "suicide_ideation"), ("2", "", "incomplete", "")]
        (rejection,) = outcome.rejections
        assert (rejection.column, rejection.cells, rejection.first_row) == ("题9", 1, 2)


class TestRecode:
    ONE_BASED = {"1": "0", "2": "1", "3": "2", "4": "3"}

    def test_brings_other_codes_home(self, tmp_path: Path) -> None:
        rows, outcome = scored(write_text(tmp_path / "a.csv", [["1", *[2] * 9]]), recode=self.ONE_BASED)
        assert (rows[0]["total"], outcome.rejections) == ("9", ())

    def test_leaves_no_home_for_a_code_it_replaced(self, tmp_path: Path) -> None:
        rows, outcome = scored(write_text(tmp_path / "a.csv", [["1", *[1] * 8, 0]]), recode=self.ONE_BASED)
        assert (rows[0]["total"], outcome.rejections[0].cells) == ("", 1)

    def test_can_declare_a_blank(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [["1", *[1] * 8, 9], ["2", *[1] * 8, "拒答"]])
        rows, outcome = scored(source, recode={"9": "", "拒答": ""})
        assert [row["status"] for row in rows] == ["incomplete", "incomplete"]
        assert outcome.rejections == ()

    def test_takes_words(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [["1", *["几乎每天"] * 9]])
        assert scored(source, recode={"几乎每天": "3"})[0][0]["total"] == "27"


class TestWorkbooks:
    def test_are_read_with_numbers_and_text(self, tmp_path: Path) -> None:
        rows = [[*ROWS[0]], ["0010", "0", 0.0, "０", 0, 0, 0, 0, 0, "1"], [3, 3, 3, 3, None, 3, 3, 3, 3, 2]]
        assert brief(scored(write_workbook(tmp_path / "a.xlsx", rows))[0]) == FOUND

    def test_a_formula_is_never_evaluated(self, tmp_path: Path) -> None:
        rows, _ = scored(write_workbook(tmp_path / "a.xlsx", [["1", "=1+1", *[0] * 8]]))
        assert (rows[0]["total"], rows[0]["status"]) == ("", "incomplete")

    def test_true_is_no_answer(self, tmp_path: Path) -> None:
        _, outcome = scored(write_workbook(tmp_path / "a.xlsx", [["1", True, *[0] * 8]]))
        assert outcome.rejections[0].column == "题1"

    def test_the_sheet_with_the_columns_is_taken(self, tmp_path: Path) -> None:
        path = write_workbook(tmp_path / "a.xlsx", [["填表说明"]], head=["说明"])
        workbook = openpyxl.load_workbook(path)
        sheet = workbook.create_sheet("答案")
        for row in (HEAD, *ROWS):
            sheet.append(row)
        workbook.save(path)
        assert brief(scored(path)[0]) == FOUND


def test_phq_a_takes_nine_or_thirteen_columns(tmp_path: Path) -> None:
    more = ["S1", "S2", "S3", "S4"]
    source = write_text(tmp_path / "a.csv", [["1", *[0] * 9, 1, 3, 1, 0]], head=[*HEAD, *more])
    rows, outcome = scored(source, id="phq_a", columns=[*NINE, *more])
    assert (rows[0]["total"], rows[0]["alerts"], outcome.unasked) == ("0", "suicide_thoughts_month", ())
    rows, outcome = scored(source, id="phq_a")
    assert (rows[0]["total"], rows[0]["alerts"], outcome.unasked) == ("0", "", ("S3", "S4"))
