"""Two records of one child laid together: nothing that stands in either is lost, and nothing counts as less."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given

from tests.core.twins.lives import LIVES
from tests.core.twins.test_pathway_twin import random_lives, the_calendar, the_pathway
from tongxin.core.pathway import CaseState, Fact, Record, fold, fold_together, plan

Life = tuple[tuple[Fact, ...], datetime]
WAITING = ("flags", "rights", "heard", "held", "household_checks", "reports")


def alone(facts: tuple[Fact, ...], on: datetime) -> CaseState:
    return fold(facts, pathway=the_pathway(), calendar=the_calendar(), on=on)


def renamed(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The same life in another file: ids of its own."""
    return tuple(
        replace(each, id=f"o{each.id}", supersedes=each.supersedes and f"o{each.supersedes}") for each in facts
    )


def together(kept: tuple[Fact, ...], other: tuple[Fact, ...], on: datetime) -> CaseState:
    """Joined now, with all that either knows."""
    record = Record(other, other[-1].seq if other else 0)
    return fold_together(
        kept, [(record, kept[-1].seq)], pathway=the_pathway(), calendar=the_calendar(), on=on
    )


@random_lives
@given(LIVES)
def test_a_file_without_anything_in_it_changes_nothing(one: Life) -> None:
    facts, on = one
    state, both = alone(facts, on), together(facts, (), on)
    assert (both.stage, both.is_open, both.level, both.in_crisis) == (
        state.stage, state.is_open, state.level, state.in_crisis
    )
    assert {each.key for each in plan(both, calendar=the_calendar())} == {
        each.key for each in plan(state, calendar=the_calendar())
    }


@random_lives
@given(LIVES, LIVES)
def test_nothing_that_stands_in_either_is_lost_and_nothing_counts_as_less(one: Life, two: Life) -> None:
    on = max(one[1], two[1])
    kept, other = one[0], renamed(two[0])
    left, right, both = alone(kept, on), alone(other, on), together(kept, other, on)
    rank = the_pathway().rank_of
    assert rank(both.grades.effective) >= max(rank(left.grades.effective), rank(right.grades.effective))
    assert both.in_crisis == (left.in_crisis or right.in_crisis)
    assert both.is_open >= (left.is_open or right.is_open)
    for side in (left, right):
        opened = {key for key, alarm in side.alarms.alarms.items() if alarm.is_open}
        assert opened <= {key for key, alarm in both.alarms.alarms.items() if alarm.is_open}
        for name in WAITING:
            assert set(getattr(side, name)) <= set(getattr(both, name)), name
        assert side.is_concern <= both.is_concern and side.staff_concern <= both.staff_concern
        assert {key for key, each in side.referrals.items() if each.is_open} <= {
            key for key, each in both.referrals.items() if each.is_open
        }
    if both.is_open and both.stage:
        assert plan(both, calendar=the_calendar())
