"""What may not be closed without somebody looking again: a child out of reach, a guardian who may be the danger."""

import pytest

from tests import world
from tests.flows.story import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def test_a_child_out_of_reach_is_looked_for_first_and_visited_afterwards(story: Story) -> None:
    assert "先找" in story.refused("case_closure", "王督导", reason="lost_contact")
    story.record("child_state", "王督导", state="lost")
    assert story.task("child_missing").role == "case_manager"
    story.record("case_closure", "王督导", reason="lost_contact")
    story.record("closure_decision", "郑管理", outcome="approved")
    assert story.task("aftercare").role == "social_worker"
    story.rebuilt_equal()


def test_a_guardian_who_may_be_the_danger_closes_nothing(story: Story) -> None:
    story.record("carer_change", "王督导", event="starts", name="刘大强", relation="uncle", is_concern="yes")
    said = story.refused("case_closure", "王督导", reason="guardian_refuses")
    assert "不能因为监护人拒绝" in said
