"""Danger found in a form is a crisis in the same transaction, with its clock and its steps (spine A1)."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tongxin import ledger
from tongxin.cases.models import Alarm, Case, Task
from tongxin.flows import handlers
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import Refused
from tongxin.ledger.models import Entry, Event, Work
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
FIRST_STEPS = {"crisis.stay", "crisis.tell_duty", "crisis.ask_concern", "crisis.professional"}


def test_a_red_visit_is_a_crisis_with_clock_and_steps_before_anybody_else_did_anything(story: Story) -> None:
    story.record("visit_record", "周主任", wish_to_die="yes")
    case = story.case
    assert (case.in_crisis, case.level, case.standing) == (True, "high", "ungraded")
    assert case.rank == min(Case.objects.values_list("rank", flat=True))
    assert story.steps >= FIRST_STEPS
    assert story.task("crisis.tell_duty").due_at == story.at + timedelta(minutes=10)
    assert story.task("crisis.professional").due_at == story.at + timedelta(hours=2)
    assert all(task.is_urgent and task.owner_person_id for task in story.tasks() if task.step.startswith("crisis."))
    assert story.alarms() == {"suicidal_thought": "crisis"}


def test_what_is_rolled_back_leaves_nothing_at_all(story: Story) -> None:
    before = {model: model.objects.count() for model in (Entry, Event, Alarm, Task, Work, Case)}
    with pytest.raises(RuntimeError), transaction.atomic():
        story.record("visit_record", "周主任", wish_to_die="yes")
        assert story.case.in_crisis
        raise RuntimeError
    assert {model: model.objects.count() for model in before} == before
    assert not story.case.in_crisis and story.alarms() == {}


def test_a_danger_in_the_very_first_form_counts_too(cast: world.World) -> None:
    dead = {"father_state": "dead", "mother_state": "left_home"}
    story = Story(cast, cast.child(**dead))
    assert story.alarms() == {"unguarded_on_file": "safety_check"}
    assert story.owner("safety_check") == "苏咨询"


def test_a_file_that_is_refused_is_not_opened(cast: world.World) -> None:
    sheet = Sheet(ids.new_id(), "case_file", {"name": "小雨"}, world.START)
    with pytest.raises(Refused):
        open_file(sheet=sheet, actor=cast.viewer("周主任"), at=world.START)
    assert not Child.objects.exists() and not Entry.objects.exists()


def test_the_line_is_told_by_the_worker_without_a_word_of_it(story: Story) -> None:
    story.record("visit_record", "周主任", wish_to_die="yes", child_words="不想活了")
    for work in ledger.claim(worker="w", limit=100, now=story.at):
        handlers.run(work, at=story.at)
    told = set(Notice.objects.filter(kind="crisis.raised").values_list("post_id", flat=True))
    assert told == {story.world.posts[name].id for name in ("周主任", "王督导", "苏咨询", "郑管理")}
    assert not Event.objects.filter(clear__icontains="不想活").exists()


def test_every_step_taken_is_counted_and_the_next_contact_falls_due(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="suicide")
    began = story.at
    story.record("crisis_step", "林社工", step="daily_contact", result="done", child_seen="yes")
    task = story.task("crisis.daily_contact")
    assert task.key.endswith(":2") and task.due_at == began + timedelta(days=2)
    for _ in range(6):
        story.record("crisis_step", "林社工", step="daily_contact", result="done", child_seen="yes")
    assert story.tasks("crisis.daily_contact") == []
    assert story.tasks("crisis.weekly_contact")
    story.rebuilt_equal()


def test_only_somebody_who_saw_the_child_ends_a_crisis(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="suicide")
    assert "没有当面核查儿童" in story.refused("crisis_close", "苏咨询", seen_in_person="no")
    story.ends_crisis(seen_in_person="yes")
    assert not story.case.in_crisis
    assert story.case.level == "high"
    assert "没有正在处置的危机" in story.refused("crisis_close", "苏咨询")


def test_a_case_in_crisis_is_not_closed(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="harmed")
    assert "还没有办结" in story.refused("case_closure", "林社工")


def test_a_report_stays_open_until_its_result_is_known(story: Story) -> None:
    story.record("mandatory_report", "周主任", situations=[_any_situation(story)])
    assert {"report_result", "crisis.stay"} <= story.steps
    story.ends_crisis()
    assert "还没有办结" in story.refused("case_closure", "林社工")
    story.record("report_answer", "郑管理")
    assert "report_result" not in story.steps
    story.record("case_closure", "林社工", reason="moved_away", handed_to="迁入地未保中心", taken_over="yes")


def _any_situation(story: Story) -> str:
    return str(fill(story.child, "mandatory_report", story.at)["situations"][0])
