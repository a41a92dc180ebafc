"""Needs first, plans by class with their approvals, services on their day, and the time after the end."""

from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.assessments.models import Result
from tongxin.core.pathway import CHINA
from tongxin.flows.record import Recorded

pytestmark = pytest.mark.django_db
ORPHAN = [{"category": "orphan"}]


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def day(story: Story, ahead: int) -> str:
    return (story.at.astimezone(CHINA) + timedelta(days=ahead)).date().isoformat()


def needs(story: Story) -> dict[str, str]:
    return {task.key.split(":")[1]: task.role for task in story.tasks("need")}


def plan(story: Story, by: str = "林社工", **more: Any) -> Recorded:
    service = {
        "service": "counselling", "provider": "社工站", "frequency": "fortnightly", "from_on": day(story, 0),
        "to_on": day(story, 40), "post": "counsellor",
    }
    return story.record("care_plan", by, based_on="mid_high", review_on=day(story, 60), services=[service], **more)


class TestNeeds:
    def test_what_is_due_and_not_received_is_a_task_for_who_must_act(self, story: Story) -> None:
        entry = story.record("case_file", "王督导", categories=ORPHAN, benefits=[], stage="dropped_out").entry
        assert needs(story) == {"orphan_allowance": "benefit_clerk", "schooling": "child_supervisor"}
        task = next(each for each in story.tasks("need") if "orphan" in each.key)
        assert task.key == f"need:orphan_allowance:{entry.id}" and task.zh == "应享未享，请落实：孤儿基本生活费"
        story.rebuilt_equal()

    def test_it_stays_while_it_is_applied_for_and_ends_when_received(self, story: Story) -> None:
        entry = story.record("case_file", "王督导", categories=ORPHAN, benefits=[]).entry
        about = f"orphan_allowance:{entry.id}"
        story.record("need_answer", "王督导", about=about, outcome="applied", next_on=day(story, 20))
        (task,) = story.tasks("need")
        assert task.due_at.astimezone(CHINA).date().isoformat() == day(story, 20)
        story.record("need_answer", "王督导", about=about, outcome="received")
        assert not needs(story)
        assert "没有待落实" in story.refused("need_answer", "王督导", outcome="received")

    def test_a_refused_one_is_asked_again_only_after_it_was_met(self, story: Story) -> None:
        entry = story.record("case_file", "王督导", categories=ORPHAN, benefits=[]).entry
        about = f"orphan_allowance:{entry.id}"
        story.record("need_answer", "王督导", about=about, outcome="not_eligible", reason="父亲已找到")
        story.record("case_file", "王督导", categories=ORPHAN, benefits=[])
        assert not needs(story)
        paid = [{"aid_kind": "orphan_allowance", "aid_state": "full"}]
        story.record("case_file", "王督导", categories=ORPHAN, benefits=paid)
        story.record("case_file", "王督导", categories=ORPHAN, benefits=[])
        assert set(needs(story)) == {"orphan_allowance"}

    def test_a_visit_tells_of_money_that_did_not_come(self, story: Story) -> None:
        story.record("visit_record", "周主任", benefits_paid="no")
        assert needs(story) == {"arrears": "benefit_clerk"}
        story.record("visit_record", "周主任", benefits_paid="yes")
        assert not needs(story)


class TestPlans:
    @pytest.fixture(autouse=True)
    def _agreed(self, story: Story) -> None:
        story.graded("mid_high", 0, 0, 3, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="agrees")

    def test_it_goes_up_level_by_level_as_the_region_says(self, story: Story) -> None:
        plan(story)
        assert story.task("approve_plan").role == "child_director"
        assert "不能检查" in story.refused("plan_review", "林社工")
        for who, then in (("周主任", "child_supervisor"), ("王督导", "case_manager")):
            story.record("plan_approval", who, outcome="approved")
            assert story.task("approve_plan").role == then
            assert "没有轮到" in story.refused("plan_approval", "周主任")
        assert not story.tasks("give_service")
        story.record("plan_approval", "郑管理", outcome="approved")
        assert not story.tasks("approve_plan") and "没有待审核" in story.refused("plan_approval", "王督导")
        story.rebuilt_equal()

    def test_nobody_who_wrote_any_version_of_it_approves_it(self, story: Story) -> None:
        first = plan(story, "郑管理")
        plan(story, supersedes=first.entry.id, correction_kind="correct")
        story.record("plan_approval", "周主任", outcome="approved")
        story.record("plan_approval", "王督导", outcome="approved")
        assert "制定人不能审核" in story.refused("plan_approval", "郑管理", outcome="approved")

    def test_sent_back_it_returns_to_who_wrote_it_and_begins_anew(self, story: Story) -> None:
        plan(story)
        story.record("plan_approval", "周主任", outcome="approved")
        story.record("plan_approval", "王督导", outcome="returned", note="频次太密")
        assert story.task("revise_plan").role == "social_worker" and not story.tasks("approve_plan")
        plan(story)
        assert not story.tasks("revise_plan") and story.task("approve_plan").role == "child_director"

    def test_nobody_approves_two_levels_where_a_post_is_vacant(self, story: Story) -> None:
        plan(story)
        story.record("plan_approval", "王督导", outcome="approved")
        assert story.task("approve_plan").role == "child_supervisor"
        assert "每一级要由不同的人审核" in story.refused("plan_approval", "王督导", outcome="approved")
        story.record("plan_approval", "王督导", outcome="returned", note="再想想")
        plan(story)
        story.record("plan_approval", "王督导", outcome="approved")
        story.record("plan_approval", "郑管理", outcome="approved")
        assert "每一级要由不同的人审核" in story.refused("plan_approval", "郑管理", outcome="approved")

    def test_services_and_reviews_come_on_their_day(self, story: Story) -> None:
        plan(story, plan_class="focused_counselling")
        for who in ("周主任", "王督导", "郑管理"):
            story.record("plan_approval", who, outcome="approved")
        task = story.task("give_service")
        assert (task.role, task.zh) == ("counsellor", "按方案提供服务：心理辅导")
        before = task.due_at
        story.wait(days=10)
        story.record("follow_up", "苏咨询", services_done=["counselling"])
        assert story.task("give_service").due_at == before + timedelta(days=10, hours=4)
        assert story.task("review_plan").due_at.astimezone(CHINA).date().isoformat() == day(story, 50)
        story.wait(days=18)
        story.record("follow_up", "苏咨询", services_done=["counselling"])
        assert not story.tasks("give_service"), "the next one would lie behind its last day"
        goals = [{"goal": "少吵架", "attained": "reached"}, {"goal": "睡得好", "attained": "partly"}]
        entry = story.record("plan_review", "林社工", outcome="adjust", reason="换频次", goals=goals).entry
        assert Result.objects.get(entry_id=entry.id).data["attained"] == {"partly": 1, "reached": 1}
        assert story.steps >= {"revise_plan"} and not story.tasks("review_plan")
        story.rebuilt_equal()


class TestAfterwards:
    def test_nothing_is_closed_over_an_open_need(self, story: Story) -> None:
        story.record("case_file", "王督导", categories=ORPHAN, benefits=[])
        assert "应享未享" in story.refused("case_closure", "王督导", reason="other")

    def test_a_closed_child_is_looked_after_for_a_year(self, story: Story) -> None:
        story.record("case_closure", "王督导", reason="handed_over", handed_to="社工站", taken_over="yes")
        story.record("closure_decision", "郑管理", outcome="approved")
        closed = story.at
        task = story.task("aftercare")
        assert task.role == "social_worker" and timedelta(days=28) <= task.due_at - closed <= timedelta(days=32)
        story.record("aftercare", "林社工", outcome="unreachable")
        assert story.task("aftercare").key == task.key
        story.record("aftercare", "林社工", outcome="well")
        assert story.task("aftercare").key.endswith(":2")
        story.record("aftercare", "林社工", outcome="reopen", reason="又不上学了")
        assert story.task("reopen_asked").role == "case_manager"
        story.record("reopen", "郑管理", reason="new_sign")
        assert not story.steps & {"aftercare", "reopen_asked"}
        story.rebuilt_equal()

    def test_danger_seen_afterwards_opens_the_file_at_once(self, story: Story) -> None:
        story.record("case_closure", "王督导", reason="handed_over", handed_to="社工站", taken_over="yes")
        story.record("closure_decision", "郑管理", outcome="approved")
        story.record("aftercare", "林社工", outcome="well", wish_to_die="yes")
        assert story.case.in_crisis and story.case.is_open
