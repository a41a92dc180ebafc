"""Who lives with whom, from–to."""

from datetime import timedelta

import pytest

from tests import world
from tongxin.people.models import Child, Household
from tongxin.people.services import join_household, leave_household
from tongxin.people.siblings import living_with

pytestmark = pytest.mark.django_db
LATER = world.START + timedelta(days=30)


def siblings(child: Child) -> set[Child]:
    return set(living_with(Child.objects.get(id=child.id)))


def test_a_child_alone_lives_with_nobody(cast: world.World) -> None:
    cast.child("小雪")
    assert siblings(cast.child()) == set()


def test_children_of_one_household_live_with_each_other(cast: world.World) -> None:
    one, two, three, other = (cast.child(name) for name in ("小雨", "小雪", "小风", "小云"))
    household = join_household(children=[one, two], actor=cast.viewer("周主任"), at=world.START)
    join_household(children=[three], actor=cast.viewer("周主任"), at=world.START, household=household)
    assert siblings(one) == {two, three} and siblings(three) == {one, two}
    assert siblings(other) == set()
    assert household.village_id == one.village_id


def test_joining_twice_is_one_membership(cast: world.World) -> None:
    one, two = cast.child(), cast.child("小雪")
    household = join_household(children=[one, two], actor=cast.viewer("周主任"), at=world.START)
    join_household(children=[one, two], actor=cast.viewer("周主任"), at=LATER, household=household)
    assert household.memberships.count() == 2


def test_who_moves_to_another_household_has_left_the_first(cast: world.World) -> None:
    one, two, three = (cast.child(name) for name in ("小雨", "小雪", "小风"))
    first = join_household(children=[one, two], actor=cast.viewer("周主任"), at=world.START)
    join_household(children=[two, three], actor=cast.viewer("周主任"), at=LATER)
    assert siblings(one) == set() and siblings(two) == {three}
    assert first.memberships.get(child=two).to_on == LATER.date()
    assert first.memberships.get(child=one).to_on is None
    assert Household.objects.count() == 2


def test_who_leaves_lives_with_nobody_and_that_they_did_stays_on_record(cast: world.World) -> None:
    one, two = cast.child(), cast.child("小雪")
    household = join_household(children=[one, two], actor=cast.viewer("周主任"), at=world.START)
    leave_household(child=two, actor=cast.viewer("周主任"), at=LATER)
    assert siblings(one) == set() and siblings(two) == set()
    span = household.memberships.get(child=two)
    assert (span.from_on, span.to_on) == (world.START.date(), LATER.date())
