from typing import Any

from tests.intake.reading.files import XIAOFENG, XIAOYU, number, read, table, workbook

YU, FENG = number(XIAOYU), number(XIAOFENG)
HEAD = ("姓名", "身份证号", "出生日期", "家庭住址", "监护人", "联系电话")
HOME = "凤城街道东升社区"


def child(
    name: str, id_no: Any, birth: str = "2015-03-04", home: str = HOME, carer: str = "周某", phone: str = "1"
) -> list[Any]:
    return [name, id_no, birth, home, carer, phone]


def firsts(*rows: list[Any]) -> list[int | None]:
    return [row.duplicate_of[1] if row.duplicate_of else None for row in table(HEAD, *rows)]


def test_one_sound_number_is_one_child() -> None:
    assert firsts(child("小雨", YU), child("小风", FENG, "2012-11-11"), child("小 雨", YU.lower())) == [
        None,
        None,
        2,
    ]


def test_a_third_listing_points_to_the_first() -> None:
    assert firsts(child("小雨", YU), child("小雨", YU), child("小雨", YU)) == [None, 2, 2]


def test_a_row_without_a_name_is_known_by_its_number() -> None:
    assert firsts(child("", YU), child("小雨", YU)) == [None, 2]


def test_without_a_number_name_birth_and_one_thing_more_must_agree() -> None:
    assert firsts(child("小雨", ""), child("小雨", YU)) == [None, 2]
    assert firsts(child("小雨", YU), child("小雨", "", home="雪野街道李家庄村", carer="林某")) == [None, 2]
    other = child("小雨", "", home="雪野街道李家庄村", carer="林某", phone="2")
    assert firsts(child("小雨", YU), other) == [None, None]
    assert firsts(child("小雨", ""), child("小雨", "", birth="2015-03-05")) == [None, None]


def test_a_number_with_lost_digits_does_not_hide_a_double() -> None:
    assert firsts(child("小雨", YU), child("小雨", float(XIAOYU + "0"))) == [None, 2]


def test_twins_are_two_children() -> None:
    twin = number(XIAOYU[:-1] + "4")
    assert firsts(child("小雨", YU), child("小雪", twin)) == [None, None]
    assert firsts(child("小雨", ""), child("小雪", "")) == [None, None]


def test_two_sound_numbers_are_two_children_even_of_one_name() -> None:
    assert firsts(child("小雨", YU), child("小雨", number(XIAOYU[:-1] + "4"))) == [None, None]


def test_a_double_is_found_across_sheets() -> None:
    sheets = {"甲": [HEAD, child("小雨", YU)], "乙": [HEAD, child("小雨", YU)]}
    rows = read(workbook(sheets))
    assert rows[1].duplicate_of == ("甲", 2)
    assert rows[1].problems == ("duplicate",)
