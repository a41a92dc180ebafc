"""A danger about the home concerns every child who lives there (spine A10)."""

import pytest

from tests.flows.story import Story
from tongxin.people.services import join_household

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(story: Story) -> tuple[Story, Story]:
    """Two sisters in one household."""
    sister = Story(story.world, story.world.child("小雪", birth="2015-06-01"))
    join_household(children=[story.child, sister.child], actor=story.world.viewer("周主任"), at=story.at)
    return story, sister


@pytest.mark.parametrize("danger", ["harmed", "unguarded", "life_threat"])
def test_a_danger_at_home_opens_a_check_for_each_sibling(family: tuple[Story, Story], danger: str) -> None:
    here, there = family
    here.record("visit_record", "周主任", **{danger: "yes"})
    task = there.task("household_check")
    assert (task.is_urgent, there.owner("household_check")) == (True, "周主任")
    assert not there.case.in_crisis and not here.tasks("household_check")
    there.at = here.at
    there.rebuilt_equal()
    here.rebuilt_equal()


def test_a_danger_in_the_child_alone_opens_none(family: tuple[Story, Story]) -> None:
    here, there = family
    here.record("visit_record", "周主任", wish_to_die="yes")
    assert not there.tasks("household_check")


def test_only_a_check_that_saw_the_child_is_done(family: tuple[Story, Story]) -> None:
    here, there = family
    here.record("visit_record", "周主任", harmed="yes")
    there.at = here.at
    there.record("household_check", "周主任", result="not_found", seen_in_person="no", whereabouts="外婆家")
    assert there.tasks("household_check")
    there.record("household_check", "周主任", result="safe", seen_in_person="yes")
    assert not there.tasks("household_check")


def test_danger_found_at_the_check_is_a_crisis_of_its_own(family: tuple[Story, Story]) -> None:
    here, there = family
    here.record("visit_record", "周主任", harmed="yes")
    there.at = here.at
    there.record("household_check", "周主任", result="in_danger", seen_in_person="yes", done="已带离")
    assert there.case.in_crisis
    assert here.tasks("household_check")


def test_a_child_who_left_the_household_is_not_checked(family: tuple[Story, Story]) -> None:
    here, there = family
    join_household(children=[there.child], actor=here.world.viewer("周主任"), at=here.at)
    here.record("visit_record", "周主任", harmed="yes")
    assert not there.tasks("household_check")
