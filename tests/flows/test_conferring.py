"""Conferences on one child: called, held, decided; what was decided is somebody's task until it is done."""

from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.access.models import Relation
from tongxin.assessments.models import Result
from tongxin.core.pathway import CHINA

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def day(story: Story, ahead: int) -> str:
    return (story.at.astimezone(CHINA) + timedelta(days=ahead)).date().isoformat()


def call(story: Story, **more: Any) -> str:
    members = [{"role": "social_worker", "minimum": ["help"]}, {"outside": "镇中心小学 班主任", "minimum": ["school"]}]
    given = {"meets_at": f"{day(story, 5)}T09:00", "members": members} | more
    return str(story.record("conference", "郑管理", **given).entry.id)


def decision(story: Story, ahead: int = 10, **more: Any) -> dict[str, Any]:
    return {
        "kind": "school", "what": "办好返校手续", "due_on": day(story, ahead), "done_means": "孩子回到班里", **more,
    }


def hold(story: Story, *decisions: dict[str, Any], **more: Any) -> str:
    opinions = [{"who": "社工站", "stand": "agree"}, {"who": "学校", "stand": "dissent", "opinion": "太急"}]
    given = {"held": "yes", "opinions": opinions, "decisions": list(decisions)} | more
    return str(story.record("conference_record", "郑管理", **given).entry.id)


class TestConference:
    def test_who_calls_it_is_asked_for_its_record_on_the_day(self, story: Story) -> None:
        assert "没有已召集" in story.refused("conference_record", "郑管理")
        entry = call(story)
        task = story.task("hold_conference")
        assert task.key == f"hold_conference:{entry}"
        assert task.due_at.astimezone(CHINA).date().isoformat() == day(story, 5)
        story.record("conference_record", "郑管理", held="put_off", reason="人没到齐", next_on=day(story, 9))
        assert story.task("hold_conference").due_at.astimezone(CHINA).date().isoformat() == day(story, 9)
        story.record("conference_record", "郑管理", held="cancelled", reason="孩子迁走")
        assert not story.tasks("hold_conference")
        story.rebuilt_equal()

    def test_each_member_is_somebody(self, story: Story) -> None:
        assert "还不知道请谁" in story.refused("conference", "郑管理", members=[{"minimum": ["help"]}])
        early = f"{day(story, -3)}T09:00"
        assert "不能早于现在" in story.refused("conference", "郑管理", meets_at=early, members=[
            {"role": "social_worker", "minimum": ["help"]}
        ])

    def test_what_is_told_in_clear_says_nothing_of_what_was_said(self, story: Story) -> None:
        call(story)
        entry = hold(story, decision(story, role="social_worker"))
        data = Result.objects.get(entry_id=entry).data
        assert (data["attended"], data["dissents"]) == (2, 1)
        assert data["decisions"][0]["zh"] == "上学" and "返校手续" not in str(data) and "太急" not in str(data)

    def test_a_monthly_rhythm_asks_for_the_next_one(self, story: Story) -> None:
        call(story)
        hold(story, decision(story, role="social_worker"), next_on=day(story, 30))
        assert story.task("next_conference").due_at.astimezone(CHINA).date().isoformat() == day(story, 30)
        call(story)
        assert not story.tasks("next_conference")

    def test_one_that_was_held_does_the_step_of_a_crisis(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide")
        assert story.tasks("crisis.conference")
        call(story, why="crisis")
        entry = hold(story, decision(story, role="social_worker"))
        assert not story.tasks("crisis.conference")
        story.record("conference_record", "郑管理", supersedes=entry, correction_kind="retract")
        assert story.tasks("crisis.conference"), "what was taken back is still to be done"
        story.rebuilt_equal()


class TestDecisions:
    @pytest.fixture(autouse=True)
    def _called(self, story: Story) -> None:
        call(story)

    def test_each_is_a_task_for_its_own_role_on_its_own_day(self, story: Story) -> None:
        entry = hold(story, decision(story, role="social_worker"), decision(story, 20, role="child_director"))
        found = {task.key: task for task in story.tasks("do_decision")}
        assert set(found) == {f"do_decision:{entry}:1", f"do_decision:{entry}:2"}
        first, second = found[f"do_decision:{entry}:1"], found[f"do_decision:{entry}:2"]
        assert (first.role, second.role) == ("social_worker", "child_director")
        assert first.zh == "办理会商决定：上学" and first.due_at.astimezone(CHINA).date().isoformat() == day(story, 10)
        story.rebuilt_equal()

    def test_it_has_exactly_one_owner_and_a_day_after_the_meeting(self, story: Story) -> None:
        opinions = [{"who": "社工站", "stand": "agree"}]
        for wrong in (decision(story), decision(story, -9, role="social_worker")):
            said = story.refused("conference_record", "郑管理", held="yes", opinions=opinions, decisions=[wrong])
            assert "没有保存" in said
        said = story.refused(
            "conference_record", "郑管理", held="yes", opinions=[{"who": "学校", "stand": "dissent"}],
            decisions=[decision(story, role="social_worker")],
        )
        assert "写明理由" in said

    def test_part_done_it_waits_for_its_new_day_and_done_it_ends(self, story: Story) -> None:
        about = f"{hold(story, decision(story, role='social_worker'))}:1"
        story.record("decision_answer", "林社工", about=about, outcome="part", reason="等学校", next_on=day(story, 25))
        assert story.task("do_decision").due_at.astimezone(CHINA).date().isoformat() == day(story, 25)
        story.record("decision_answer", "林社工", about=about, outcome="done")
        assert not story.tasks("do_decision")
        assert "没有待办理" in story.refused("decision_answer", "林社工", about=about)

    def test_what_could_not_be_done_comes_back_to_who_called(self, story: Story) -> None:
        about = f"{hold(story, decision(story, role='social_worker'))}:1"
        story.record("decision_answer", "林社工", about=about, outcome="failed", reason="学校不收")
        assert story.task("arrange_decision").role == "case_manager"
        call(story)
        assert not story.tasks("arrange_decision")
        story.rebuilt_equal()

    def test_overdue_it_climbs_one_level_at_a_time(self, story: Story) -> None:
        hold(story, decision(story, role="child_director"))
        assert story.owner("do_decision") == "周主任"
        story.wait(days=16)
        assert story.owner("do_decision") == "王督导"

    def test_nobody_answers_for_somebody_else(self, story: Story) -> None:
        about = f"{hold(story, decision(story, role='social_worker'))}:1"
        assert "不是交给您" in story.refused("decision_answer", "周主任", about=about)

    def test_a_case_is_not_closed_over_one(self, story: Story) -> None:
        hold(story, decision(story, role="social_worker"))
        assert "会商决定" in story.refused("case_closure", "王督导", reason="other")

    def test_a_body_is_let_in_for_its_matter_until_it_is_done(self, story: Story) -> None:
        body = story.world.body("hospital")
        about = f"{hold(story, decision(story, organisation=str(body)))}:1"
        (relation,) = Relation.objects.filter(child_id=story.child.id, relation="department_task")
        assert relation.organisation_id == body and relation.to_at is None
        story.record("decision_answer", "郑管理", about=about, outcome="done")
        relation.refresh_from_db()
        assert relation.to_at == story.at
