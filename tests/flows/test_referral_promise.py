"""A referral keeps its promise: clocks by urgency, climbing, an answer to whoever referred, duties in plain words."""

from datetime import timedelta
from typing import Any

import pytest

from tests.documents.files import pdf
from tests.flows.story import Story
from tongxin.access import selectors as access
from tongxin.documents.services import File
from tongxin.flows import attaching
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
AWAITED = {"answer_referral", "accept_referral", "contact_referral", "report_referral"}


@pytest.fixture
def open_door(story: Story) -> Story:
    story.record("consent", "王督导", purposes=["refer", "assess", "refer_assessment", "share"], answer="given")
    return story


def refer(story: Story, by: str = "林社工", to: str = "hospital", **more: Any) -> Referral:
    given = {"basis": "consent", "kind": "medical", "urgency": "days_3", **more}
    made = story.record("referral", by, to_organisation=str(story.world.body(to)), **given)
    return Referral.objects.get(entry_id=made.entry.id)


def stands(row: Referral) -> Referral:
    row.refresh_from_db()
    return row


class TestClocks:
    def test_each_answer_leads_to_the_next_with_its_own_moment(self, open_door: Story) -> None:
        story, row = open_door, refer(open_door, urgency="hours_24")
        sent = row.sent_at
        assert story.steps & AWAITED == {"answer_referral"} and story.owner("answer_referral") == "秦医生"
        assert stands(row).due_at == sent + timedelta(hours=4)
        story.record("referral_answer", "秦医生", answer="received")
        assert story.steps & AWAITED == {"accept_referral"} and stands(row).due_at == sent + timedelta(hours=12)
        story.record("referral_answer", "秦医生", answer="accepted")
        assert story.steps & AWAITED == {"contact_referral"} and stands(row).due_at == sent + timedelta(hours=24)
        story.record("referral_answer", "秦医生", answer="in_service", first_contact_on=story.at.date().isoformat())
        assert story.steps & AWAITED == {"report_referral"} and story.owner("report_referral") == "秦医生"
        assert stands(row).due_at == story.at + timedelta(days=7)
        story.record("referral_answer", "秦医生", answer="done", result="完成", result_kind="no_service")
        assert not story.steps & AWAITED and stands(row).ended_at == story.at
        assert row.accepted_at and row.contacted_at and row.answered_at
        story.rebuilt_equal()

    def test_nobody_answers_and_it_climbs_level_by_level_without_end(self, open_door: Story) -> None:
        story, row = open_door, refer(open_door, urgency="now")
        assert story.task("answer_referral").is_urgent
        owners = []
        for minutes in (20, 45, 60, 120):
            story.wait(minutes=minutes)
            owners.append((stands(row).climbed, story.owner("answer_referral")))
        assert [climbed for climbed, _ in owners] == [0, 1, 2, 3] and owners[0][1] == "秦医生"
        assert owners[1][1] != "秦医生"
        story.wait(days=60)
        assert story.steps & AWAITED == {"answer_referral"} and stands(row).state == "sent"

    def test_answers_come_in_their_order_and_the_last_is_the_last(self, open_door: Story) -> None:
        story, row = open_door, refer(open_door)
        story.record("referral_answer", "秦医生", answer="accepted")
        assert "已经答复过了" in story.refused("referral_answer", "秦医生", answer="received")
        assert "退回转出单位" in story.refused(
            "referral_answer", "秦医生", answer="declined", decline_reason="full", other_place="别处"
        )
        second = refer(story, to="school", kind="counselling")
        story.record("referral_answer", "秦医生", about=str(row.entry_id), answer="returned", decline_reason="full")
        late = {"about": str(row.entry_id), "answer": "done", "result": "好"}
        assert "已经办结" in story.refused("referral_answer", "郑管理", **late)
        assert second.state == "sent"


class TestWhatComesBack:
    def test_a_no_needs_a_reason_and_an_alternative_and_is_the_senders_to_act_on(self, open_door: Story) -> None:
        story, row = open_door, refer(open_door)
        with pytest.raises(Refused):
            story.record("referral_answer", "秦医生", answer="declined", decline_reason="full", other_place="")
        story.record("referral_answer", "秦医生", answer="declined", decline_reason="full", other_place="市里的医院")
        assert story.owner("arrange_other") == "林社工"
        again = refer(story, to="school", kind="counselling", about=str(row.entry_id))
        assert again.after_id == row.entry_id and "arrange_other" not in story.steps
        story.rebuilt_equal()

    def test_the_director_learns_what_to_do_and_not_why(self, open_door: Story) -> None:
        story = open_door
        refer(story)
        story.record(
            "referral_answer", "秦医生", answer="done", result="诊断为抑郁发作，服用某药", result_kind="medicine",
            revisit_on="2025-10-09",
        )
        task = story.task("follow_duties")
        assert story.owner("follow_duties") == "周主任"
        assert "照医生说的吃药" in task.zh and "10月9日复诊" in task.zh and "马上打电话" in task.zh
        assert "抑郁" not in task.zh and "诊断" not in task.zh
        director = story.world.viewer("周主任", story.at)
        assert "referral" not in access.parts_of(viewer=director, child_id=story.child.id, at=story.at)
        story.record("visit_record", "周主任")
        assert "follow_duties" not in story.steps

    def test_a_diagnosis_only_from_a_paper(self, open_door: Story) -> None:
        story, row = open_door, refer(open_door)
        done = {"answer": "done", "result": "见文书", "hospital_document": "yes", "hospital_summary": "照抄"}
        assert "还没有医院文书" in story.refused("referral_answer", "秦医生", **done)
        doctor = story.world.viewer("秦医生", story.at)
        file = File(id=ids.new_id(), name="a.pdf", content=pdf(), kind="referral_paper")
        attaching.add(child=story.child, file=file, actor=doctor, at=story.at)
        story.record("referral_answer", "秦医生", **done)
        assert stands(row).state == "done"

    def test_the_receiver_passes_on_what_it_holds_and_the_sender_sees_the_chain(self, open_door: Story) -> None:
        story, row = open_door, refer(open_door)
        assert "转给别的单位" in story.refused(
            "referral", "秦医生", to_organisation=str(story.world.body("school")), basis="consent", kind="counselling"
        )
        second = refer(story, "秦医生", "school", kind="counselling", about=str(row.entry_id))
        assert (second.after_id, second.from_post_id) == (row.entry_id, story.world.posts["秦医生"].id)
        assert stands(row).state == "sent" and "referral" in access.parts_of(
            viewer=story.world.viewer("何老师", story.at), child_id=story.child.id, at=story.at
        )
        story.record("consent", "王督导", purposes=["refer"], answer="withdrawn")
        assert {stands(row).state, stands(second).state} == {"revoked"}
