import csv
import io
from pathlib import Path

import pytest

from tests.intake.reading.files import LAIWU, SAMPLES, TODAY, XIAOYU, number, read
from tongxin.intake.reading import RosterError, open_roster, read_workbook

YU = number(XIAOYU)
ROWS = [
    ["莱芜区困境儿童花名册", "", "", ""],
    ["姓名", "身份证号", "家庭住址", "备注"],
    ["小雨", YU, "凤城街道东升社区", "喜欢画画, 爱笑"],
    ["阿依古丽·买买提", "", "雪野街道李家庄村", "第一行\n第二行"],
]


def text(delimiter: str = ",", newline: str = "\r\n") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(ROWS)
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = read(text(delimiter).encode(encoding), name="花名册.csv")
    assert [(row.row, row.name, row.division_code) for row in rows] == [
        (3, "小雨", "370116001001"),
        (4, "阿依古丽·买买提", "370116008243"),
    ]
    assert rows[0].others["remark"] == "喜欢画画, 爱笑"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_way_to_end_a_line(newline: str) -> None:
    assert len(read(text(newline=newline).encode(), name="花名册.txt")) == 2


def test_a_name_outside_the_common_characters_survives() -> None:
    assert read("姓名,性别\n𬭊䶮,女\n".encode("gb18030"), name="花名册.csv")[0].name == "𬭊䶮"


def test_numbers_guarded_against_spreadsheets_are_read() -> None:
    content = f'姓名,身份证号,电话\n小雨,"=""{YU}""",\'13900000001\n小风,\t{YU[:-1]},\n'.encode()
    first, second = read(content, name="花名册.csv")
    assert (first.id_no, first.phone) == (YU, "13900000001")
    assert second.problems[0] == "id_check_digit"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("姓名,性别\n小\x00雨,女\n".encode(), "NUL"),
        (b"\xff\xfe\x00", "编码"),
        ("姓名,性别\n小雨,女\n".encode("gb18030") + b"\x81\xff\xff", "编码"),
        (bytes(range(128, 256)) * 20, "编码"),
        (("姓名,性别\n" + "雨" * 200_000 + ",女\n").encode(), "读不下去"),
        (("姓名,性别" + "," * 300 + "\n小雨,女\n").encode(), "列"),
    ],
)
def test_what_is_no_text_table_is_refused_at_its_line(content: bytes, words: str) -> None:
    with pytest.raises(RosterError, match=words) as caught:
        read(content, name="花名册.csv")
    assert "花名册.csv" in caught.value.place


@pytest.mark.parametrize("name", ["small.xls", "small.et"])
def test_older_spreadsheets_are_read(name: str) -> None:
    roster = open_roster(SAMPLES / name)
    rows = list(roster.rows(today=TODAY))
    assert (roster.workbook.kind, roster.county) == ("xls", LAIWU)
    assert [row.division_code for row in rows] == ["370116006227", "370116008218", "370116001001"]
    assert [str(row.birth) for row in rows] == ["2017-11-09", "2014-05-26", "None"]
    assert [row.phone for row in rows] == ["13900000001", "13900000002", None]


def test_open_documents_are_read() -> None:
    rows = list(open_roster(SAMPLES / "small.ods", county=LAIWU).rows(today=TODAY))
    assert [row.division_code for row in rows] == ["370116006227"]


def test_the_suffix_says_nothing(tmp_path: Path) -> None:
    renamed = tmp_path / "花名册.csv"
    renamed.write_bytes((SAMPLES / "small.xls").read_bytes())
    assert read_workbook(renamed).kind == "xls"
