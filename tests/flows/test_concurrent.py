"""Two people record on one child at once: both are kept, and the case follows from both."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tongxin import ledger
from tongxin.flows.record import Recorded
from tongxin.flows.sweep import sweep
from tongxin.lib import ids
from tongxin.people.services import join_household

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> world.World:
    """Written for good, for each thread sees it over a connection of its own."""
    return world.build()


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each gives back when all begin at the same moment, each with a connection of its own."""
    line = threading.Barrier(len(actions))

    def alone(action: Callable[[], object]) -> object:
        try:
            line.wait()
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(alone, actions))


def recording(story: Story, form: str, by: str, **answers: str) -> Callable[[], Recorded]:
    at = story.at + timedelta(hours=1)
    filled = fill(story.child, form, at, **answers)
    return lambda: story.world.record(story.child, form, filled, by=by, at=at)


def test_both_entries_are_kept_and_the_case_follows_from_both(story: Story) -> None:
    at_once(
        recording(story, "visit_record", "周主任", wish_to_die="yes"),
        recording(story, "identification_form", "王督导", low_mood="often", no_interest="often"),
        recording(story, "grade_raise", "林社工", level="mid_high", reason="变差"),
        recording(story, "consent", "王督导", answer="given"),
    )
    entries = ledger.facts(story.child.key_owner)
    assert [entry.subject_seq for entry in entries] == [1, 2, 3, 4, 5]
    case = story.case
    assert (case.derived_seq, case.in_crisis, case.stage, case.level) == (5, True, "assessment_due", "high")
    story.at += timedelta(hours=1)
    story.rebuilt_equal()


def test_a_copy_sent_twice_at_once_is_one_entry_with_one_answer(story: Story) -> None:
    at, entry_id = story.at + timedelta(hours=1), ids.new_id()
    filled = fill(story.child, "visit_record", at)

    def send() -> Recorded:
        return story.world.record(story.child, "visit_record", filled, by="周主任", at=at, entry_id=entry_id)

    recorded = at_once(send, send, send)
    assert sorted(each.is_new for each in recorded) == [False, False, True]
    assert len(ledger.facts(story.child.key_owner)) == 2


def test_alarms_about_two_siblings_at_once_do_not_wait_for_each_other(cast: world.World) -> None:
    here, there = Story(cast), Story(cast, cast.child("小雪"))
    join_household(children=[here.child, there.child], actor=cast.viewer("周主任"), at=world.START)
    for each in (here, there):
        each.child.refresh_from_db()
    at_once(
        recording(here, "visit_record", "周主任", harmed="yes"),
        recording(there, "visit_record", "王督导", harmed="yes"),
    )
    for each in (here, there):
        assert each.case.in_crisis and each.tasks("household_check")
        each.at += timedelta(hours=1)
        each.rebuilt_equal()


def test_the_worker_and_a_person_do_not_undo_each_other(story: Story) -> None:
    due = story.case.look_again_at
    assert due is not None
    story.at = due
    at_once(recording(story, "visit_record", "周主任", wish_to_die="yes"), lambda: sweep(due))
    assert story.case.in_crisis and "crisis.stay" in story.steps
    assert ledger.verify().is_sound
