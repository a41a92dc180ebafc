from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.reading.files import TODAY
from tongxin.intake.reading.dates import Birth, read_birth

births = st.dates(date(1926, 1, 1), TODAY)


def read(cell: object) -> Birth:
    return read_birth(cell, today=TODAY)  # type: ignore[arg-type]


@given(births)
def test_every_habit_gives_the_same_day(born: date) -> None:
    y, m, d = born.year, born.month, born.day
    wide = "".join(chr(ord(character) + 0xFEE0) for character in f"{y}-{m}-{d}")
    habits: list[object] = [
        f"{y}.{m}.{d}", f"{y}-{m:02}-{d:02}", f"{y}年{m}月{d}日", f"{y}{m:02}{d:02}",
        f"{y}/{m}/{d}", wide,
        f" {y} . {m} . {d} ", f"{y}年{m}月{d}号", f"{y}-{m:02}-{d:02} 00:00:00",
        f"{y}、{m}、{d}", f"{y}.{m}.{d}生",
        born, datetime.combine(born, time()), float(f"{y}{m:02}{d:02}"),
    ]  # fmt: skip
    for written in habits:
        assert read(written).day == born, written


@given(st.dates(date(1930, 1, 1), TODAY))
def test_a_serial_number_is_its_day(born: date) -> None:
    assert read(float((born - date(1899, 12, 30)).days)).day == born
    assert read(str((born - date(1899, 12, 30)).days)).day == born


def test_numerals_in_characters_are_read() -> None:
    assert read("二〇一四年十二月二十三日").day == date(2014, 12, 23)
    assert read("二零一四年十月十日").day == date(2014, 10, 10)


@pytest.mark.parametrize(
    "written",
    [
        "2015-02-30",
        "2015.13.1",
        "2031.1.1",
        "1899年1月1日",
        "20151301",
        "看不清",
        "12/11/2015",
        "1/2/13",
        0.5,
        1e9,
    ],
)
def test_what_cannot_be_is_impossible(written: object) -> None:
    assert read(written).state == "impossible"


def test_the_borders_of_what_can_be() -> None:
    assert read(TODAY).day == TODAY
    assert read("2025-12-31").state == "impossible"
    assert read("1905-01-01").day == date(1905, 1, 1)
    assert read("1904-12-31").state == "impossible"


def test_a_month_is_kept_as_a_month() -> None:
    for written in ("2017.11", "2017年11月", "201711", "2017-11", 2017.11):
        assert (read(written).day, read(written).month()) == (None, "2017-11")
    assert read("2017年").state == "year"


def test_a_number_that_lost_its_last_nought_is_january_or_october() -> None:
    """A number cell shows 2017.10 as 2017.1."""
    assert read(2017.1).months == (1, 10)
    assert read(2017.1).month() is None
    assert read(2017.1).admits(date(2017, 10, 5)) and not read(2017.1).admits(date(2017, 11, 5))


@pytest.mark.parametrize("written", ["农历2014年5月6日", "2014年腊月初八", "阴历2014.5.6"])
def test_the_lunar_calendar_is_not_converted(written: str) -> None:
    assert read(written).state == "lunar"
    assert read(written).day is None


@pytest.mark.parametrize("written", ["", "不详", "/", None, "  "])
def test_nothing_is_missing_not_impossible(written: object) -> None:
    assert read(written).state == "missing"
