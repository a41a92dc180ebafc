"""A stored or erased file: no emergency opens it, nobody waits for it for ever, it is found again and matched."""

from datetime import timedelta

import pytest

from tests.flows.story import Story
from tests.flows.test_erasing import closed, erase, finds, store
from tests.flows.test_retention import GROWN, second_person
from tongxin.flows import disposing, glass, looking, retention, shelving
from tongxin.flows.refusals import Refused
from tongxin.keeping.models import Due
from tongxin.looking.models import Glass
from tongxin.looking.rules import rules_at
from tongxin.notices.models import Notice
from tongxin.people import search
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


def breaks(story: Story, by: str = "陈督导") -> Glass:
    story.at += timedelta(minutes=1)
    return glass.break_glass(
        file_no=story.child.file_no, kind=next(iter(rules_at(story.at).kinds)), words="看看",
        actor=story.world.viewer(by, story.at), at=story.at,
    )


@pytest.mark.parametrize("what", [store, erase])
def test_no_emergency_opens_what_is_stored_or_erased(story: Story, what: object) -> None:
    closed(story)
    what(story)  # type: ignore[operator]
    told = Notice.objects.count()
    with pytest.raises(Refused) as refused:
        breaks(story)
    assert [each.zh for each in refused.value.problems] == [glass.NO_FILE]
    assert not Glass.objects.exists() and Notice.objects.count() == told


def test_nobody_is_asked_for_ever_about_looks_into_an_erased_file(story: Story) -> None:
    row = breaks(story)
    viewer = story.world.viewer("王督导", story.at)
    asked = looking.state_purpose(child=story.child, purpose="other", words="核查", actor=viewer, at=story.at)
    closed(story)
    erase(story)
    row.refresh_from_db()
    asked.refresh_from_db()
    assert (row.reviewed_at, row.outcome, row.reviewed_by) == (story.at, "erased", None) and not asked.waits
    assert glass.overdue(at=story.at + timedelta(days=30)) == 0


def test_a_look_is_reviewed_before_its_file_is_stored(story: Story) -> None:
    breaks(story)
    closed(story)
    with pytest.raises(Refused) as refused:
        store(story)
    assert "紧急调阅" in refused.value.problems[0].zh


@pytest.mark.parametrize("has_marks", [True, False])
def test_a_file_that_comes_back_is_found_whatever_was_indexed_meanwhile(story: Story, has_marks: bool) -> None:
    manager = store(closed(story))
    before = Child.objects.values_list("id_token", "person_token").get(id=story.child.id)
    if not has_marks:
        search.forget(story.child.id)
    search.rebuild(at=story.at)
    Child.objects.filter(id=story.child.id).update(person_token=b"of no county")
    shelving.bring_back(child_id=story.child.id, actor=manager, at=story.at)
    assert len(finds(story)) == 1
    assert Child.objects.values_list("id_token", "person_token").get(id=story.child.id) == before


def test_a_file_taken_out_of_storage_becomes_due_again(story: Story) -> None:
    closed(story)
    story.at = GROWN
    retention.list_due(at=GROWN)
    manager, due = story.world.viewer("郑管理", GROWN), Due.objects.get()
    row = retention.propose(due_ids=[due.id], actor=manager, at=GROWN)
    disposing.decide(disposal_id=row.id, agrees=True, actor=second_person(story.world, GROWN), at=GROWN)
    assert retention.list_due(at=GROWN + timedelta(days=2)) == 0
    shelving.bring_back(child_id=story.child.id, actor=manager, at=GROWN + timedelta(days=3))
    assert retention.list_due(at=GROWN + timedelta(days=4)) == 0
    month_on = GROWN + timedelta(days=40)
    assert (retention.list_due(at=month_on), retention.list_due(at=month_on)) == (1, 0)
    assert sorted(Due.objects.values_list("state", flat=True)) == [Due.DONE, Due.WAITING]
    assert row.files.count() == 1
