"""What a review found could hurt a child: new dangers, half-done steps, answers that settled too much."""

from datetime import timedelta

import pytest

from tests.flows.story import Story, phq_a

pytestmark = pytest.mark.django_db


def test_a_new_danger_in_an_open_crisis_begins_the_steps_anew(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="suicide")
    for step in ("stay", "tell_duty"):
        story.record("crisis_step", "周主任", step=step, result="done")
    assert "crisis.stay" not in story.steps
    story.wait(days=20)
    story.record("crisis_report", "周主任", kind="harmed")
    assert {"crisis.stay", "crisis.tell_duty", "crisis.professional"} <= story.steps
    assert story.task("crisis.tell_duty").due_at == story.at + timedelta(minutes=10)
    story.rebuilt_equal()


def test_a_step_that_was_only_tried_is_still_to_be_taken(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="suicide")
    story.record("crisis_step", "周主任", step="tell_duty", result="tried")
    story.record("crisis_step", "周主任", step="stay", result="not_needed")
    assert {"crisis.stay", "crisis.tell_duty"} <= story.steps


def test_nobody_ends_a_crisis_before_a_professional_saw_the_child(story: Story) -> None:
    story.record("crisis_report", "林社工", kind="suicide")
    assert "专业人员联系儿童" in story.refused("crisis_close", "林社工")
    story.ends_crisis(watch_until=(story.at + timedelta(days=60)).date().isoformat())
    assert not story.case.in_crisis and "watch_contact_daily" in story.steps


def test_a_second_form_of_a_lay_person_does_not_undo_a_referral(story: Story) -> None:
    story.identified("refer")
    story.identified("healthy")
    assert story.case.stage == "assessment_due" and "assess" in story.steps


def test_a_lay_visit_is_no_professional_contact(story: Story) -> None:
    story.record("visit_record", "周主任", grade_hint="up", grade_hint_reason="话变少了")
    assert "first_contact" in story.steps
    story.record("follow_up", "林社工")
    due = story.task("contact").due_at
    story.record("visit_record", "周主任")
    assert story.task("contact").due_at == due


def test_one_no_does_not_settle_two_safety_checks(story: Story) -> None:
    story.identified()
    story.assessed(**phq_a(q9="1"))
    story.assessed(**phq_a(q9="1"))
    checks = {task.key for task in story.tasks() if task.step == "safety_check"}
    assert len(checks) == 2
    story.record("safety_check", "苏咨询", outcome="no", basis="当面了解")
    assert {task.key for task in story.tasks() if task.step == "safety_check"} == checks
    story.record("safety_check", "苏咨询", outcome="no", basis="当面了解", about=min(checks).partition(":")[2])
    assert len({task.key for task in story.tasks() if task.step == "safety_check"}) == 1


def test_somebody_elses_record_is_taken_back_only_by_who_oversees(story: Story) -> None:
    report = story.record("mandatory_report", "王督导").entry
    said = story.refused("mandatory_report", "林社工", supersedes=report.id, correction_kind="retract")
    assert "别人填写" in said
    story.record("mandatory_report", "王督导", supersedes=report.id, correction_kind="retract")
    assert "report_result" in story.steps


def test_when_staff_may_be_the_danger_the_village_has_no_part(story: Story) -> None:
    story.record("crisis_report", "郑管理", kind="harmed", is_concern="yes", concern_from=["staff"])
    owners = {story.owner(task.step) for task in story.tasks() if task.step.startswith("crisis.")}
    assert "周主任" not in owners
