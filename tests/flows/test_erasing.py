"""An erased file opens no more, anywhere, and stays erased; what the law keeps is stored and seen by nobody."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.flows.counselling import begin, meet
from tests.flows.story import Story
from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.flows import erasing, holding, shelving, stripping, supervising
from tongxin.flows.invariants import breaches
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sweep import sweep
from tongxin.groups.models import Supervised, Supervision
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people import search
from tongxin.people.homes import join_household
from tongxin.people.models import Adult, Carer, Child, ChildToken
from tongxin.rights.models import Shelved, Tombstone
from tongxin.vault import Owner, destructions

pytestmark = pytest.mark.django_db


def closed(story: Story) -> Story:
    story.record("carer_change", "王督导", event="starts", name="刘秀英", relation="father", is_guardian="yes")
    story.record("case_closure", "王督导", reason="died")
    story.record("closure_decision", "郑管理", outcome="approved")
    return story


def erase(story: Story, by: str = "郑管理", basis: str = erasing.RETENTION) -> Tombstone:
    return erasing.erase(
        child_id=story.child.id, basis=basis, proposed_by=story.world.people["王督导"].id,
        actor=story.world.viewer(by, story.at), at=story.at,
    )


def said(story: Story, **more: str) -> str:
    with pytest.raises(Refused) as caught:
        erase(story, **more)
    assert not Tombstone.objects.exists() and Case.objects.filter(id=story.child.id).exists()
    return "".join(each.zh for each in caught.value.problems)


def finds(story: Story, name: str = "郑管理") -> list[object]:
    return list(search.find("小雨", viewer=story.world.viewer(name, story.at), at=story.at, route="test"))


def hold(story: Story) -> None:
    holding.place(
        child=story.child, kind=next(iter(_hold_kinds(story))), basis="诉讼", document="（2025）1号",
        review_on=(story.at + timedelta(days=5)).date(), actor=story.world.viewer("郑管理", story.at), at=story.at,
    )


def lift(story: Story) -> None:
    (row,) = holding.holds_on(story.child.id)
    holding.lift(hold_id=row.id, words="结案", actor=story.world.viewer("王督导", story.at), at=story.at)


def _hold_kinds(story: Story) -> list[str]:
    from tongxin.keeping.rules import rules_at

    return list(rules_at(story.at, region="370116").holds)


def test_takes_two_people_and_a_file_that_nothing_needs(story: Story) -> None:
    assert "个案还在办理" in said(story)
    closed(story)
    assert "不能是提出的人" in said(story, by="王督导")
    hold(story)
    assert holding.IS_HELD in said(story)


def test_while_a_danger_is_open_nobody_erases(story: Story) -> None:
    story.record("crisis_report", "王督导", kind="harmed")
    text = said(story)
    assert "危机还没有解除" in text and "强制报告还没有办结" in text


def test_a_protection_case_is_kept_by_law_when_a_family_asks(story: Story) -> None:
    closed(story)
    report = story.record("crisis_report", "王督导", kind="harmed").entry
    found = erasing.kept_by_law(story.child, at=story.at)
    assert report.kind == "crisis_report" and "只保存" in found[0]
    assert erasing.kept_by_law(story.child, at=story.at + timedelta(days=366 * 10)) == []


def test_nothing_of_it_opens_and_nobody_finds_it(story: Story, django_capture_on_commit_callbacks: object) -> None:
    closed(story)
    entries = list(Entry.objects.filter(subject_id=story.child.id))
    father = Adult.objects.get(id=Carer.objects.get(child=story.child).adult_id)
    name, carer = Child.objects.get(id=story.child.id).name, father.name
    assert finds(story)
    with django_capture_on_commit_callbacks(execute=True, using="default"):  # type: ignore[operator]
        stone = erase(story)
    assert finds(story) == [] and not ChildToken.objects.filter(child_id=story.child.id).exists()
    assert vault.open([name, carer], viewer=WORKER, purpose="test", at=story.at) == [None, None]
    assert set(ledger.open_entries(entries, viewer=WORKER, purpose="test", at=story.at)) == {None}
    assert {each.owner for each in destructions.listed()} >= {Owner("child", story.child.id), Owner("adult", father.id)}
    child = Child.objects.get(id=story.child.id)
    assert (child.name, child.birth_month, child.county_id, child.id_token) == (None, None, None, None)
    assert not Case.objects.filter(id=child.id).exists() and not Result.objects.filter(child_id=child.id).exists()
    for who in ("周主任", "王督导", "郑管理"):
        assert not access.may(viewer=story.world.viewer(who, story.at), child_id=child.id, part="roster", at=story.at)
    stone.refresh_from_db()
    assert (stone.birth_year, stone.opened_year, stone.owners) == (2012, 2025, [])


def test_the_record_stays_sound_around_it(story: Story, django_capture_on_commit_callbacks: object) -> None:
    closed(story)
    with django_capture_on_commit_callbacks(execute=True, using="default"):  # type: ignore[operator]
        erase(story)
    story.rebuilt_equal()
    assert [each.kind for each in breaches(at=story.at) if each.count] == []
    sweep(story.at + timedelta(days=400))
    with pytest.raises(NotAllowed):
        story.world.record(story.child.id, "visit_record", {}, by="周主任", at=story.at)
    Result.objects.create(
        entry_id=ids.new_id(), child_id=story.child.id, kind="visit", form_hash="", data={}, definitions={}
    )
    with pytest.raises(AssertionError):
        story.rebuilt_equal()


def test_a_sibling_in_the_home_keeps_what_they_share(story: Story) -> None:
    other = Story(story.world, story.world.child("小风", by="周主任"))
    closed(story)
    other.record("carer_change", "王督导", event="starts", name="刘秀英", relation="father")
    shared = Carer.objects.get(child=other.child).adult_id
    Carer.objects.filter(child=story.child).update(adult_id=shared)
    stone = erase(story)
    assert ["adult", str(shared)] not in stone.owners
    assert Carer.objects.filter(child=other.child, adult_id=shared).exists()
    other.rebuilt_equal()


def test_what_an_older_copy_brings_back_goes_once_more(story: Story) -> None:
    closed(story)
    vault.destroy(story.child.key_owner, at=story.at)
    assert Case.objects.filter(id=story.child.id).exists()
    assert erasing.again(at=story.at) == 1
    assert finds(story) == [] and not Case.objects.filter(id=story.child.id).exists()
    assert Tombstone.objects.get(child_id=story.child.id).basis == erasing.RESTORED
    assert erasing.again(at=story.at) == 0
    story.rebuilt_equal()


def store(story: Story) -> Viewer:
    manager = story.world.viewer("郑管理", story.at)
    shelving.shelve(
        child_id=story.child.id, basis="request", proposed_by=story.world.people["王督导"].id, actor=manager,
        at=story.at,
    )
    return manager


def test_an_erased_file_that_was_stored_leaves_its_county_and_nothing_else(story: Story) -> None:
    county = closed(story).child.county_id
    manager = store(story)
    hold(story)
    assert holding.IS_HELD in said(story)
    lift(story)
    stone, row = erase(story), Shelved.objects.get()
    assert stone.county_id == county
    assert (row.ended_at, row.file_no, row.village_id, row.county_id) == (story.at, "", None, None)
    with pytest.raises(NotAllowed):
        shelving.open_stored(child_id=story.child.id, purpose="audit", words="核查", actor=manager, at=story.at)
    with pytest.raises(Refused):
        shelving.bring_back(child_id=story.child.id, actor=manager, at=story.at)
    Shelved.objects.update(ended_at=None, file_no=story.child.file_no, village_id=story.child.village_id)
    vault.destroy(story.child.key_owner, at=story.at)
    assert erasing.again(at=story.at) == 1 and erasing.again(at=story.at) == 0
    assert Shelved.objects.get().ended_at is not None and Shelved.objects.get().village_id is None


def test_a_stored_file_is_in_no_list_and_comes_back_whole(story: Story) -> None:
    closed(story)
    manager = store(story)
    assert finds(story) == [] and not _sees(story, "郑管理")
    story.rebuilt_equal()
    assert [each.kind for each in breaches(at=story.at) if each.count] == []
    with pytest.raises(Refused):
        shelving.open_stored(child_id=story.child.id, purpose="audit", words=" ", actor=manager, at=story.at)
    for stranger in ("王督导", "陈管理"):
        with pytest.raises(NotAllowed):
            shelving.open_stored(
                child_id=story.child.id, purpose="audit", words="核查", actor=story.world.viewer(stranger, story.at),
                at=story.at,
            )
    until = shelving.open_stored(child_id=story.child.id, purpose="audit", words="核查", actor=manager, at=story.at)
    story.at += timedelta(minutes=1)
    assert _sees(story, "郑管理") and not _sees(story, "林社工")
    story.at = until + timedelta(minutes=1)
    assert not _sees(story, "郑管理")
    shelving.bring_back(child_id=story.child.id, actor=manager, at=story.at)
    assert _sees(story, "王督导") and len(finds(story)) == 1
    story.child.refresh_from_db()
    story.rebuilt_equal()


def test_a_danger_at_home_takes_a_stored_file_out_at_once(story: Story) -> None:
    sibling = Story(story.world, story.world.child("小风"))
    join_household(children=[story.child, sibling.child], actor=WORKER, at=story.at)
    closed(story)
    store(story)
    sibling.at = story.at
    sibling.record("crisis_report", "王督导", kind="harmed")
    story.at = sibling.at
    assert story.owner("household_check") == "周主任" and _sees(story, "王督导")
    assert [each.kind for each in breaches(at=story.at) if each.count] == []
    story.rebuilt_equal()


def _sees(story: Story, name: str) -> bool:
    child: UUID = story.child.id
    return access.may(viewer=story.world.viewer(name, story.at), child_id=child, part="roster", at=story.at)


def test_what_a_supervision_said_of_the_child_goes_too(story: Story) -> None:
    supervised(story)
    row = Supervision.objects.get()
    assert row.note is not None and row.key_owner in stripping.owners_of(story.child)
    assert stripping.strip(story.child, at=story.at)["supervisions"] == 1
    row.refresh_from_db()
    assert row.note is None and row.sessions.count() == 1


def test_but_not_while_another_child_of_the_same_meeting_is_held(story: Story) -> None:
    supervised(story)
    row = Supervision.objects.get()
    other = Story(story.world, story.world.child(name="小江", at=story.at), at=story.at)
    Supervised.objects.create(supervision=row, child=other.child, entry_id=ids.new_id())
    hold(other)
    assert not supervising.notes_about(story.child.id)


def supervised(story: Story) -> None:
    """A session of the child that a supervision meeting looked at."""
    entry = meet(story, begin(story))
    story.wait(days=1)
    supervising.record_supervision(
        post_id=story.world.posts["苏咨询"].id, entry_ids=[UUID(entry)], held_on=story.at.date(), way="face",
        note="小雨说了家里的事", actor=story.world.viewer("许督导", story.at), at=story.at,
    )
