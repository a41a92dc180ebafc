"""The result: its head, its formats, written whole or not at all."""

from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.batch.answer_files import HEAD, NINE, scored, write_parquet, write_text
from tests.core.instruments.questionnaires import shipped
from tongxin.batch import writing
from tongxin.batch.errors import TableError
from tongxin.batch.score import score_table

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(1)"]
HARMLESS = ["-5", "+86", "-1.5", "a=1", "007", "甲"]


def test_the_head_is_the_id_then_what_was_found(tmp_path: Path) -> None:
    rows, _ = scored(write_text(tmp_path / "a.csv", [["1", *[1] * 9]]))
    assert list(rows[0]) == ["编号", "total", "phq_2", "phq_8", "band", "status", "alerts"]
    assert list(rows[0].values()) == ["1", "9", "2", "8", "mild", "ok", "suicide_ideation"]


class TestFormulas:
    def test_are_escaped_in_text(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [[id, *[0] * 9] for id in FORMULAS + HARMLESS])
        rows, _ = scored(source)
        assert [row["编号"] for row in rows] == [f"'{id}" for id in FORMULAS] + HARMLESS

    def test_are_plain_text_in_a_workbook(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [[id, *[0] * 9] for id in FORMULAS])
        score_table(shipped("phq_9"), source, tmp_path / "o.xlsx", columns=NINE, id_column="编号")
        sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
        assert sheet is not None
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert [(cell.value, cell.data_type) for cell in cells] == [(id, "s") for id in FORMULAS]

    def test_in_the_head_are_escaped_too(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [["1", *[0] * 9]], head=["=id", *NINE])
        score_table(shipped("phq_9"), source, tmp_path / "o.csv", columns=NINE, id_column="=id")
        assert (tmp_path / "o.csv").read_text(encoding="utf-8").startswith("'=id,total")


class TestFormats:
    def test_parquet_keeps_numbers_and_the_type_of_the_id(self, tmp_path: Path) -> None:
        cells = ", ".join(f"1 AS {column}" for column in NINE)
        source = write_parquet(tmp_path / "a.parquet", f"SELECT 12::BIGINT AS 编号, {cells}")
        score_table(shipped("phq_9"), source, tmp_path / "o.parquet", columns=NINE, id_column="编号")
        table = duckdb.sql(f"SELECT * FROM '{tmp_path / 'o.parquet'}'")
        assert [str(type) for type in table.types][:2] == ["BIGINT", "INTEGER"]
        assert table.fetchall() == [(12, 9, 2, 8, "mild", "ok", "suicide_ideation")]

    def test_a_workbook_has_numbers_and_leading_noughts(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [["007", *[1] * 9], ["x", *[""] * 9]])
        score_table(shipped("phq_9"), source, tmp_path / "o.xlsx", columns=NINE, id_column="编号")
        sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
        assert sheet is not None
        found = list(sheet.values)
        assert found[1] == ("007", 9, 2, 8, "mild", "ok", "suicide_ideation")
        assert found[2][:6] == ("x", None, None, None, None, "incomplete")

    def test_more_rows_than_a_sheet_holds_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(writing, "MOST_SHEET_ROWS", 2)
        source = write_text(tmp_path / "a.csv", [[n, *[0] * 9] for n in range(3)])
        with pytest.raises(TableError, match=r"\.parquet"):
            score_table(shipped("phq_9"), source, tmp_path / "o.xlsx", columns=NINE, id_column="编号")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


class TestWholeOrNot:
    def test_a_file_that_breaks_off_leaves_the_old_result_standing(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        out.write_text("old", encoding="utf-8")
        source = tmp_path / "a.csv"
        source.write_text(",".join(HEAD) + "\n1" + ",1" * 9 + '\n2,"1', encoding="utf-8")
        with pytest.raises(TableError, match="第 3 行"):
            scored(source)
        assert out.read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out.csv"]

    def test_an_old_result_is_replaced_when_all_is_well(self, tmp_path: Path) -> None:
        (tmp_path / "out.csv").write_text("old", encoding="utf-8")
        rows, _ = scored(write_text(tmp_path / "a.csv", [["1", *[1] * 9]]))
        assert rows[0]["total"] == "9"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out.csv"]

    def test_the_input_is_never_overwritten(self, tmp_path: Path) -> None:
        source = write_text(tmp_path / "a.csv", [["1", *[1] * 9]])
        (tmp_path / "link.csv").symlink_to(source)
        for out in ("a.csv", "link.csv"):
            with pytest.raises(TableError, match="输入文件"):
                scored(source, out=out)
        assert "题1" in source.read_text(encoding="utf-8")
