"""One child from the first visit to closure, taken up again, and moved to another county."""

import pytest

from tests.flows.story import Story
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.cases.models import Decision, Task
from tongxin.flows.invariants import breaches
from tongxin.ledger.models import Event
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db


def test_each_role_finds_its_step_and_each_entry_leads_to_the_next(story: Story) -> None:
    assert (story.case.stage, story.steps, story.owner("identify")) == ("registered", {"identify"}, "周主任")
    story.identified()
    assert (story.case.stage, story.owner("assess")) == ("assessment_due", "林社工")
    assert story.case.level == "ungraded"
    story.assessed(2, 1, 2, 1, 1)
    assert (story.case.level, story.case.standing) == ("mid_high", "ungraded")
    assert story.owner("confirm_grade") == "郑管理"
    story.record("grade_decision", "郑管理", action="confirm", level="mid_high")
    assert {"tell_guardian", "first_visit", "reassess"} <= story.steps
    story.record("guardian_feedback", "林社工", outcome="agrees")
    assert story.owner("make_plan") == "林社工"
    story.record("care_plan", "林社工", based_on="mid_high")
    for who in ("周主任", "王督导", "郑管理"):
        assert story.owner("approve_plan") == who
        story.record("plan_approval", who)
    story.record(
        "referral", "林社工", to_organisation=str(story.world.body("hospital")), basis="consent", kind="medical",
        urgency="days_3",
    )
    assert (story.case.stage, story.owner("answer_referral")) == ("referred", "秦医生")
    story.record("referral_answer", "秦医生", answer="accepted")
    story.record("follow_up", "林社工")
    assert story.case.stage == "following_up"
    story.record("referral_answer", "秦医生", answer="done", result="完成")
    assert Referral.objects.get(child_id=story.child.id).state == "done"
    story.rebuilt_equal()


def test_closing_takes_an_approval_and_leaves_only_the_looks_after_it(story: Story) -> None:
    story.graded("low")
    story.record("guardian_feedback", "林社工", outcome="accepts")
    story.record("case_closure", "林社工")
    assert story.case.is_open and story.owner("approve_closure") == "郑管理"
    story.record("closure_decision", "郑管理", outcome="approved")
    assert (story.case.stage, story.case.is_open, story.steps) == ("closed", False, {"aftercare"})
    assert "请先重启个案" in story.refused("identification_form", "周主任")
    assert "请先重启个案" in story.refused("care_plan", "林社工")
    story.record("reopen", "郑管理")
    assert (story.case.stage, story.case.is_open) == ("registered", True)
    assert "identify" in story.steps
    story.rebuilt_equal()


def test_a_returned_closure_leaves_the_case_as_it_was(story: Story) -> None:
    story.graded("low")
    story.record("case_closure", "林社工")
    story.record("closure_decision", "郑管理", outcome="returned")
    assert story.case.is_open and "approve_closure" not in story.steps
    assert "没有待审批的结案申请" in story.refused("closure_decision", "郑管理", outcome="approved")


def test_danger_on_a_closed_file_opens_it_again(story: Story) -> None:
    story.graded("low")
    story.record("case_closure", "林社工")
    story.record("closure_decision", "郑管理", outcome="approved")
    story.record("crisis_report", "周主任", kind="suicide")
    assert (story.case.is_open, story.case.in_crisis, story.case.level) == (True, True, "high")
    story.ends_crisis()
    assert story.case.is_open and {"identify", "confirm_grade"} <= story.steps
    story.rebuilt_equal()


def test_the_receiving_county_accepts_and_then_carries_on(story: Story) -> None:
    story.graded("mid_low", 2, 0, 0, 0, 0)
    child = story.child
    assert not _sees(story, "陈管理")
    story.record("transfer_out", "郑管理", to_division="510104")
    assert _sees(story, "陈管理") and _sees(story, "郑管理")
    assert story.owner("accept_transfer") == "陈管理"
    assert "应由接收地确认" in story.refused("transfer_in", "郑管理", outcome="accepted")
    story.record("transfer_in", "陈管理", outcome="accepted")
    child.refresh_from_db()
    assert (child.county_id, child.village_id) == (story.world.place("510104").id, None)
    assert _sees(story, "陈管理") and not _sees(story, "郑管理")
    assert story.case.county_id == child.county_id and story.case.is_open
    assert {task.county_id for task in story.tasks()} == {child.county_id}
    assert (story.case.standing, story.owner("identify")) == ("mid_low", "陈管理")
    story.rebuilt_equal()


def test_who_was_named_in_the_old_county_gets_nothing_after_the_move(story: Story) -> None:
    story.identified()
    for who in ("林社工", "苏咨询"):
        story.record("assignment", "郑管理", to_post=story.world.posts[who].id.hex)
    story.record("transfer_out", "郑管理", to_division="510104")
    story.record("transfer_in", "陈管理", outcome="accepted")
    story.record("crisis_report", "陈管理", kind="suicide")
    assert {"crisis.weekly_contact", "crisis.professional"} <= story.steps
    old = {story.world.posts[who].id for who in ("林社工", "苏咨询", "郑管理")}
    assert not old & {task.owner_post_id for task in story.tasks()}
    assert [each.kind for each in breaches(at=story.at) if each.count] == []
    story.rebuilt_equal()


def test_a_body_left_behind_hands_up_to_the_new_county(story: Story) -> None:
    story.graded("mid_low", 2, 0, 0, 0, 0)
    story.record("guardian_feedback", "林社工", outcome="agrees")
    story.record("referral", "林社工", basis="consent")
    story.record("transfer_out", "郑管理", to_division="510104")
    story.record("transfer_in", "陈管理", outcome="accepted")
    story.wait(days=40)
    assert story.tasks("answer_referral")
    assert [each.kind for each in breaches(at=story.at) if each.count] == []


def test_an_owner_who_cannot_see_the_child_is_a_breach(story: Story) -> None:
    assert [each.kind for each in breaches(at=story.at) if each.count] == []
    stranger = story.world.posts["陈督导"].id, story.world.people["陈督导"].id
    Task.objects.filter(case_id=story.child.id).update(owner_post_id=stranger[0], owner_person_id=stranger[1])
    assert [each.kind for each in breaches(at=story.at) if each.count] == ["owner_blind"]


def test_a_returned_transfer_stays_with_the_first_county(story: Story) -> None:
    story.record("transfer_out", "郑管理", to_division="510104")
    story.record("transfer_in", "陈管理", outcome="returned", returned_reason="不在本地")
    assert _sees(story, "郑管理") and not _sees(story, "陈管理")
    assert "accept_transfer" not in story.steps and "identify" in story.steps


def test_a_transfer_taken_back_lets_the_other_county_out_again(story: Story) -> None:
    out = story.record("transfer_out", "郑管理", to_division="510104")
    story.record("transfer_out", "郑管理", supersedes=out.entry.id, correction_kind="retract", to_division="510104")
    assert not _sees(story, "陈管理")
    assert not Relation.objects.filter(child_id=story.child.id, to_at__isnull=True).exists()
    story.rebuilt_equal()


def test_every_change_is_told_and_every_confirmation_is_kept(story: Story) -> None:
    story.graded("mid_low", 2, 0, 0, 0, 0)
    kinds = set(Event.objects.filter(subject_id=story.child.id).values_list("kind", flat=True))
    assert {"case.opened", "entry.recorded", "task.opened", "task.closed", "grade.changed"} <= kinds
    facts = set(Event.objects.filter(subject_id=story.child.id, is_fact=True).values_list("kind", flat=True))
    assert facts == {"entry.recorded"}
    decision = Decision.objects.get(case_id=story.child.id)
    assert (decision.level, decision.stands, decision.person_id) == ("mid_low", True, story.world.people["郑管理"].id)


def _sees(story: Story, name: str) -> bool:
    viewer = story.world.viewer(name, story.at)
    return access.visible(Child.objects.filter(id=story.child.id), viewer=viewer, part="roster", at=story.at).exists()
