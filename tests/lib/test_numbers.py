"""Numbers and days from outside: within bounds or none, whatever was written."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.lib.numbers import FIRST, LAST, MOST, day_in, month_in, number_in

DIGITS = st.text(st.characters(categories=["Nd", "No"]), max_size=30)


@given(st.one_of(st.text(), DIGITS, st.from_regex(r"[0-9]{0,30}", fullmatch=True)), st.integers(0, MOST))
def test_a_number_is_within_its_bounds_or_none(text: str, most: int) -> None:
    found = number_in(text, most=most)
    assert found is None or (0 <= found <= most and found == int(text))


@given(st.integers(0, MOST))
def test_every_number_within_the_bounds_is_read(number: int) -> None:
    assert number_in(str(number)) == number
    assert number_in(str(number), most=number) == number
    assert number_in(str(number + 1), most=number) is None


@pytest.mark.parametrize("text", ["9" * 5000, "²", "٣", "３", "", " 3", "-1", "+1", "1_0", "1.0", "0x1", "\x00"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_in(text) is None


@given(st.one_of(st.text(), DIGITS, st.from_regex(r"\d{4}-\d{2}-\d{2}", fullmatch=True)))
def test_a_day_is_within_its_bounds_or_none(text: str) -> None:
    found = day_in(text)
    assert found is None or (FIRST <= found <= LAST and found.isoformat() == text)


@given(st.dates(FIRST, LAST))
def test_every_day_within_the_bounds_is_read_and_can_be_reckoned_on(day: date) -> None:
    assert day_in(day.isoformat()) == day
    assert month_in(f"{day:%Y-%m}") == day.replace(day=1)
    for hours in (-14, 14):
        moment = datetime.combine(day, time(), timezone(timedelta(hours=hours)))
        assert (moment - timedelta(days=366)).astimezone(UTC) < (moment + timedelta(days=366)).astimezone(UTC)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1899-12-31", "2200-01-01", "2025-02-30", "2025-W01-1",
                                  "20250101", "", "²", "9" * 5000])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_in(text) is None


@pytest.mark.parametrize("text", ["9999-12", "0001-01", "2025-13", "2025", "²", "9" * 5000, "2025-09-01"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_in(text) is None
