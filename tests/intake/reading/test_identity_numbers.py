from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.reading.files import TODAY, XIAOYU, number
from tongxin.intake.reading.identity import check_digit, read_id

SOUND = number(XIAOYU)
births = st.dates(date(1930, 1, 1), TODAY)
firsts = st.builds(lambda born, order: f"370116{born:%Y%m%d}{order:03}", births, st.integers(1, 999))


@given(firsts)
def test_a_number_with_its_check_digit_is_sound_and_tells_birth_and_sex(first: str) -> None:
    read = read_id(number(first), today=TODAY)
    assert (read.state, read.text) == ("valid", number(first))
    assert f"{read.birth:%Y%m%d}" == first[6:14]
    assert read.sex == ("male" if int(first[16]) % 2 else "female")


@given(firsts, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(first: str, place: int, shift: int) -> None:
    sound = number(first)
    wrong = sound[:place] + str((int(sound[place]) + shift) % 10) + sound[place + 1 :]
    assert read_id(wrong, today=TODAY).state in ("broken", "lost")


@given(firsts, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_noticed(first: str, place: int) -> None:
    sound = number(first)
    swapped = sound[:place] + sound[place + 1] + sound[place] + sound[place + 2 :]
    assert swapped == sound or read_id(swapped, today=TODAY).state != "valid"


@given(firsts)
def test_full_width_gaps_and_a_small_x_change_nothing(first: str) -> None:
    sound = number(first)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in sound)
    for written in (
        wide,
        f" {sound[:6]} {sound[6:]}\u3000",
        f"\u00a0{sound.lower()}",
        f"'{sound}",
        f'="{sound}"',
    ):
        assert read_id(written, today=TODAY).text == sound


@given(firsts)
def test_a_number_cell_is_never_taken_for_an_identity_number(first: str) -> None:
    cell = float(first + "0")
    assert read_id(cell, today=TODAY).state == "lost"
    assert read_id(cell, today=TODAY).text is None


@pytest.mark.parametrize("written", ["3.70116E+17", "3.70116202008177e+17", "370116202008177000"])
def test_text_left_over_from_a_number_cell_has_lost_its_digits(written: str) -> None:
    assert read_id(written, today=TODAY).state == "lost"


@pytest.mark.parametrize("written", ["", "  ", "无", "未上户", "/", "—", None, "暂无"])
def test_words_for_nothing_are_no_number(written: str | None) -> None:
    assert read_id(written, today=TODAY).state == "missing"


@pytest.mark.parametrize("written", ["370116150304002", "37011620150304", "T370112345", SOUND + "1"])
def test_other_numbers_are_kept_as_written_and_doubted(written: str) -> None:
    read = read_id(written, today=TODAY)
    assert (read.state, read.text) == ("broken", written)


def test_a_pupil_number_holds_the_identity_number() -> None:
    assert read_id("G" + SOUND, today=TODAY).text == SOUND


def test_a_birth_that_is_still_to_come_or_never_was_is_not_sound() -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert read_id(number(f"370116{tomorrow:%Y%m%d}001"), today=TODAY).state == "broken"
    assert read_id(number("37011620150230001"), today=TODAY).state == "broken"
    assert read_id(number("99011620150304001"), today=TODAY).state == "broken"


def test_the_standards_own_example() -> None:
    assert check_digit("11010519491231002") == "X"
