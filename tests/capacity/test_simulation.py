"""The queue agrees with Erlang's formula, never helps by taking away, and says so when it can only grow."""

import math
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.waiting import erlang_wait, past, simulated_wait
from tongxin.capacity.hiding import hide_small, hide_table
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


@given(st.lists(st.integers(0, 40), max_size=8))
def test_no_single_cell_is_hidden_beside_a_total(numbers: list[int]) -> None:
    found = hide_small(numbers, under=5)
    assert all(shown in (None, number) for shown, number in zip(found, numbers, strict=True))
    assert all(shown is None for shown, number in zip(found, numbers, strict=True) if 0 < number < 5)
    assert found.count(None) != 1 or len(numbers) == 1


@pytest.mark.parametrize(("parts", "most"), [(1, 14), (2, 14), (3, 12)])
def test_nobody_who_knows_how_it_is_hidden_can_work_a_small_number_out(parts: int, most: int) -> None:
    alike = defaultdict(list)
    for numbers in product(range(most), repeat=parts):
        total, shown = hide_table([[each] for each in numbers], [sum(numbers)], under=5, is_total_told=False)
        alike[(total[0], *(each for (each,) in shown))].append(numbers)
    for (_total, *cells), tables in alike.items():
        for at, each in enumerate(cells):
            if each is None and 0 < tables[0][at] < 5:
                assert len({numbers[at] for numbers in tables}) > 1, (cells, tables)


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), max_size=4))
def test_a_table_hides_what_its_sums_would_tell(parts: list[list[int]]) -> None:
    sums = [sum(row[at] for row in parts) for at in range(3)]
    told, shown = hide_table(parts, sums, under=5)
    assert all(given is None or given == real for row, real_row in zip(shown, parts, strict=True)
               for given, real in zip(row, real_row, strict=True))
    for at in range(3):
        inside = [each[at] for each in (*shown, told) if parts]
        assert inside.count(None) != 1, "one hidden cell is the difference of the others"
    assert told.count(None) != 1
