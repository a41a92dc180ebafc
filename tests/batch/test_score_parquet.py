"""Parquet in every type that statistics programs write."""

from pathlib import Path

import pytest

from tests.batch.answer_files import NINE, brief, read_text, scored, write_parquet
from tests.core.instruments.questionnaires import like_mht, shipped
from tongxin.batch.errors import TableError
from tongxin.batch.score import score_table
from tongxin.core.instruments import read


def nine(first: str, rest: str = "0") -> str:
    return ", ".join(f"{first if number == 1 else rest} AS {column}" for number, column in enumerate(NINE, 1))


@pytest.mark.parametrize(
    "type",
    ["TINYINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "FLOAT", "DOUBLE", "DECIMAL(5,2)", "VARCHAR"],
)
def test_each_type_of_column_is_read(tmp_path: Path, type: str) -> None:
    union = " UNION ALL ".join(
        f"SELECT {number} AS 编号, {nine(f'CAST({cell} AS {type})', f'CAST(1 AS {type})')}"
        for number, cell in enumerate(["0", "3", "NULL", "7"])
    )
    rows, outcome = scored(write_parquet(tmp_path / "a.parquet", union))
    assert brief(rows) == [
        ("0", "8", "ok", "suicide_ideation"),
        ("1", "11", "ok", "suicide_ideation"),
        ("2", "", "incomplete", "suicide_ideation"),
        ("3", "", "incomplete", "suicide_ideation"),
    ]
    assert [(each.column, each.cells, each.first_row) for each in outcome.rejections] == [("题1", 1, 4)]


@pytest.mark.parametrize(("cell", "rejected"), [("'nan'::DOUBLE", 0), ("1.5", 1), ("'inf'::DOUBLE", 1), ("-1.0", 1)])
def test_fractions_are_impossible_and_no_number_is_a_blank(tmp_path: Path, cell: str, rejected: int) -> None:
    rows, outcome = scored(write_parquet(tmp_path / "a.parquet", f"SELECT 'a' AS 编号, {nine(f'{cell}::DOUBLE')}"))
    assert (rows[0]["total"], rows[0]["status"]) == ("", "incomplete")
    assert sum(each.cells for each in outcome.rejections) == rejected


def test_nought_as_other_programs_store_it_is_nought(tmp_path: Path) -> None:
    rows, outcome = scored(write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {nine('5.4e-79::DOUBLE')}"))
    assert (rows[0]["total"], outcome.rejections) == ("0", ())


def test_an_enumeration_is_read_as_text(tmp_path: Path) -> None:
    cell = "CAST('2' AS ENUM ('0', '1', '2'))"
    assert scored(write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {nine(cell)}"))[0][0]["total"] == "2"


def test_true_and_false_are_no_answers(tmp_path: Path) -> None:
    rows, outcome = scored(write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {nine('true')}"))
    assert (rows[0]["total"], outcome.rejections[0].column) == ("", "题1")


@pytest.mark.parametrize("cell", ["DATE '2025-01-01'", "[1, 2]", "{'a': 1}", "'x'::BLOB"])
def test_a_column_of_another_kind_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(TableError, match="题1"):
        scored(write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {nine(cell)}"))
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("recode", [{"1": "0", "2": "1", "3": "2", "4": "3"}, {"1": "3", "2": "2", "3": "1", "4": "0"}])
def test_codes_are_brought_home(tmp_path: Path, recode: dict[str, str]) -> None:
    for type in ("INTEGER", "DOUBLE", "VARCHAR"):
        cells = nine(f"CAST(4 AS {type})", f"CAST(1 AS {type})")
        rows, _ = scored(write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {cells}"), recode=recode)
        assert rows[0]["total"] == str(int(recode["4"]) + 8 * int(recode["1"]))


def test_declared_blanks_are_not_rejected(tmp_path: Path) -> None:
    source = write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS 编号, {nine('9')}")
    rows, outcome = scored(source, recode={"9": ""})
    assert (rows[0]["status"], outcome.rejections) == ("incomplete", ())


@pytest.mark.parametrize("name", ["a[1].parquet", "a*.parquet", "a?.parquet", "it's.parquet", "答 案.parquet"])
def test_any_file_name_is_that_file(tmp_path: Path, name: str) -> None:
    write_parquet(tmp_path / "a1.parquet", f"SELECT 1 AS 编号, {nine('3')}")
    assert scored(write_parquet(tmp_path / name, f"SELECT 1 AS 编号, {nine('2')}"))[0][0]["total"] == "2"


def test_order_and_ids_of_many_rows_are_kept(tmp_path: Path) -> None:
    source = write_parquet(
        tmp_path / "a.parquet", f"SELECT 300000 - range AS 编号, {nine('range % 4')} FROM range(300000)"
    )
    rows, outcome = scored(source)
    assert outcome.rows == 300_000
    assert all(int(row["编号"]) == 300_000 - number for number, row in enumerate(rows))
    assert all(int(row["total"]) == number % 4 for number, row in enumerate(rows))


def test_a_file_damaged_in_its_middle_is_refused(tmp_path: Path) -> None:
    source = write_parquet(tmp_path / "a.parquet", f"SELECT range AS 编号, {nine('range % 4')} FROM range(5000)")
    content = bytearray(source.read_bytes())
    content[10:-2000] = b"x" * len(content[10:-2000])
    source.write_bytes(content)
    with pytest.raises(TableError, match="没有写出结果"):
        scored(source)
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("id", ["DATE '2025-01-01'", "1.5", "123456789012345678901::HUGEINT", "'nan'::DOUBLE", "[1]"])
def test_an_id_of_any_type_can_go_to_a_workbook(tmp_path: Path, id: str) -> None:
    source = write_parquet(tmp_path / "a.parquet", f"SELECT {id} AS 编号, {nine('1')}")
    outcome = score_table(shipped("phq_9"), source, tmp_path / "o.xlsx", columns=NINE, id_column="编号")
    assert outcome.rows == 1


@pytest.mark.parametrize("type", ["INTEGER", "DOUBLE"])
def test_numbers_where_words_are_the_codes_are_impossible(tmp_path: Path, type: str) -> None:
    columns = [f"q{number}" for number in range(1, 13)]
    cells = ", ".join(f"CAST(1 AS {type}) AS {column}" for column in columns)
    source, out = write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS id, {cells}"), tmp_path / "o.csv"
    instrument = read(like_mht())
    outcome = score_table(instrument, source, out, columns=columns, id_column="id")
    assert len(outcome.rejections) == 12
    words = {"1": "yes", "0": "no"}
    outcome = score_table(instrument, source, out, columns=columns, id_column="id", recode=words)
    assert outcome.rejections == ()
    assert read_text(out)[0]["alerts"] == "wish_to_die"
