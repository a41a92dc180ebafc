"""A child who is missing, dead, in an institution or without papers."""

import pytest

from tests.flows.story import Story
from tongxin.cases.models import Task
from tongxin.flows.invariants import breaches
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


def test_a_missing_child_is_asked_after_every_day(story: Story) -> None:
    story.record("child_state", "周主任", state="lost", police_reported="yes")
    first = story.task("child_missing")
    assert (first.is_urgent, story.owner("child_missing")) == (True, "郑管理")
    story.wait(hours=20)
    story.record("child_state", "郑管理", state="lost", police_reported="yes")
    assert story.task("child_missing").due_at > first.due_at
    story.record("child_state", "郑管理", state="found")
    assert not story.tasks("child_missing")
    assert Child.objects.get(id=story.child.id).state == "present"
    story.rebuilt_equal()


def test_papers_say_nothing_about_where_a_child_is(story: Story) -> None:
    story.record("child_state", "周主任", state="lost", police_reported="yes")
    story.record("child_state", "周主任", state="no_hukou")
    assert story.tasks("child_missing")
    assert Child.objects.get(id=story.child.id).state == "lost"


def test_after_a_death_only_what_has_to_be_settled_is_left(story: Story) -> None:
    story.graded("mid_high", 3, 0, 0, 0, 0)
    story.record("child_state", "周主任", state="dead")
    assert story.steps == {"close_dead"}
    story.record("case_closure", "王督导", reason="died")
    assert story.steps == {"approve_closure"}
    story.record("closure_decision", "郑管理", outcome="approved")
    assert (story.case.stage, story.steps) == ("closed", set())
    assert not [each for each in breaches(at=story.at) if each.count]
    story.rebuilt_equal()


def test_a_death_in_a_crisis_can_be_settled(story: Story) -> None:
    story.record("crisis_report", "周主任", kind="life_threat")
    story.record("child_state", "周主任", state="dead")
    assert story.steps >= {"close_crisis", "close_dead", "crisis.stay"}
    story.record("crisis_close", "苏咨询", seen_in_person="no", guardian_page="no")
    assert "file_report" in story.steps
    story.record("report_ruling", "郑管理", ruling="already_reported")
    story.record("case_closure", "王督导", reason="died")
    assert story.steps == {"approve_closure"}


def test_a_death_reported_by_mistake_brings_everything_back(story: Story) -> None:
    story.graded("mid_high", 3, 0, 0, 0, 0)
    before = story.steps
    said = story.record("child_state", "周主任", state="dead")
    story.record("child_state", "周主任", supersedes=said.entry.id, correction_kind="retract", state="dead")
    assert story.steps == before
    assert Child.objects.get(id=story.child.id).state == "present"
    story.rebuilt_equal()


@pytest.mark.parametrize("state", ["in_institution", "boarding", "away"])
def test_a_child_who_lives_elsewhere_keeps_a_next_step(story: Story, state: str) -> None:
    story.record("child_state", "周主任", state=state, place="某校")
    assert story.steps == {"identify"} and story.case.state["child_state"] == state


def test_a_child_without_known_village_belongs_to_the_county(story: Story) -> None:
    story.record("detail_correction", "王督导", residence_division="370116104230")
    task = Task.objects.get(case_id=story.child.id)
    assert task.village_id == story.world.place("370116104230").id
    assert story.owner("identify") == "吴主任"
