"""Item 9 = 1: a named person checks face to face within 24 hours, or it is a crisis (spine A3)."""

from datetime import timedelta

import pytest

from tests.flows.story import Story, phq_a
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.sweep import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(story: Story) -> Story:
    """A child with PHQ-A item 9 = 1 in an otherwise calm assessment."""
    story.identified()
    story.assessed(**phq_a(q9="1"))
    return story


def test_the_check_belongs_to_a_named_qualified_person_with_a_day_to_do_it(checked: Story) -> None:
    task = checked.task("safety_check")
    assert (checked.owner("safety_check"), task.is_urgent) == ("苏咨询", True)
    assert task.due_at == checked.at + timedelta(hours=24)
    assert checked.alarms() == {"suicidal_thought_to_check": "safety_check"}
    assert not checked.case.in_crisis


def test_the_guardian_is_not_told_before_it_is_done(checked: Story) -> None:
    checked.record("grade_decision", "郑管理", action="confirm", level="high")
    assert "tell_guardian" not in checked.steps
    assert "核实前不告知监护人" in checked.refused("guardian_feedback", "林社工", outcome="accepts")
    checked.record("safety_check", "苏咨询", outcome="no", basis="已当面了解")
    assert "tell_guardian" in checked.steps


def test_no_closes_it(checked: Story) -> None:
    checked.record("safety_check", "苏咨询", outcome="no", basis="已当面了解")
    assert checked.alarms() == {"suicidal_thought_to_check": "closed"}
    checked.wait(days=2)
    assert not checked.case.in_crisis and "safety_check" not in checked.steps
    checked.rebuilt_equal()


def test_yes_is_a_crisis(checked: Story) -> None:
    checked.record("safety_check", "苏咨询", outcome="yes")
    assert checked.case.in_crisis and "crisis.stay" in checked.steps
    assert checked.alarms() == {"suicidal_thought_to_check": "crisis"}


def test_not_reached_is_not_done(checked: Story) -> None:
    checked.record("safety_check", "苏咨询", outcome="unreachable")
    assert checked.alarms() == {"suicidal_thought_to_check": "safety_check"}
    assert checked.tasks("safety_check")


def test_after_a_day_without_an_answer_it_is_a_crisis(checked: Story) -> None:
    raised = checked.at
    assert checked.case.look_again_at <= raised + timedelta(hours=24)
    checked.wait(hours=23, minutes=59)
    assert not checked.case.in_crisis
    checked.wait(minutes=1)
    assert checked.case.in_crisis
    assert checked.task("crisis.tell_duty").due_at == raised + timedelta(hours=24, minutes=10)
    checked.rebuilt_equal()


def test_an_answer_that_comes_too_late_does_not_undo_the_crisis(checked: Story) -> None:
    checked.at += timedelta(hours=30)
    assert "没有待完成的安全核实" in checked.refused("safety_check", "苏咨询", outcome="no", basis="已了解")
    sweep(checked.at)
    assert checked.case.in_crisis


def test_item_9_at_2_is_a_crisis_at_once(story: Story) -> None:
    story.identified()
    story.assessed(**phq_a(q9="2"))
    assert story.case.in_crisis and story.case.level == "high"


def test_a_critical_answer_counts_in_a_sheet_that_was_broken_off(story: Story) -> None:
    story.identified()
    sheet = phq_a()
    sheet["phq_a"] = {"q9": "3"}
    story.assessed(**sheet)
    assert story.case.in_crisis


def test_a_lay_worker_does_not_do_the_check(checked: Story) -> None:
    with pytest.raises(NotAllowed):
        checked.record("safety_check", "周主任", outcome="no", basis="看过了")
