"""A referral needs consent or the law; the other body sees the child only while it serves (spine A4, C8)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.flows.story import Story
from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.core.language import evaluate
from tongxin.flows.record import asked_of
from tongxin.flows.refusals import NotAllowed
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.referrals.rules import rules_in

pytestmark = pytest.mark.django_db


def refer(story: Story, **more: Any) -> Any:
    given = {"basis": "consent", "kind": "medical", "urgency": "days_3", **more}
    return story.record("referral", "林社工", to_organisation=str(story.world.body("hospital")), **given)


def parts(story: Story, name: str) -> frozenset[str]:
    viewer = story.world.viewer(name, story.at)
    return access.parts_of(viewer=viewer, child_id=story.child.id, at=story.at)


def _told(story: Story, kept: Any) -> dict[str, Any]:
    viewer = story.world.viewer("林社工", story.at)
    (found,) = ledger.open_entries([kept.entry], viewer=viewer, purpose="test", at=story.at)
    return dict(found or {})


class TestConsent:
    def test_nobody_is_referred_without_it(self, story: Story) -> None:
        body = str(story.world.body("hospital"))
        said = story.refused("referral", "林社工", to_organisation=body, basis="consent", kind="medical")
        assert "还没有监护人同意转介的记录" in said
        assert not Referral.objects.exists() and parts(story, "秦医生") == frozenset()

    def test_the_guardians_agreement_or_a_consent_is_enough(self, story: Story) -> None:
        story.record("consent", "王督导", purposes=["refer"], answer="given")
        refer(story)
        assert story.case.stage == "referred"

    def test_the_law_is_enough_when_it_is_named(self, story: Story) -> None:
        refer(story, basis="legal_basis", legal_basis="emergency")
        assert story.case.stage == "referred"
        assert story.refused(
            "referral", "林社工", to_organisation=str(story.world.body("hospital")), basis="legal_basis", legal_basis=""
        )

    def test_what_was_withdrawn_counts_no_more_even_after_an_agreement(self, story: Story) -> None:
        story.graded("mid_low", 2, 0, 0, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="agrees")
        story.record("consent", "王督导", purposes=["refer"], answer="withdrawn")
        body = str(story.world.body("hospital"))
        assert "还没有监护人同意" in story.refused("referral", "林社工", to_organisation=body, basis="consent")

    def test_consent_to_something_else_is_none(self, story: Story) -> None:
        story.record("consent", "王督导", purposes=["assess"], answer="given")
        body = str(story.world.body("hospital"))
        assert "还没有监护人同意" in story.refused("referral", "林社工", to_organisation=body, basis="consent")


class TestSight:
    @pytest.fixture
    def referred(self, story: Story) -> Story:
        story.record("consent", "王督导", purposes=["refer"], answer="given")
        refer(story)
        return story

    def test_the_hospital_sees_the_sheet_and_how_to_reach_the_child(self, referred: Story) -> None:
        assert parts(referred, "秦医生") == {"roster", "identity", "referral"}
        assert parts(referred, "何老师") == frozenset()

    def test_it_sees_more_part_by_part_with_the_consent_for_it_and_less_without(self, referred: Story) -> None:
        referred.record("consent", "王督导", purposes=["share"], answer="given")
        assert parts(referred, "秦医生") == {"roster", "identity", "referral", "identification", "crisis"}
        referred.record("consent", "王督导", purposes=["assess"], answer="given")
        assert "psychological" not in parts(referred, "秦医生"), "to be assessed is not to be handed on"
        referred.record("consent", "王督导", purposes=["refer_assessment"], answer="given")
        assert "psychological" in parts(referred, "秦医生")
        referred.record("consent", "王督导", purposes=["share"], answer="withdrawn")
        assert parts(referred, "秦医生") == {"roster", "identity", "referral", "psychological"}

    def test_by_law_or_in_danger_it_sees_all_that_its_kind_shows(self, referred: Story) -> None:
        referred.record("crisis_report", "周主任")
        assert parts(referred, "秦医生") == {
            "roster", "identity", "referral", "identification", "psychological", "crisis",
        }

    def test_a_kind_that_needs_no_address_shows_none(self, referred: Story) -> None:
        school = str(referred.world.body("school"))
        referred.record("referral", "林社工", to_organisation=school, basis="consent", kind="education")
        assert parts(referred, "何老师") == {"roster", "referral"}

    def test_how_to_reach_the_family_goes_only_where_the_kind_shows_who_the_child_is(self, story: Story) -> None:
        story.record("consent", "王督导", purposes=["refer"], answer="given")
        home = {"phone": "13800000000", "residence_address": "一号楼"}
        assert _told(story, refer(story, **home)).keys() >= home.keys()
        school = {"to_organisation": str(story.world.body("school")), "basis": "consent", "kind": "education"}
        carried = story.record("referral", "林社工", **school, **home)
        assert not _told(story, carried).keys() & home.keys(), "the file carried it into a field that nobody saw"
        assert "不给家里的电话和地址" in story.refused("referral", "林社工", **school, **home, give_contact="yes")
        story.record("consent", "王督导", purposes=["share"], answer="given")
        told = _told(story, story.record("referral", "林社工", **school, **home, give_contact="yes"))
        assert told["phone"] == "13800000000"

    def test_the_form_hides_it_for_the_kinds_that_show_no_identity(self, story: Story) -> None:
        kinds = rules_in(region="", at=story.at).kinds
        form = asked_of(story.child, form_id="referral", at=story.at).form
        phone = next(each for each in form.fields if each.id == "phone")
        assert phone.show_if is not None
        assert {kind for kind in kinds if evaluate(phone.show_if, {"kind": kind}) is True} == {
            kind for kind, shown in kinds.items() if "identity" in shown.sees
        }

    def test_declined_it_sees_nothing_from_then_on(self, referred: Story) -> None:
        referred.record("referral_answer", "秦医生", answer="declined", decline_reason="full")
        assert parts(referred, "秦医生") == frozenset()
        assert "answer_referral" not in referred.steps
        with pytest.raises(NotAllowed):
            referred.record("referral_answer", "秦医生", answer="accepted")

    def test_done_it_sees_the_child_for_a_while_and_then_no_more(self, referred: Story) -> None:
        referred.record("referral_answer", "秦医生", answer="done", result="完成")
        assert parts(referred, "秦医生")
        referred.at += timedelta(days=31)
        assert parts(referred, "秦医生") == frozenset()

    def test_taken_back_it_sees_nothing_and_has_no_task(self, story: Story) -> None:
        story.record("consent", "王督导", purposes=["refer"], answer="given")
        sent = refer(story)
        story.record("referral", "林社工", supersedes=sent.entry.id, correction_kind="retract")
        assert parts(story, "秦医生") == frozenset()
        assert Referral.objects.get(entry_id=sent.entry.id).state == "revoked"
        assert "answer_referral" not in story.steps
        story.rebuilt_equal()

    def test_an_answer_taken_back_opens_the_door_again(self, referred: Story) -> None:
        declined = referred.record("referral_answer", "秦医生", answer="declined", decline_reason="full")
        with pytest.raises(NotAllowed):
            referred.record("follow_up", "秦医生")
        referred.record(
            "referral_answer", "郑管理", supersedes=declined.entry.id, correction_kind="retract", answer="received"
        )
        assert parts(referred, "秦医生") and referred.owner("answer_referral") == "秦医生"

    def test_two_referrals_are_answered_one_by_one(self, referred: Story) -> None:
        first = Referral.objects.get(child_id=referred.child.id)
        school = str(referred.world.body("school"))
        second = referred.record("referral", "林社工", to_organisation=school, basis="consent", kind="counselling")
        declined = {"answer": "declined", "decline_reason": "full"}
        referred.record("referral_answer", "秦医生", about=str(first.entry_id), **declined)
        assert dict(Referral.objects.values_list("entry_id", "state")) == {
            first.entry_id: "declined", second.entry.id: "sent",
        }
        assert parts(referred, "秦医生") == frozenset() and "referral" in parts(referred, "何老师")

    def test_nobody_answers_for_another_body(self, referred: Story) -> None:
        with pytest.raises(NotAllowed):
            referred.record("referral_answer", "陈老师", answer="accepted")
        assert Child.objects.get(id=referred.child.id)
