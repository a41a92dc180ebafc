"""A danger that the law wants reported opens its own task, which only the report or a ruling ends."""

import pytest

from tests.flows.story import Story, phq_a
from tongxin.flows import moving
from tongxin.flows.refusals import NotAllowed
from tongxin.people.services import join_household

pytestmark = pytest.mark.django_db


def test_harm_asks_for_a_report_in_the_same_moment_with_owner_and_hours(story: Story) -> None:
    entry = story.record("visit_record", "周主任", harmed="yes").entry
    task = story.task("file_report")
    assert (task.form, task.key, task.is_urgent) == ("mandatory_report", f"file_report:{entry.id}", True)
    assert story.owner("file_report") == "郑管理"
    assert (task.due_at - story.at).total_seconds() == 24 * 3600
    assert "暂缓" in story.refused("task_reason", "郑管理", about=task.key, until="2025-09-03")
    story.rebuilt_equal()


def test_a_thought_that_is_no_situation_of_the_law_asks_for_none(story: Story) -> None:
    story.record("visit_record", "周主任", wish_to_die="yes")
    assert story.case.in_crisis and not story.tasks("file_report")


@pytest.mark.parametrize("named", [True, False])
def test_the_report_ends_it_and_leaves_the_steps_that_were_taken(story: Story, named: bool) -> None:
    entry = story.record("visit_record", "周主任", harmed="yes").entry
    story.record("crisis_step", "苏咨询", step="professional", result="done")
    report = story.record("mandatory_report", "郑管理", **({"about": str(entry.id)} if named else {})).entry
    assert not story.tasks("file_report") and story.tasks("report_result")
    assert "crisis.professional" not in story.steps and story.case.in_crisis
    story.rebuilt_equal()
    moving.retract(entry=report, reason="mistaken", actor=story.world.viewer("郑管理"), at=story.at)
    assert story.tasks("file_report")
    story.rebuilt_equal()


def test_a_report_of_an_unknown_danger_is_a_crisis_and_no_further_duty(story: Story) -> None:
    story.record("mandatory_report", "郑管理")
    assert story.case.in_crisis and not story.tasks("file_report")


def test_taking_the_danger_back_leaves_the_duty_and_a_correction_opens_no_second(story: Story) -> None:
    entry = story.record("visit_record", "周主任", harmed="yes").entry
    story.record("visit_record", "周主任", harmed="yes", mood="poor", supersedes=entry.id, correction_kind="correct")
    assert len(story.tasks("file_report")) == 1
    later = story.record("observation_record", "周主任", harmed="yes").entry
    moving.retract(entry=later, reason="mistaken", actor=story.world.viewer("周主任"), at=story.at)
    assert len(story.tasks("file_report")) == 2
    story.rebuilt_equal()


def test_each_report_answers_one_of_two(story: Story) -> None:
    first = story.record("visit_record", "周主任", harmed="yes").entry
    second = story.record("visit_record", "周主任", unguarded="yes").entry
    story.record("mandatory_report", "郑管理", about=str(second.id))
    assert story.task("file_report").key.endswith(str(first.id))


def test_a_qualified_person_rules_with_a_reason_that_none_is_due(story: Story) -> None:
    assert "不需要研判" in story.refused("report_ruling", "郑管理", ruling="not_warranted")
    entry = story.record("visit_record", "周主任", harmed="yes").entry
    for lay in ("周主任", "王督导"):
        with pytest.raises(NotAllowed):
            story.record("report_ruling", lay, ruling="not_warranted")
    assert story.refused("report_ruling", "苏咨询", ruling="not_warranted", basis="")
    ruling = story.record("report_ruling", "苏咨询", ruling="not_warranted", about=str(entry.id)).entry
    assert not story.tasks("file_report") and story.case.in_crisis
    story.rebuilt_equal()
    moving.retract(entry=ruling, reason="mistaken", actor=story.world.viewer("苏咨询"), at=story.at)
    assert story.tasks("file_report")


def test_a_safety_check_that_becomes_a_crisis_asks_for_the_report_then(story: Story) -> None:
    story.record("guardian_feedback", "林社工", outcome="refuses", refusal_is_neglect="yes")
    assert story.tasks("safety_check") and not story.tasks("file_report")
    story.wait(hours=25)
    assert story.case.in_crisis and story.tasks("file_report")
    story.rebuilt_equal()


def test_no_file_is_closed_over_a_report_that_was_not_made(story: Story) -> None:
    story.record("visit_record", "周主任", harmed="yes")
    story.ends_crisis()
    assert "强制报告" in story.refused("case_closure", "林社工")
    story.record("report_ruling", "郑管理", ruling="already_reported")
    story.record("case_closure", "林社工", reason="moved_away", handed_to="迁入地未保中心", taken_over="yes")


def test_overdue_it_climbs_and_it_stays_after_the_crisis(story: Story) -> None:
    story.record("visit_record", "周主任", harmed="yes")
    story.ends_crisis()
    story.wait(hours=30)
    assert story.task("file_report").climbed > 0


def test_the_report_about_a_known_danger_asks_no_second_look_at_the_siblings(story: Story) -> None:
    sister = Story(story.world, story.world.child("小雪", birth="2015-06-01"), at=story.at)
    join_household(children=[story.child, sister.child], actor=story.world.viewer("周主任"), at=story.at)
    story.record("visit_record", "周主任", harmed="yes")
    story.record("mandatory_report", "郑管理")
    assert len(sister.tasks("household_check")) == 1


def test_a_check_answered_no_asks_for_none(story: Story) -> None:
    story.identified()
    story.assessed(**phq_a(q9="1"))
    story.record("safety_check", "苏咨询", outcome="no", basis="已当面了解")
    assert not story.tasks("file_report")


def _told(*bodies: str, at: str = "2025-09-01T09:00") -> list[dict[str, str]]:
    return [{"to": body, "channel": "phone", "at": at} for body in bodies]


def test_a_body_that_the_situation_names_and_nobody_told_is_a_task(story: Story) -> None:
    story.record("mandatory_report", "郑管理", situations=["6"], reports=_told("police"))
    task = story.task("report_more")
    assert "民政部门" in task.zh and task.form == "mandatory_report" and story.owner("report_more") == "郑管理"
    story.rebuilt_equal()
    story.record("mandatory_report", "郑管理", situations=["6"], reports=_told("civil_affairs"))
    assert not story.tasks("report_more") and len(story.tasks("report_result")) == 2
    for task in story.tasks("report_result"):
        story.record("report_answer", "郑管理", about=task.key.partition(":")[2], reporter_told="yes")
    story.record("mandatory_report", "郑管理", situations=["4"], reports=_told("education"))
    assert "公安机关" in story.task("report_more").zh
    story.rebuilt_equal()


def test_a_result_that_the_reporter_doesnt_know_has_a_clock(story: Story) -> None:
    report = story.record("mandatory_report", "郑管理", reports=_told("police")).entry
    story.record("report_answer", "郑管理", about=str(report.id), reporter_told="no")
    task = story.task("tell_reporter")
    assert not story.tasks("report_result") and task.due_at > story.at
    assert "暂缓" in story.refused("task_reason", "郑管理", about=task.key, until="2025-09-03")
    story.rebuilt_equal()
    story.record("report_answer", "郑管理", about=task.key.partition(":")[2], reporter_told="yes")
    assert not story.tasks("tell_reporter")
    story.rebuilt_equal()
