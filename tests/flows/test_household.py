"""Children who live together: registered once, and a danger about the home opens a check for each."""

from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tongxin.cases.models import Task
from tongxin.flows.rebuild import differences
from tongxin.flows.refusals import Refused
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(hours=2)


@pytest.fixture
def cast() -> world.World:
    return world.build()


def together(cast: world.World, child: Child, other: str, *, by: str = "周主任", yes: str = "yes", at=AT):
    answers = fill(child, "household_members", at, sibling_file_no=other, lives_together=yes)
    return cast.record(child, "household_members", answers, by=by, at=at)


def test_both_children_are_in_one_household_and_both_files_say_so(cast: world.World) -> None:
    first, second = cast.child("小雨"), cast.child("小雪")
    together(cast, first, second.file_no.lower())
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.household_id == second.household_id is not None
    assert list(differences(at=AT)) == []


def test_a_danger_in_the_home_is_looked_into_for_the_sibling(cast: world.World) -> None:
    first, second = cast.child("小雨"), cast.child("小雪")
    together(cast, first, second.file_no)
    first.refresh_from_db()
    later = AT + timedelta(hours=1)
    cast.record(first, "visit_record", fill(first, "visit_record", later, harmed="yes"), by="周主任", at=later)
    assert Task.objects.filter(case_id=second.id, step="household_check", state="open").exists()


def test_who_moved_out_is_no_longer_of_the_household(cast: world.World) -> None:
    first, second = cast.child("小雨"), cast.child("小雪")
    together(cast, first, second.file_no)
    together(cast, first, second.file_no, yes="no", at=AT + timedelta(hours=1))
    second.refresh_from_db()
    assert second.household_id is None
    assert second.memberships.get().to_on is not None


@pytest.mark.parametrize("number", ["T0000-00000", "", "own", "elsewhere"])
def test_a_number_that_nobody_here_has_is_refused_at_its_place(cast: world.World, number: str) -> None:
    first = cast.child("小雨")
    elsewhere = cast.child("小山", by="陈督导", village="510104017001")
    wanted = {"own": first.file_no, "elsewhere": elsewhere.file_no}.get(number, number)
    with pytest.raises(Refused) as refused:
        together(cast, first, wanted)
    assert refused.value.problems[0].path == "sibling_file_no"
    assert Child.objects.get(id=first.id).household_id is None
