"""Who agreed to what: derived from what is on record, and what may not be done without it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import world
from tests.flows.counselling import begin, low_mood, meet
from tests.flows.story import Story
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER
from tongxin.core.consent import Standing
from tongxin.flows.consenting import standings_of
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import Refused
from tongxin.lib import definitions
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import adopt

pytestmark = pytest.mark.django_db
CARERS = [
    {"carer_name": "刘秀英", "relation": "father", "is_guardian": "yes"},
    {"carer_name": "王桂花", "relation": "paternal_grandmother", "is_guardian": "no"},
]


def standing(story: Story, purpose: str) -> Standing:
    story.child.refresh_from_db()
    facts, _ = facts_of(story.child.id)
    return next(each for each in standings_of(story.child, facts=facts, at=story.at) if each.purpose.id == purpose)


def agree(story: Story, *purposes: str, answer: str = "given", **more: object) -> None:
    story.record("consent", "王督导", purposes=list(purposes), answer=answer, **{"child_agrees": "yes"} | more)


class TestStanding:
    def test_law_stands_where_nobody_was_asked_and_photos_wait(self, story: Story) -> None:
        found = {name: standing(story, name) for name in ("collect", "assess", "refer", "photo")}
        assert {name: each.state for name, each in found.items()} == {
            "collect": "not_needed", "assess": "not_needed", "refer": "missing", "photo": "missing",
        }
        assert found["collect"].why == "legal_duty" and found["photo"].asks == ("guardian",)

    def test_each_purpose_is_decided_apart_and_the_newest_word_counts(self, story: Story) -> None:
        agree(story, "photo", "share")
        agree(story, "photo", answer="withdrawn")
        assert standing(story, "photo").state == "withdrawn" and standing(story, "share").state == "given"
        story.rebuilt_equal()

    def test_a_childs_no_is_shown_and_from_fourteen_decides(self, story: Story) -> None:
        agree(story, "share", child_agrees="no")
        before = standing(story, "share")
        assert before.state == "given" and before.child_refuses
        story.at += timedelta(days=365)
        after = standing(story, "share")
        assert after.state == "refused" and after.why == "child"

    def test_a_child_who_turned_fourteen_is_asked_again(self, story: Story) -> None:
        agree(story, "refer", child_agrees="unknown")
        assert standing(story, "refer").state == "given"
        story.at += timedelta(days=365)
        found = standing(story, "refer")
        assert (found.state, found.why, found.asks) == ("out_of_date", "grown", ("child",))
        story.record("consent", "王督导", purposes=["refer"], answer="given", decided_by="child", signer="小雨")
        assert standing(story, "refer").state == "given"

    def test_a_new_edition_of_the_notice_asks_again_and_a_new_wording_does_not(self, story: Story) -> None:
        agree(story, "share", "photo")
        story.at += timedelta(days=30)
        _renew(story, edition_of="share", reword="photo")
        assert standing(story, "share").state == "out_of_date" and standing(story, "share").why == "renewed"
        assert standing(story, "photo").state == "given"

    def test_what_ended_is_asked_again(self, story: Story) -> None:
        agree(story, "share", until_on=(story.at + timedelta(days=3)).date().isoformat())
        story.at += timedelta(days=5)
        assert standing(story, "share").why == "ended"

    def test_nobody_reached_decides_nothing(self, story: Story) -> None:
        agree(story, "refer")
        story.record("consent", "王督导", purposes=["refer"], answer="unreachable")
        assert standing(story, "refer").state == "given"


class TestWhoSigns:
    @pytest.fixture
    def story(self, cast: world.World) -> Story:
        return Story(cast, cast.child(carers=CARERS))

    def test_somebody_on_file_who_is_a_guardian(self, story: Story) -> None:
        agree(story, "photo", signer_relation="father")
        assert "没有这位照料人" in _no(story, signer_relation="mother")
        assert "不是监护人" in _no(story, signer_relation="paternal_grandmother")

    def test_never_the_one_who_may_be_the_danger(self, story: Story) -> None:
        story.record(
            "carer_change", "王督导", event="changes", name="刘秀英", relation="father", is_guardian="yes",
            is_concern="yes",
        )
        assert "需要回避" in _no(story, signer_relation="father")
        story.record("carer_change", "王督导", event="changes", name="刘秀英", relation="father", phone="13800000000")
        assert "需要回避" in _no(story, signer_relation="father")

    def test_no_guardian_while_nobody_said_which_one_is_the_danger(self, story: Story) -> None:
        story.record("crisis_report", "周主任", is_concern="yes")
        assert "还没有写明是哪一位" in _no(story, signer_relation="father")

    def test_others_decide_by_law_and_guardianship_is_to_be_settled(self, story: Story) -> None:
        somebody = {"decided_by": "stand_in", "stand_in_reason": "no_capable_guardian"}
        assert "只能是" in _no(story, **somebody, signer_relation="mother")
        agree(
            story, "refer", **somebody, signer_relation="village_committee", stand_in_basis="civil_code_34",
        )
        assert standing(story, "refer").state == "given" and "settle_guardianship" in story.steps
        story.record("guardianship_settlement", "郑管理", state="settled")
        assert "settle_guardianship" not in story.steps
        story.rebuilt_equal()

    def test_no_child_alone_before_fourteen(self, story: Story) -> None:
        assert "不满14周岁" in _no(story, decided_by="child", signer="小雨")


class TestGates:
    def test_no_assessment_against_a_no_unless_there_is_danger(self, story: Story) -> None:
        story.identified()
        agree(story, "assess", answer="refused")
        assert "监护人不同意" in story.refused("assessment_form", "林社工", **{
            f"{cell}_level": "0" for cell in ("psychological", "observation", "guardianship", "environment", "economy")
        })
        story.record("crisis_report", "周主任")
        story.assessed()
        assert story.case.in_crisis

    def test_no_questionnaires_in_counselling_against_a_no_but_a_danger_in_them_stands(self, story: Story) -> None:
        agree(story, "assess", answer="refused")
        with pytest.raises(Refused) as caught:
            begin(story, **low_mood(8))
        assert "请去掉量表" in caught.value.problems[0].zh
        course = begin(story)
        with pytest.raises(Refused):
            meet(story, course, **low_mood(8))
        meet(story, course)
        danger = low_mood(8)
        danger["phq_a"] = danger["phq_a"] | {"q9": "3"}
        meet(story, course, session_no=2, **danger)
        assert story.case.in_crisis
        meet(story, course, session_no=3, **low_mood(8))

    def test_no_course_for_a_child_whose_guardian_refuses_services(self, story: Story) -> None:
        story.identified()
        story.assessed(1, 1, 0, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="refuses")
        with pytest.raises(Refused) as caught:
            begin(story)
        assert "监护人不同意接受服务" in caught.value.problems[0].zh
        begin(story, acute_danger="yes")
        assert story.case.in_crisis

    def test_a_guardians_no_ends_with_another_answer_and_is_not_asked_for_a_carers_own_course(
        self, story: Story
    ) -> None:
        story.identified()
        story.assessed(1, 1, 0, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="refuses")
        begin(story, protocol="pm_plus", recipient="carer", service="family_education")
        story.record("guardian_feedback", "林社工", outcome="agrees")
        begin(story)

    def test_a_no_after_a_yes_is_a_withdrawal(self, story: Story) -> None:
        agree(story, "refer")
        assert "撤回以前的同意" in story.refused("consent", "王督导", purposes=["refer"], answer="refused")

    def test_withdrawal_ends_what_stood_on_consent_at_once(self, story: Story) -> None:
        agree(story, "refer")
        body = str(story.world.body("hospital"))
        story.record("referral", "林社工", to_organisation=body, basis="consent", kind="medical")
        assert _doctor_sees(story)
        agree(story, "refer", answer="withdrawn")
        assert not _doctor_sees(story) and Referral.objects.get().state == "revoked"
        story.rebuilt_equal()

    def test_withdrawal_waits_while_a_crisis_is_open(self, story: Story) -> None:
        agree(story, "refer")
        story.record("crisis_report", "周主任")
        assert "期间不能撤回同意" in story.refused("consent", "王督导", purposes=["refer"], answer="withdrawn")


def _no(story: Story, **answers: str) -> str:
    said = {"purposes": ["photo"], "answer": "given", "stand_in_basis": "civil_code_34"} | answers
    return story.refused("consent", "王督导", **said)


def _doctor_sees(story: Story) -> bool:
    doctor = story.world.viewer("秦医生", story.at)
    return access.may(viewer=doctor, child_id=story.child.id, part="roster", at=story.at)


def _renew(story: Story, *, edition_of: str, reword: str) -> None:
    """From today a version of the notice in which one purpose is another and one only says it better."""
    content = dict(rules.resolve("consent", "notice", at=story.at).content)
    purposes = [
        {**each, "edition": each["edition"] + (each["id"] == edition_of),
         "zh": each["zh"] + ("（说明更清楚）" if each["id"] == reword else "")}
        for each in content["purposes"]
    ]
    known = next(each for each in world.library().versions if (each.kind, each.id) == ("consent", "notice"))
    renewed = definitions.Library((_version(known, {**content, "purposes": purposes}, story),))
    adopt(library=renewed, actor=WORKER, at=story.at)


def _version(known: definitions.Version, content: dict[str, object], story: Story) -> definitions.Version:
    return replace(known, content=content, valid_from=story.at.date(), document=None)
