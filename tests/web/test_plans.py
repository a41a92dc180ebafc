"""Needs and plans in the browser: listed for whoever may see them, brought in by class, compared by version."""

from collections.abc import Callable

import pytest

from tests import world
from tests.flows.story import Story
from tests.web.conftest import Clock, Office

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
ORPHAN = [{"category": "orphan"}]


@pytest.fixture
def story(cast: world.World, time: Clock) -> Story:
    return Story(cast)


class TestNeeds:
    def test_the_clerk_finds_counts_answers_and_sees_no_name_in_the_list(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        story.record("case_file", "王督导", categories=ORPHAN, benefits=[])
        page = office("方经办").get("/needs/")
        assert [(each["zh"], each["number"]) for each in page.context["counts"]] == [("孤儿基本生活费", 1)]
        (row,) = page.context["needs"]
        assert row["name"] == story.child.file_no and "小雨" not in page.content.decode()
        assert "写办理结果" in page.content.decode()
        time.now = story.at
        file = office("方经办").get(f"/children/{story.child.id}/")
        assert file.context["needs"][0]["url"] == row["url"] and file.context["plan"] is None
        sent = office("方经办").send(row["url"], {
            "outcome": "received", "done_on": "2025-01-02", "signature": "方经办",
        })
        assert sent.status_code == 200, sent.content.decode()
        page = office("方经办").get("/needs/")
        assert not page.context["needs"] and page.context["answered"] == [{"zh": "已落实", "number": 1}]

    def test_it_is_not_there_for_others_nor_about_other_counties(self, story: Story, office: SignedIn) -> None:
        story.record("case_file", "王督导", categories=ORPHAN, benefits=[])
        assert office("秦医生").get("/needs/").status_code == 404
        assert not office("陈管理").get("/needs/").context["needs"]


class TestPlans:
    def test_a_class_brings_goals_and_services_and_versions_are_compared(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        story.graded("mid_high", 0, 0, 3, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="agrees")
        time.now, url = story.at, f"/children/{story.child.id}/forms/care_plan/"
        client = office("林社工")
        page = client.get(url)
        ladder = {each["zh"] for rung in page.context["ladder"] for each in rung["classes"]}
        assert ladder == {"专业辅导", "家庭与监护"}
        values = _values(client.get(f"{url}?class=focused_counselling"))
        assert values["plan_class"] == "focused_counselling" and values["goals"][0]["measure"]
        assert values["based_on"] == "mid_high" and values["services"][0]["post"] == "counsellor"
        story.record("care_plan", "林社工", **{**values, "services": [
            {**row, "provider": "社工站"} for row in values["services"]
        ]})
        assert _values(client.get(url))["goals"] == values["goals"], "the last version is brought along"
        again = [{**values["goals"][0], "goal": "每晚睡足八小时"}]
        story.record("care_plan", "林社工", **{**values, "goals": again, "services": [
            {**row, "provider": "社工站"} for row in values["services"]
        ]})
        time.now = story.at
        newest = office("林社工").get(f"/children/{story.child.id}/plans/").context["versions"][0]
        goals = newest["parts"][0]
        assert newest["number"] == 2 and goals["rows"] == [{"zh": "每晚睡足八小时", "is_new": True}]
        assert len(goals["gone"]) == 2

    def test_goals_are_judged_against_what_was_expected_and_scored(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        story.graded("mid_high", 0, 0, 3, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="agrees")
        goals = [
            {"problem": "mind", "goal": name, "target": target, "due_on": "2025-06-30"}
            for name, target in (("睡得好", "每周五晚睡足八小时"), ("少吵架", "一周不超过一次"), ("爱上学", ""))
        ]
        story.record("care_plan", "林社工", goals=[{k: v for k, v in row.items() if v} for row in goals])
        for who in ("周主任", "王督导", "郑管理"):
            story.record("plan_approval", who, outcome="approved")
        time.now = story.at
        asked = office("林社工").get(f"/children/{story.child.id}/forms/plan_review/")
        rows = _values(asked)["goals"]
        assert rows == [
            {"goal": "睡得好", "expected": "每周五晚睡足八小时"}, {"goal": "少吵架", "expected": "一周不超过一次"},
            {"goal": "爱上学"},
        ]
        judged = [{**row, "attained": each} for row, each in zip(rows, ("far_above", "partly", "dropped"), strict=True)]
        story.record("plan_review", "林社工", outcome="continue", review_on="2025-06-30", goals=judged)
        time.now = story.at
        page = office("林社工").get(f"/children/{story.child.id}/")
        assert "目标达成量表总分 56，50 分是正好达到预期" in page.context["plan"]["attained_zh"]
        assert "远好于预期（+2） 1 项" in page.context["plan"]["attained_zh"]
        story.record("plan_review", "林社工", outcome="continue", review_on="2025-06-30", goals=[
            {"goal": "睡得好", "attained": "reached"}, {"goal": "少吵架", "attained": "not_reached"},
        ])
        time.now = story.at
        page = office("林社工").get(f"/children/{story.child.id}/")
        assert "总分 38" in page.context["plan"]["attained_zh"], "what was said with three levels counts 0 and -2"

    def test_the_village_sees_services_and_no_goal(self, story: Story, office: SignedIn, time: Clock) -> None:
        story.graded("mid_high", 0, 0, 3, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="agrees")
        story.record("care_plan", "林社工", plan_class="focused_counselling")
        time.now = story.at
        page = office("周主任").get(f"/children/{story.child.id}/")
        assert page.context["plan"]["services"] and not page.context["plan"]["class_zh"]
        assert office("周主任").get(f"/children/{story.child.id}/plans/").status_code == 404


def _values(page: object) -> dict[str, object]:
    sections = page.context["definition"]["sections"]  # type: ignore[attr-defined]
    return {field["id"]: field["prefill"] for part in sections for field in part["fields"] if "prefill" in field}
