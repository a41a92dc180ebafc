"""What may not be closed without somebody looking again: a child out of reach, a guardian who may be the danger."""

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def test_a_child_out_of_reach_is_looked_for_first_and_visited_afterwards(story: Story) -> None:
    assert "先找" in story.refused("case_closure", "王督导", reason="lost_contact")
    story.record("child_state", "王督导", state="lost")
    assert story.task("child_missing").role == "case_manager"
    story.record("case_closure", "王督导", reason="lost_contact")
    story.record("closure_decision", "郑管理", outcome="approved")
    assert story.task("aftercare").role == "social_worker"
    story.rebuilt_equal()


def test_what_nobody_need_do_any_more_is_not_done_in_time(story: Story) -> None:
    story.identified("healthy")
    waits = {task.step for task in Task.objects.filter(case_id=story.child.id, state__in=LIVE)}
    assert {"identify_again", "visit_healthy"} <= waits
    story.record("visit_record", "周主任")
    moved = {"reason": "moved_away", "handed_to": "长清区未保中心", "moved_told": "told", "moved_told_how": "打过电话"}
    story.record("case_closure", "王督导", **moved)
    story.record("closure_decision", "郑管理", outcome="approved")
    ended = {(task.step, task.state) for task in Task.objects.filter(case_id=story.child.id)}
    assert ended >= {
        ("identify", Task.DONE), ("visit_healthy", Task.DONE), ("visit_healthy", Task.DROPPED),
        ("identify_again", Task.DROPPED), ("approve_closure", Task.DONE),
    }
    story.rebuilt_equal()


def test_a_guardian_who_may_be_the_danger_closes_nothing(story: Story) -> None:
    story.record("carer_change", "王督导", event="starts", name="刘大强", relation="uncle", is_concern="yes")
    said = story.refused("case_closure", "王督导", reason="guardian_refuses")
    assert "不能因为监护人拒绝" in said


def test_what_child_and_guardian_say_of_the_help_is_asked_or_says_why_not(story: Story) -> None:
    asked = {"reason": "other", "child_satisfaction": "very"}
    assert "监护人满意度" in story.refused("case_closure", "王督导", **asked, guardian_satisfaction="")
    silent = {**asked, "guardian_satisfaction": "not_asked", "guardian_not_asked": ""}
    assert "为什么" in story.refused("case_closure", "王督导", **silent)
    story.record(
        "case_closure", "王督导", **asked, guardian_satisfaction="not_asked", guardian_not_asked="在外务工，电话停机"
    )


def test_of_a_dead_child_nobody_is_asked_how_content_they_were(story: Story) -> None:
    story.record("child_state", "郑管理", state="dead")
    entry = story.record("case_closure", "王督导", reason="died").entry
    assert entry is not None


def test_a_child_who_moved_away_has_somebody_who_takes_over_and_two_calls_afterwards(story: Story) -> None:
    moved = {"reason": "moved_away", "handed_to": "长清区未保中心"}
    assert "没有人接着关心" in story.refused("case_closure", "王督导", **moved, moved_told="nobody")
    assert "怎么联系" in story.refused("case_closure", "王督导", **moved, moved_told="told", moved_told_how="")
    story.record("case_closure", "王督导", **moved, moved_told="told", moved_told_how="9月1日电话告诉长清区未保中心")
    story.record("closure_decision", "郑管理", outcome="approved")
    due = story.task("aftercare").due_at
    assert 28 <= (due - story.at).days <= 31
    for number in (1, 2):
        assert story.task("aftercare").key.endswith(f":{number}")
        story.record("aftercare", "林社工", outcome="well")
    assert not story.tasks("aftercare")
    story.rebuilt_equal()


def test_a_file_that_waits_to_be_taken_over_is_not_closed_beside_it(story: Story) -> None:
    story.record("transfer_out", "郑管理", to_division="510104")
    assert "迁出移交" in story.refused("case_closure", "王督导", reason="moved_away")


def test_a_child_out_of_reach_still_has_decisions_to_be_settled(story: Story) -> None:
    story.record("mediation", "王督导")
    story.record("child_state", "王督导", state="lost")
    assert "正在调解" in story.refused("case_closure", "王督导", reason="lost_contact")


def test_nobody_approves_the_closing_that_they_asked_for(story: Story) -> None:
    story.record("case_closure", "郑管理", reason="other")
    assert "不能审批自己的申请" in story.refused("closure_decision", "郑管理", outcome="approved")
    story.record("closure_decision", "郑管理", outcome="returned")
    story.record("case_closure", "王督导", reason="other")
    story.record("closure_decision", "郑管理", outcome="approved")
    assert not story.case.is_open
