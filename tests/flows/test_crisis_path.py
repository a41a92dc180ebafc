"""A crisis is held by people: who took over, who is with the child hour by hour, what comes after it is closed."""

from datetime import timedelta

import pytest

from tests import world
from tests.flows.story import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: world.World) -> Story:
    found = Story(cast)
    found.record("crisis_report", "周主任")
    return found


def written(story: Story, hours: float) -> str:
    return (story.at + timedelta(hours=hours)).isoformat(timespec="minutes")[:16]


def turn(story: Story, start: float, end: float, **answers: str) -> None:
    told = {"act": "turn", "who": "外婆", "relation": "family"} | answers
    story.record("crisis_watch", "周主任", from_at=written(story, start), to_at=written(story, end), **told)


def test_somebody_takes_over_else_the_next_one_is_rung(story: Story) -> None:
    began = story.at
    assert story.task("crisis.take_over").due_at == began + timedelta(minutes=10)
    assert story.owner("crisis.take_over") == "郑管理"
    story.wait(minutes=16)
    first = story.task("crisis.take_over")
    assert first.climbed == 1
    assert "值班" in story.refused("crisis_step", "周主任", step="take_over", result="done")
    story.record("crisis_step", "王督导", step="take_over", result="done")
    assert "crisis.take_over" not in story.steps
    story.rebuilt_equal()


def test_the_watch_has_no_gap(story: Story) -> None:
    began = story.at
    assert story.task("hold_watch").due_at == began + timedelta(hours=2)
    turn(story, 0, 10)
    end = story.at.replace(second=0, microsecond=0) + timedelta(hours=9)
    assert story.task("hold_watch").due_at == end
    turn(story, 8, 18)
    assert story.task("hold_watch").due_at > end
    story.rebuilt_equal()


def test_a_gap_that_was_left_is_asked_for_from_its_beginning(story: Story) -> None:
    turn(story, 0, 4)
    turn(story, 7, 12)
    due = story.task("hold_watch").due_at
    assert due < story.at + timedelta(hours=4)
    story.wait(hours=9)
    assert story.task("hold_watch").due_at > due + timedelta(hours=5)
    story.rebuilt_equal()


def test_only_a_professional_ends_the_watch_and_no_turn_is_a_day_and_more(story: Story) -> None:
    assert "专业人员判断" in story.refused("crisis_watch", "周主任", act="ended")
    assert "24 小时" in story.refused(
        "crisis_watch", "周主任", act="turn", from_at=written(story, 0), to_at=written(story, 30)
    )
    story.record("crisis_watch", "苏咨询", act="ended")
    assert "hold_watch" not in story.steps
    turn(story, 0, 4)
    assert "hold_watch" in story.steps


def test_a_safety_plan_is_made_with_the_child_and_looked_at_again(story: Story) -> None:
    assert story.task("make_safety_plan").is_urgent
    story.record("safety_plan", "苏咨询")
    assert "make_safety_plan" not in story.steps
    assert story.task("review_safety_plan").due_at == story.at + timedelta(days=14)
    story.record("crisis_report", "周主任")
    assert "make_safety_plan" in story.steps


def test_closing_asks_for_eight_weeks_and_daily_contact_first(story: Story) -> None:
    soon = (story.at + timedelta(days=20)).date().isoformat()
    story.record("crisis_step", "苏咨询", step="professional", result="done")
    story.record("crisis_step", "郑管理", step="ask_concern", result="done")
    assert "56 天" in story.refused("crisis_close", "苏咨询", watch_until=soon, guardian_page="no")
    story.ends_crisis()
    assert {"watch_contact_daily", "review_safety_plan"} & story.steps == {"watch_contact_daily"}
    story.wait(days=8)
    assert "watch_contact" in story.steps and "watch_contact_daily" not in story.steps
    story.rebuilt_equal()


def test_a_false_alarm_needs_no_eight_weeks(story: Story) -> None:
    story.record("crisis_step", "苏咨询", step="professional", result="done")
    story.record("crisis_step", "郑管理", step="ask_concern", result="done")
    today = story.at.date().isoformat()
    story.record("crisis_close", "苏咨询", outcome="false_alarm", watch_until=today, guardian_page="no")
    assert not story.case.in_crisis


def test_nobody_ends_a_crisis_alone(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="suicide")
    story.record("crisis_step", "苏咨询", step="professional", result="done")
    story.record("crisis_step", "苏咨询", step="ask_concern", result="done", is_concern="no")
    until = (story.at + timedelta(days=60)).date().isoformat()
    closing = {"watch_until": until, "guardian_page": "no"}
    assert "要有两个人" in story.refused("crisis_close", "苏咨询", **closing)
    story.record("crisis_close", "林社工", **closing)
    assert not story.case.in_crisis
    story.rebuilt_equal()
