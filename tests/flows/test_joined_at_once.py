"""Two at once about one child with two files: nothing waits for ever, nothing is lost, and parting gives both back."""

from collections.abc import Callable

import pytest

from tests import world
from tests.flows.story import Story
from tests.flows.test_concurrent import at_once, recording
from tongxin.comparisons.models import Joining
from tongxin.flows import joining
from tongxin.flows.invariants import breaches
from tongxin.flows.rebuild import differences_of
from tongxin.flows.refusals import Refused
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> world.World:
    """Written for good, for each thread sees it over a connection of its own."""
    return world.build()


@pytest.fixture
def two(cast: world.World) -> tuple[Story, Story]:
    return Story(cast, cast.child("小雨")), Story(cast, cast.child("小玉", by="王督导", village="370116001020"))


def joins(one: Story, other: Story, by: str) -> Callable[[], object]:
    def act() -> object:
        try:
            return joining.propose(
                kept_id=one.child.id, other_id=other.child.id, taken=(), actor=one.world.viewer(by, one.at), at=one.at
            )
        except Refused as refused:
            return refused

    return act


def whole(*stories: Story) -> None:
    assert not [each for each in breaches(at=stories[0].at) if each.count]
    for each in stories:
        assert differences_of(Child.objects.get(id=each.child.id), at=each.at) == []


@pytest.mark.parametrize("number", range(3))
def test_both_ways_at_once_join_once(two: tuple[Story, Story], number: int) -> None:
    here, there = two
    at_once(joins(here, there, "郑管理"), joins(there, here, "王督导"), joins(here, there, "王督导"))
    assert Joining.objects.filter(state=Joining.STANDING).count() == 1
    whole(*two)


@pytest.mark.parametrize("number", range(3))
def test_dangers_told_in_both_files_while_they_are_parted(two: tuple[Story, Story], number: int) -> None:
    here, there = two
    row = joins(here, there, "郑管理")()
    assert isinstance(row, Joining) and row.state == Joining.STANDING

    def part() -> object:
        return joining.undo(joining_id=row.id, actor=here.world.viewer("郑管理", here.at), at=here.at)

    before = Entry.objects.count()
    at_once(
        recording(here, "crisis_report", "王督导"), recording(there, "crisis_report", "王督导"), part,
        recording(here, "grade_raise", "林社工", level="mid_high", reason="变差"),
    )
    assert Entry.objects.filter(kind="crisis_report").count() == 2 and Entry.objects.count() >= before + 3
    assert here.case.in_crisis and there.case.in_crisis
    here.at = there.at = max(here.case.derived_at, there.case.derived_at)
    whole(*two)
