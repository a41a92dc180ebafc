"""A dispute that is mediated, and a child entrusted to somebody's care."""

from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.core.pathway import CHINA
from tongxin.flows import recusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def day(story: Story, ahead: int) -> str:
    return (story.at.astimezone(CHINA) + timedelta(days=ahead)).date().isoformat()


PARTIES = [{"name": "张某", "party": "father", "agrees": "yes"}, {"name": "李某", "party": "mother", "agrees": "yes"}]
CALM = {name: "no" for name in (
    "wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat",
)}


def dispute(story: Story, **more: Any) -> str:
    given = {"kind": "custody", "parties": PARTIES, **CALM} | more
    return str(story.record("mediation", "林社工", **given).entry.id)


def entrust(story: Story, **more: Any) -> str:
    return str(story.record("entrusted_care", "周主任", **paper(story, **more)).entry.id)


def paper(story: Story, **more: Any) -> dict[str, Any]:
    return {
        "reason": "away", "capable": "yes", "bar_violence": "no", "bar_habits": "no", "bar_neglect": "no",
        "bar_other": "no", "starts_on": day(story, 0), "ends_on": day(story, 120), "contact": "weekly",
        "child_heard": "heard", "child_view": "愿意", "told_school": "yes", "told_village": "yes",
        "carer_phone": "13800001234",
    } | more


class TestMediation:
    def test_an_agreement_is_looked_after_on_its_day(self, story: Story) -> None:
        about = dispute(story)
        assert story.task("mediate").key == f"mediate:{about}"
        story.record(
            "mediation_result", "林社工", about=about, outcome="agreed", next_on=day(story, 14),
            terms=[{"who": "张某", "what": "每月来看孩子两次"}],
        )
        task = story.task("follow_mediation")
        assert task.due_at.astimezone(CHINA).date().isoformat() == day(story, 14) and not story.tasks("mediate")
        story.record("mediation_follow", "林社工", about=about, outcome="kept", next_on=day(story, 40), **CALM)
        assert story.task("follow_mediation").due_at.astimezone(CHINA).date().isoformat() == day(story, 40)
        story.record("mediation_follow", "林社工", about=about, outcome="kept", **CALM)
        assert not story.tasks("follow_mediation")
        story.rebuilt_equal()

    def test_overdue_it_climbs(self, story: Story) -> None:
        about = dispute(story)
        story.record("mediation_result", "林社工", about=about, outcome="agreed", next_on=day(story, 5))
        before = story.owner("follow_mediation")
        story.wait(days=20)
        assert story.owner("follow_mediation") != before

    def test_what_failed_leads_to_the_next_step(self, story: Story) -> None:
        about = dispute(story)
        story.record("mediation_result", "林社工", about=about, outcome="failed", reason="谈不拢", then="legal_aid")
        assert "12348" in story.task("after_mediation").zh
        dispute(story, kind="support")
        assert not story.tasks("after_mediation"), "a new round is a next step"

    def test_harm_is_reported_and_never_mediated(self, story: Story) -> None:
        dispute(story, harmed="yes")
        assert story.case.in_crisis and "file_report" in story.steps
        assert not {"mediate", "stop_mediation"} & story.steps
        said = story.refused("mediation", "林社工", kind="custody", parties=PARTIES, **CALM)
        assert "不能调解" in said and "12348" in said

    def test_danger_that_comes_up_later_stops_it(self, story: Story) -> None:
        about = dispute(story)
        story.record("crisis_report", "周主任", kind="harmed")
        assert "stop_mediation" in story.steps and "mediate" not in story.steps
        assert "不能再调解" in story.refused("mediation_result", "林社工", about=about, outcome="agreed",
                                        next_on=day(story, 9))
        story.record("mediation_result", "林社工", outcome="withdrawn", reason="孩子受伤", then="none")
        assert "stop_mediation" not in story.steps
        story.rebuilt_equal()


class TestEntrustedCare:
    @pytest.mark.parametrize(("answers", "said"), [
        ({"bar_violence": "yes"}, "性侵害、虐待、遗弃、拐卖、暴力伤害"), ({"bar_violence": "unknown"}, "派出所"),
        ({"bar_habits": "yes"}, "吸毒、酗酒、赌博"), ({"bar_neglect": "yes"}, "拒不履行"),
        ({"bar_other": "yes"}, "其他情形"),
        ({"capable": "no"}, "有照护能力"), ({"reason": "no_reason"}, "没有正当理由"), ({"contact": "less"}, "每周"),
        ({"child_heard": "not_yet"}, "孩子的意见"), ({"child_heard": "heard_unwilling"}, "孩子不愿意"),
    ])
    def test_the_law_bars_it_in_plain_words(self, story: Story, answers: dict[str, str], said: str) -> None:
        assert said in story.refused("entrusted_care", "周主任", **paper(story, **answers))

    def test_the_days_must_fit(self, story: Story) -> None:
        assert "晚于开始" in story.refused("entrusted_care", "周主任", **paper(story, ends_on=day(story, 0)))
        said = story.refused("entrusted_care", "周主任", **paper(
            story, visited_on=day(story, 0), signed_on=day(story, -1)
        ))
        assert "先上门" in said

    @pytest.mark.parametrize("who", [
        {"carer_relation": "uncle", "carer_name": "另一个人"}, {"carer_relation": "other", "carer_name": "刘 大强"},
        {"carer_relation": "other", "carer_name": "另一个人", "carer_phone": "13911112222"},
    ])
    def test_nobody_set_apart_as_a_danger_is_entrusted(self, story: Story, who: dict[str, str]) -> None:
        story.record("carer_change", "王督导", event="starts", name="刘大强", relation="uncle", phone="13911112222",
                     is_concern="yes")
        assert "需要回避" in story.refused("entrusted_care", "周主任", **paper(story, **who))
        entrust(story, carer_relation="aunt", carer_name="王小芳")

    def test_another_of_the_same_relation_may_once_they_are_told_apart(self, story: Story) -> None:
        story.record("carer_change", "王督导", event="starts", name="刘大强", relation="uncle", is_concern="yes")
        story.record("carer_change", "王督导", event="starts", name="刘二强", relation="uncle", is_concern="no")
        assert "需要回避" in story.refused("entrusted_care", "周主任", **paper(
            story, carer_relation="uncle", carer_name="刘大强"
        ))
        entrust(story, carer_relation="uncle", carer_name="刘二强")

    def test_nor_a_guardian_while_the_danger_is_unnamed(self, story: Story) -> None:
        story.record("carer_change", "王督导", event="starts", name="刘秀英", relation="father", is_guardian="yes")
        story.record("crisis_report", "周主任", kind="harmed", is_concern="yes", concern_from=["guardian"])
        assert "哪一位" in story.refused("entrusted_care", "王督导", **paper(
            story, carer_relation="father", carer_name="刘秀英"
        ))

    def test_nor_a_member_of_staff_who_is_kept_from_the_child(self, story: Story) -> None:
        story.record("crisis_report", "林社工", is_concern="yes", concern_from=["staff"])
        director = story.world.viewer("周主任", story.at)
        recusal.recuse(child_id=story.child.id, person_id=director.person_id, actor=director, at=story.at)
        said = story.refused("entrusted_care", "王督导", **paper(
            story, carer_relation="other", carer_name="周主任"
        ))
        assert "工作人员" in said

    def test_nor_goes_on_with_whoever_became_one(self, story: Story) -> None:
        entrust(story)
        told = {"told_school": "yes", "told_village": "yes", "seen_in_person": "yes", "contact_kept": "yes", **CALM}
        story.record("carer_change", "王督导", event="starts", name="王小芳", relation="aunt", is_entrusted="yes",
                     entrusted_document="见确认书", is_concern="yes")
        again = {"outcome": "renewed", "ends_on": day(story, 200), **told}
        assert "需要回避" in story.refused("entrusted_check", "周主任", **again)
        story.record("entrusted_check", "周主任", outcome="ended", reason="不适合", **told)

    def test_what_follows_is_asked_for_and_linked_to_who_cares(self, story: Story) -> None:
        entrust(story, told_school="not_yet")
        assert story.steps >= {"visit_entrusted", "tell_of_entrusting", "note_carer", "end_entrusted"}
        story.record("carer_change", "周主任", is_entrusted="yes", entrusted_document="见委托照护确认书")
        assert "note_carer" not in story.steps
        ends = story.task("end_entrusted").due_at.astimezone(CHINA).date().isoformat()
        assert ends == day(story, 120)
        told = {"told_school": "yes", "told_village": "yes", "seen_in_person": "yes", **CALM}
        story.record("entrusted_check", "周主任", outcome="goes_on", contact_kept="yes", **told)
        assert not story.steps & {"visit_entrusted", "tell_of_entrusting"} and "check_entrusted" in story.steps
        story.record("entrusted_check", "周主任", outcome="goes_on", contact_kept="no", **told)
        assert "urge_parents" in story.steps and "check_entrusted" not in story.steps
        story.rebuilt_equal()

    def test_it_is_renewed_or_ends(self, story: Story) -> None:
        entrust(story)
        told = {"told_school": "yes", "told_village": "yes", "seen_in_person": "yes", "contact_kept": "yes", **CALM}
        assert "续到" in story.refused("entrusted_check", "周主任", outcome="renewed", ends_on=day(story, 90), **told)
        story.record("entrusted_check", "周主任", outcome="renewed", ends_on=day(story, 200), **told)
        assert story.task("end_entrusted").due_at.astimezone(CHINA).date().isoformat() == day(story, 200)
        story.record("entrusted_check", "周主任", outcome="returned", **told)
        assert not {step for step in story.steps if "entrusted" in step}
        assert "没有正在进行" in story.refused("entrusted_check", "周主任", outcome="goes_on", **told)
        story.rebuilt_equal()

    def test_danger_seen_on_a_visit_acts_at_once(self, story: Story) -> None:
        entrust(story)
        told = {"told_school": "yes", "told_village": "yes", "seen_in_person": "yes", "contact_kept": "yes"}
        story.record("entrusted_check", "周主任", outcome="goes_on", **told, **CALM | {"harmed": "yes"})
        assert story.case.in_crisis
