"""The definition's words on cases: 场次, 人次, 人; and which numbers are asked about."""

from hypothesis import given
from hypothesis import strategies as st

from tongxin.activities.counting import Figures, Held, attended, count
from tongxin.activities.doubts import Question, raised

TIMES = st.lists(st.builds(
    Held, st.none() | st.integers(1, 500), st.none() | st.integers(0, 50), st.integers(0, 99), st.integers(0, 9),
    st.lists(st.integers(0, 12), max_size=8).map(tuple),
))


def test_a_child_twice_on_one_day_is_one_person_and_two_attendances() -> None:
    assert count([Held(None, None, 0, 0, ("a",)), Held(None, None, 0, 0, ("a",))]) == Figures(2, 2, 1)


def test_the_number_written_down_stands_before_sign_ins_and_never_below_the_list() -> None:
    assert attended(Held(20, 3, 9, 9, ("a", "b"))) == 20
    assert attended(Held(1, 0, 9, 9, ("a", "b"))) == 2
    assert attended(Held(None, None, 9, 4, ("a", "b"))) == 11


@given(TIMES, TIMES)
def test_attendances_add_up_and_people_are_no_more_than_apart(one: list[Held], two: list[Held]) -> None:
    both, apart = count([*one, *two]), count(one) + count(two)
    assert (both.sessions, both.attendances) == (apart.sessions, apart.attendances) and both.people <= apart.people


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_number_over_its_line_is_asked_about(number: int, line: int) -> None:
    over = [Question("a", "came", "{n} {limit}", line, "", 1)]
    against = [Question("b", "came", "{n} {limit}", 0, "expected", 3)]
    assert bool(raised(over, {"came": number})) == (number > line)
    assert bool(raised(against, {"came": number, "expected": line})) == (number > 3 * line)
    assert not raised(against, {"came": number, "expected": None}) and not raised(over, {"came": None})
