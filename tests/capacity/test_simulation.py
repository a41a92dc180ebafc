"""The queue agrees with Erlang's formula, never helps by taking away, and says so when it can only grow."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.waiting import erlang_wait, past, simulated_wait
from tongxin.capacity.simulation import DAY, Course, Past, Plan, estimate, waits

FEW = Plan(warm=2, run=4, after=8, times=20, seed=1)


# Below the loads of the benchmark, where a mean settles within these many people.
@pytest.mark.parametrize(("rate", "served", "counters"), [(0.6, 1.0, 1), (1.2, 1.0, 2), (3.0, 1.0, 5)])
def test_is_the_queue_of_the_formula(rate: float, served: float, counters: int) -> None:
    known = erlang_wait(rate, served, counters)
    assert simulated_wait(rate, served, counters, people=60_000, seed=3) == pytest.approx(known, rel=0.08)


def test_waits_for_opening_hours_and_for_whoever_came_before() -> None:
    spans = [(540.0, 660.0), (DAY + 540.0, DAY + 660.0)]
    found = waits([0.0, 0.0, 0.0], [Course((60.0,))] * 3, [spans], until=math.inf)
    assert found == [540.0, 600.0, DAY + 540.0]
    assert waits([0.0], [Course((121.0,))], [spans], until=math.inf) == [None]


def test_a_course_comes_back_after_its_gap() -> None:
    found = waits([0.0, 61.0], [Course((60.0, 60.0), (5.0,)), Course((10.0,))], [[(0.0, 200.0)]], until=math.inf)
    assert found == [0.0, 0.0]
    found = waits([0.0, 66.0], [Course((60.0, 60.0), (5.0,)), Course((10.0,))], [[(0.0, 200.0)]], until=math.inf)
    assert found == [0.0, 59.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=1, max_size=30), st.integers(1, 4), st.floats(1, 40))
def test_another_counter_never_makes_anybody_wait_longer(asked: list[float], counters: int, length: float) -> None:
    when = sorted(asked)
    same = [Course((length,))] * len(when)
    few, many = (
        waits(when, same, [[(0.0, math.inf)]] * each, until=math.inf) for each in (counters, counters + 1)
    )
    assert all((two or 0) <= (one or 0) + 1e-6 for one, two in zip(few, many, strict=True))


def test_the_same_question_has_the_same_answer_and_more_people_less_wait() -> None:
    here = past(new=14)
    there = Past(here.weeks, here.courses, (*here.counters, *here.counters[:4]))
    assert estimate(here, FEW) == estimate(here, FEW)
    assert estimate(there, FEW).median <= estimate(here, FEW).median
    assert here.load > there.load


def test_a_queue_that_can_only_grow_says_so() -> None:
    here = past(new=30)
    found = estimate(Past(here.weeks, here.courses, here.counters[:3]), FEW)
    assert found.load > 1 and found.late > 0 and found.median > 30
