"""A flag asks a post to settle something by a day; it is a task that climbs, and stays until it is answered."""

from datetime import datetime, timedelta

import pytest

from tests.flows.story import Story
from tongxin.assessments.models import Result
from tongxin.core.pathway import CHINA
from tongxin.flows import moving
from tongxin.flows.invariants import breaches

pytestmark = pytest.mark.django_db


def flag(story: Story, by: str = "王督导", days: int = 3, **more: str) -> str:
    due = (story.at + timedelta(days=days)).date().isoformat()
    told = {"flag_kind": "verify", "wanted": "核实户籍", "resolver": "child_director", "due_on": due} | more
    return str(story.record("flag", by, **told).entry.id)


def test_is_a_task_of_the_post_that_was_asked_until_the_day(story: Story) -> None:
    flag(story, days=3)
    task = story.task("resolve_flag")
    assert story.owner("resolve_flag") == "周主任"
    assert task.due_at == datetime(2025, 9, 4, 18, tzinfo=CHINA)
    story.rebuilt_equal()


def test_asks_for_no_day_beyond_the_longest(story: Story) -> None:
    told = {"flag_kind": "verify", "wanted": "核实户籍", "resolver": "child_director"}
    for late in ("2099-01-01", (story.at + timedelta(days=91)).date().isoformat()):
        assert "最晚写到2025年11月30日" in story.refused("flag", "王督导", due_on=late, **told)
    flag(story, days=90)
    assert [each.kind for each in breaches(at=story.at) if each.count] == []


def test_a_late_day_on_record_is_due_by_the_longest(story: Story) -> None:
    key = flag(story)
    row = Result.objects.get(entry_id=key)
    Result.objects.filter(entry_id=key).update(data={**row.data, "due_on": "2099-01-01"})
    story.record("visit_record", "周主任")
    assert story.task("resolve_flag").due_at == datetime(2025, 11, 30, 18, tzinfo=CHINA)
    assert [each.kind for each in breaches(at=story.at) if each.count] == []


@pytest.mark.parametrize(("role", "who"), [
    ("child_supervisor", "王督导"), ("social_worker", "林社工"), ("counsellor", "苏咨询"), ("case_manager", "郑管理"),
])
def test_goes_to_the_role_that_was_asked(story: Story, role: str, who: str) -> None:
    flag(story, by="周主任", resolver=role)
    assert story.owner("resolve_flag") == who


def test_climbs_when_it_is_overdue(story: Story) -> None:
    flag(story)
    story.wait(days=12)
    assert story.owner("resolve_flag") != "周主任"
    assert story.task("resolve_flag").climbed >= 1


def test_each_is_settled_by_its_own_answer(story: Story) -> None:
    first, second = flag(story), flag(story, flag_kind="waiting")
    assert len(story.tasks("resolve_flag")) == 2
    story.record("flag_answer", "周主任", about=first, outcome="solved")
    (left,) = story.tasks("resolve_flag")
    assert left.key == f"resolve_flag:{second}"
    story.record("flag_answer", "周主任", about=second, outcome="unfounded")
    assert not story.tasks("resolve_flag")
    assert "没有待处理的标记" in story.refused("flag_answer", "周主任", about=second)
    story.rebuilt_equal()


def test_that_is_taken_back_asks_nobody(story: Story) -> None:
    recorded = story.record(
        "flag", "王督导", flag_kind="other", wanted="看看", resolver="child_director",
        due_on=(story.at + timedelta(days=2)).date().isoformat(),
    )
    moving.retract(entry=recorded.entry, reason="mistaken", actor=story.world.viewer("王督导", story.at), at=story.at)
    assert not story.tasks("resolve_flag")
    story.rebuilt_equal()


def test_an_answer_that_is_taken_back_brings_it_back(story: Story) -> None:
    key = flag(story)
    answer = story.record("flag_answer", "周主任", about=key, outcome="solved").entry
    moving.retract(entry=answer, reason="mistaken", actor=story.world.viewer("周主任", story.at), at=story.at)
    assert story.task("resolve_flag").key == f"resolve_flag:{key}"


def test_when_staff_may_be_the_danger_the_village_is_passed_over(story: Story) -> None:
    flag(story)
    story.record("crisis_report", "王督导", kind="harmed", is_concern="yes", concern_from=["staff"])
    assert story.owner("resolve_flag") != "周主任"


def test_is_not_raised_on_a_closed_file(story: Story) -> None:
    story.record("case_closure", "王督导", reason="moved_away")
    story.record("closure_decision", "郑管理", outcome="approved")
    due = (story.at + timedelta(days=2)).date().isoformat()
    assert "先重启个案" in story.refused("flag", "王督导", resolver="child_director", due_on=due)
