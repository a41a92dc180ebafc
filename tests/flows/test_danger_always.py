"""A danger that a form tells of is recorded whatever else would refuse the form: it never waits in a draft (A1)."""

import pytest

from tests.flows.story import Story

pytestmark = pytest.mark.django_db


def closed(story: Story) -> Story:
    story.record("case_closure", "王督导", reason="died")
    story.record("closure_decision", "郑管理", outcome="approved")
    assert not story.case.is_open
    return story


@pytest.mark.parametrize(("form", "by"), [
    ("identification_form", "周主任"), ("assessment_form", "林社工"), ("aftercare", "林社工"), ("mediation", "王督导"),
    ("mediation_follow", "王督导"), ("visit_record", "周主任"), ("interview_record", "林社工"),
    ("observation_record", "周主任"), ("follow_up", "林社工"), ("call_record", "周主任"),
])
def test_a_closed_file_takes_a_danger_in_and_is_open_again(story: Story, form: str, by: str) -> None:
    closed(story).record(form, by, wish_to_die="yes")
    assert story.case.in_crisis and story.case.is_open
    story.rebuilt_equal()


def test_a_calm_form_is_still_refused_on_a_closed_file(story: Story) -> None:
    assert "先重启个案" in closed(story).refused("identification_form", "周主任")


def test_mediation_takes_a_new_danger_in_while_a_report_is_open_and_mediates_nothing(story: Story) -> None:
    story.record("mandatory_report", "王督导")
    story.record("mediation", "王督导", harmed="yes")
    assert story.case.in_crisis and not any("mediat" in step for step in story.steps)
    story.rebuilt_equal()


def test_a_check_of_entrusted_care_takes_a_danger_in_whatever_day_stands_in_it(story: Story) -> None:
    story.record("entrusted_check", "王督导", outcome="renewed", ends_on="2020-01-01", wish_to_die="yes")
    assert story.case.in_crisis
    story.rebuilt_equal()
