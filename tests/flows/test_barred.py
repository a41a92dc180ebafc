"""Whoever is kept from a child neither ends, stores, opens nor keeps its file, and finds it in no list of that."""

from datetime import timedelta

import pytest

from tests.flows.story import Story
from tests.flows.test_erasing import closed, erase
from tests.flows.test_retention import LATER, second_person
from tongxin.access import relations
from tongxin.flows import disposing, retention, setting_apart, shelving, unsealing
from tongxin.flows.barred import PROPOSER
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.setting_apart import Notice
from tongxin.keeping.models import Disposal, Due
from tongxin.rights.models import Shelved, Tombstone

pytestmark = pytest.mark.django_db


def kept_from(story: Story, name: str = "郑管理") -> None:
    relations.recuse(child_id=story.child.id, person_id=story.world.people[name].id, at=story.at)
    story.at += timedelta(minutes=1)


def store(story: Story, *, by: str, proposed_by: str = "王督导") -> Shelved:
    return shelving.shelve(
        child_id=story.child.id, basis="retention", proposed_by=story.world.people[proposed_by].id,
        actor=story.world.viewer(by, story.at), at=story.at,
    )


def test_neither_the_barred_nor_by_their_proposal(story: Story) -> None:
    closed(story)
    kept_from(story)
    for deed in (lambda: erase(story), lambda: store(story, by="郑管理")):
        with pytest.raises(NotAllowed):
            deed()
    kept_from(story, "王督导")
    for deed in (lambda: erase(story, by="周主任"), lambda: store(story, by="周主任")):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.zh == PROPOSER
    assert not Tombstone.objects.exists() and not Shelved.objects.exists()


def test_what_is_due_of_theirs_is_in_no_list_and_not_theirs_to_end(story: Story) -> None:
    closed(story)
    story.at = LATER
    retention.list_due(at=LATER)
    due = Due.objects.get(rule="child_file")
    second = second_person(story.world, LATER)
    mine = story.world.viewer("郑管理", LATER)
    row = retention.propose(due_ids=[due.id], actor=mine, at=LATER)
    kept_from(story)
    later, mine = story.at, story.world.viewer("郑管理", story.at)
    assert disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=later).lines == []
    due.refresh_from_db()
    assert due.state == Due.WAITING and not Tombstone.objects.exists()
    assert retention.due_for(viewer=mine, at=later) == [] and len(retention.due_for(viewer=second, at=later)) == 2
    with pytest.raises(Refused):
        retention.propose(due_ids=[due.id], actor=mine, at=later)
    assert retention.keep(due_ids=[due.id], until=(later + timedelta(days=9)).date(), actor=mine, at=later) == 0
    row = retention.propose(due_ids=[due.id], actor=second, at=later)
    assert row not in retention.disposals_for(viewer=mine, at=later)
    with pytest.raises(NotAllowed):
        disposing.decide(disposal_id=row.id, agrees=True, actor=mine, at=later)
    assert Disposal.objects.get(id=row.id).state == Disposal.OPEN


def test_a_custody_of_theirs_is_kept_and_answered_by_others(story: Story) -> None:
    entry = story.record("interview_record", "林社工").entry
    story.at += timedelta(days=2)
    row = setting_apart.set_apart(
        child=story.child, entries=[entry.id], notice=Notice("court", "1号", story.at.date()),
        actor=story.world.viewer("郑管理", story.at), at=story.at,
    )
    asker = story.world.viewer("郑管理", story.at)
    unsealing.ask(custody_id=row.id, purpose="lift", words="1号", actor=asker, at=story.at)
    second = second_person(story.world, story.at)
    assert unsealing.waiting(viewer=second, at=story.at)
    kept_from(story)
    mine = story.world.viewer("郑管理", story.at)
    assert setting_apart.custodies(viewer=mine, at=story.at) == [] == unsealing.mine(viewer=mine, at=story.at)
    relations.recuse(child_id=story.child.id, person_id=second.person_id, at=story.at)  # type: ignore[arg-type]
    story.at += timedelta(minutes=1)
    assert unsealing.waiting(viewer=second, at=story.at) == []
