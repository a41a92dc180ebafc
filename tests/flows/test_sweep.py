"""Moments that pass: every due case is looked at, and one that can't be does not stop the others."""

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.flows import sweep
from tongxin.flows.invariants import breaches
from tongxin.ledger.models import Event

pytestmark = pytest.mark.django_db


def test_looks_at_what_is_due_and_at_nothing_else(story: Story) -> None:
    due = story.case.look_again_at
    assert due is not None
    assert sweep.sweep(story.at) == 0
    assert sweep.sweep(due) == 1
    assert story.case.look_again_at and story.case.look_again_at > due
    assert Event.objects.get(kind="moment.passed").is_fact


def test_a_broken_file_is_found_and_does_not_keep_the_others_waiting(cast: world.World) -> None:
    broken, sound = Story(cast), Story(cast, cast.child("小雪"))
    Result.objects.filter(child_id=broken.child.id).update(data={"alarms": [{}]})
    Case.objects.update(look_again_at=world.START)
    assert sweep.sweep(world.START) == 1
    assert sound.case.look_again_at and sound.case.look_again_at > world.START
    later = world.START + sweep.AGAIN * 2
    assert {each.kind: each.count for each in breaches(at=later)}["not_looked_at"] == 1
    Result.objects.filter(child_id=broken.child.id).update(data={})
    assert sweep.sweep(later) == 1
