"""Two files joined are one child: counted once, one case that leads, and each file as it was after parting."""

from datetime import timedelta
from typing import Any

import pytest

from tests.flows.story import Story
from tests.flows.test_joining import join, standing, undo
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Alarm, Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.comparisons.models import Joining
from tongxin.flows import joining
from tongxin.flows.derive import derive_again
from tongxin.flows.invariants import breaches
from tongxin.flows.joined import STILL_OPEN
from tongxin.flows.rebuild import differences_of
from tongxin.flows.repair import derive_silently
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(story: Story) -> tuple[Story, Story]:
    """One child with two files: opened in 东升, and once more in 北坦."""
    other = story.world.child("小玉", by="王督导", village="370116001020", phone="13900000001")
    return story, Story(story.world, other)


def joined(here: Story, there: Story) -> Joining:
    """Joined, by two people where that is asked."""
    here.at = there.at = max(here.at, there.at)
    row = join(here, there)
    if row.state == Joining.PROPOSED:
        row = joining.confirm(joining_id=row.id, actor=here.world.viewer("王督导", here.at), at=here.at)
    return row


def live(*stories: Story) -> list[str]:
    rows = Task.objects.filter(case_id__in=[each.child.id for each in stories], state__in=LIVE)
    return sorted(rows.values_list("step", flat=True))


def whole(*stories: Story) -> None:
    """No promise broken, and the record gives what is stored."""
    assert not [each for each in breaches(at=stories[0].at) if each.count]
    for story in stories:
        assert differences_of(Child.objects.get(id=story.child.id), at=story.at) == []


def test_a_child_with_two_files_has_one_case_and_each_need_once(two: tuple[Story, Story]) -> None:
    here, there = two
    assert live(*two) == ["identify", "identify"]
    row = joined(here, there)
    assert live(*two) == ["identify"]
    assert [case.id for case in Case.objects.filter(goes_on__isnull=True)] == [here.child.id]
    whole(*two)
    undo(row, here)
    assert live(*two) == ["identify", "identify"]
    whole(*two)


def test_a_crisis_of_the_other_file_stands_in_the_kept_one(two: tuple[Story, Story]) -> None:
    here, there = two
    there.record("crisis_report", "王督导")
    before = [standing(each.child, here.at) for each in two]
    steps = {step for step in live(there) if step.startswith("crisis.")}
    row = joined(here, there)
    case = Case.objects.get(id=here.child.id)
    assert case.in_crisis and case.is_open and case.state["crisis"]
    assert steps <= set(live(here))
    assert Alarm.objects.filter(case_id=there.child.id, state="crisis").exists()
    whole(*two)
    undo(row, here)
    assert [standing(each.child, here.at) for each in two] == before
    whole(*two)


def test_what_ended_in_one_file_ends_nothing_in_the_other(two: tuple[Story, Story]) -> None:
    """A crisis closed in the kept file before they were joined was about what that file knew."""
    here, there = two
    there.record("crisis_report", "王督导")
    here.at = there.at
    here.record("crisis_report", "王督导")
    here.ends_crisis()
    assert not here.case.in_crisis
    joined(here, there)
    assert here.case.in_crisis
    whole(*two)


def test_what_is_done_once_is_done_for_both_and_parting_loses_nothing(two: tuple[Story, Story]) -> None:
    here, there = two
    there.record("crisis_report", "王督导")
    row = joined(here, there)
    here.at += timedelta(hours=1)
    here.identified()
    assert "identify" not in live(*two)
    here.ends_crisis()
    assert not here.case.in_crisis and not there.case.in_crisis
    there.at = here.at
    whole(*two)
    undo(row, here)
    # What was done for the one child stands in the file where it was written; the other asks for its own again.
    assert there.case.in_crisis and not here.case.in_crisis
    assert "identify" in live(there) and "identify" not in live(here)
    whole(*two)


def test_the_higher_grade_stands_and_a_lower_one_takes_two_people(two: tuple[Story, Story]) -> None:
    here, there = two
    here.graded("high", 3, 3, 3, 3, 3)
    row = joined(there, here)
    assert there.case.level == there.case.standing == "high"
    there.record("grade_decision", "郑管理", action="lower", level="low", reason="两份档案合看")
    assert there.case.level == "high"
    here.at = there.at
    whole(*two)
    undo(row, here)
    assert (here.case.level, there.case.level) == ("high", "low")
    whole(*two)


def test_questions_stay_where_they_were_asked_and_are_answered_there(two: tuple[Story, Story]) -> None:
    """A flag is done in the file it was set in, by the post of that place, and counts for the child."""
    here, there = two
    asked = there.record("flag", "王督导")
    joined(here, there)
    assert "resolve_flag" in live(there) and "resolve_flag" not in live(here)
    there.record("flag_answer", "王督导", about=str(asked.entry.id))
    here.at = there.at
    assert "resolve_flag" not in live(*two)
    whole(*two)


def test_what_is_written_in_the_other_file_acts_in_the_case(two: tuple[Story, Story]) -> None:
    """A phone that still carries the other file sends a danger into it."""
    here, there = two
    joined(here, there)
    there.at += timedelta(hours=1)
    there.record("crisis_report", "王督导")
    here.at = there.at
    assert Case.objects.get(id=here.child.id).in_crisis
    assert any(step.startswith("crisis.") for step in live(here))
    whole(*two)


def test_a_repair_writes_both_files_as_they_stood(two: tuple[Story, Story]) -> None:
    here, there = two
    there.record("crisis_report", "王督导")
    joined(here, there)
    stood: list[dict[str, Any]] = [standing(each.child, here.at) for each in two]
    for each in two:
        derive_silently(Child.objects.get(id=each.child.id), at=here.at)
    assert [standing(each.child, here.at) for each in two] == stood
    derive_again(child=Child.objects.get(id=there.child.id), actor=WORKER, at=here.at)
    whole(*two)


def test_a_child_leaves_only_when_nothing_is_left_to_do_in_the_other_file(two: tuple[Story, Story]) -> None:
    here, there = two
    asked = there.record("flag", "王督导")
    joined(here, there)
    assert STILL_OPEN in here.refused("transfer_out", "王督导", to_division="510104")
    there.at = here.at
    there.record("flag_answer", "王督导", about=str(asked.entry.id))
    here.at = there.at
    here.record("transfer_out", "王督导", to_division="510104")
    whole(*two)
