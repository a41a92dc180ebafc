"""What phones bring about a child who is or was erased: nothing opens after it, and a danger rings at once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.documents.files import jpeg
from tests.flows.forms import fill
from tests.flows.story import Story
from tests.sync.phone import Phone, entry, visit
from tests.sync.test_blobs import put
from tests.sync.test_reasons import TestSameChild as Files
from tests.web.conftest import Clock, Office
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows import erasing
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import Refused
from tongxin.flows.sweep import sweep
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sync.models import Arrival, Blob, Piece
from tongxin.vault import Owner

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
SignedIn = Callable[[str], Office]
WORDS = "小石家里养了三只羊"


def closed(story: Story) -> None:
    story.record("carer_change", "王督导", event="starts", name="刘秀英", relation="father", is_guardian="yes")
    story.record("case_closure", "王督导", reason="died")
    story.record("closure_decision", "郑管理", outcome="approved")


def erase(story: Story, committed: Any) -> None:
    with committed(execute=True, using="default"):
        erasing.erase(
            child_id=story.child.id, basis=erasing.RETENTION, proposed_by=story.world.people["王督导"].id,
            actor=story.world.viewer("郑管理", story.at), at=story.at,
        )


def opens(arrival: Arrival, story: Story) -> str | None:
    (words,) = vault.open([arrival.content], viewer=WORKER, purpose="x", part="p", route="r", at=story.at)
    return words


def test_what_came_before_the_file_opens_no_more(
    cast: world.World, phone: Paired, time: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    mine, child_id, picture = phone(), ids.new_id(), ids.new_id()
    note = entry(child_id, "case_note", fill(cast.child(), "case_note", time.now, noted=WORDS), time.now)
    mine.sends(note, now=time.now)
    put(mine, picture, note["id"], jpeg()[:40], total=len(jpeg()))
    mine.sends(Files().file(child_id, time), now=time.now)
    arrival = Arrival.objects.get()
    assert (arrival.outcome, arrival.owner_kind, arrival.child_id) == (Arrival.RECORDED, "intake", child_id)
    story = Story(cast, Child.objects.get(id=child_id), at=time.now)
    assert WORDS in json.loads(opens(arrival, story) or "{}")["answers"]["noted"]
    closed(story)
    erase(story, django_capture_on_commit_callbacks)
    assert opens(arrival, story) is None and not Piece.objects.exists()
    keys = {Owner("intake", picture), arrival.key_owner}
    assert vault.destroyed(list(keys)) == keys
    assert put(mine, picture, note["id"], jpeg()[40:], at=40, total=len(jpeg())).json()["is_whole"]
    assert mine.sends(note, now=time.now)[0]["state"] == "arrived"
    late = ids.new_id()
    assert put(mine, late, note["id"], jpeg()).json()["zh"].startswith("这份档案已经删除")
    sweep(story.at + timedelta(days=1))
    assert not Piece.objects.exists() and Blob.objects.get(id=late).outcome == Arrival.ASIDE


def test_what_still_waits_for_a_file_stands_against_it(cast: world.World, phone: Paired, time: Clock) -> None:
    story = Story(cast, at=time.now)
    closed(story)
    mine = phone()
    mine.sends(entry(ids.new_id(), "case_note", fill(story.child, "case_note", time.now), time.now), now=time.now)
    Arrival.objects.update(named_id=story.child.id)
    assert "手机送来的记录" in "".join(erasing.refusals(story.child, basis=erasing.RETENTION, at=story.at))


def test_a_danger_about_an_erased_child_rings_and_becomes_a_new_file(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    story, mine = Story(cast, at=time.now), phone()
    closed(story)
    erase(story, django_capture_on_commit_callbacks)
    time.now = story.at
    crisis = fill(cast.child("样"), "crisis_report", time.now, kind="harmed")
    sent, calm = entry(story.child, "crisis_report", crisis, time.now), visit(story.child, time.now)
    told = mine.sends(sent, calm, now=time.now)
    assert [(each["state"], each["reason"]) for each in told] == [("held", "gone_child")] * 2
    arrival = Arrival.objects.get(form_id="crisis_report")
    assert arrival.is_danger and arrival.due_at - arrival.received_at == timedelta(hours=2)
    assert arrival.decider_id == cast.posts["王督导"].id
    assert arrival.key_owner == Owner("intake", arrival.receipt.entry_id)
    assert not Arrival.objects.get(form_id=calm["form"]).is_danger
    desk, actor = office("王督导"), cast.viewer("王督导", time.now)
    page = desk.get(f"/arrivals/{arrival.id}/").content.decode()
    assert "另建档案" in page and "照写的登记" not in page
    with pytest.raises(Refused):
        settling.record_as_written(arrival_id=arrival.id, actor=actor, at=time.now)
    assert desk.post(f"/arrivals/{arrival.id}/", {"decision": "file"}).headers["Location"].startswith("/children/new/")
    answers = fill(cast.child("样"), "case_file", time.now, residence_division="370116001001", source="other")
    sheet = Sheet(holding.opened_id(arrival.id), "case_file", answers, time.now)
    child = open_file(sheet=sheet, actor=actor, at=time.now)
    sweep(time.now)
    assert Entry.objects.get(id=sent["id"]).subject_id == child.id == Entry.objects.get(id=calm["id"]).subject_id
    assert Case.objects.get(id=child.id).in_crisis and not Arrival.objects.filter(settled_at__isnull=True).exists()
    again = visit(story.child, time.now)
    assert mine.sends(again, now=time.now)[0]["state"] == "arrived"
    assert Entry.objects.get(id=again["id"]).subject_id == child.id


def test_it_may_be_a_child_on_file_and_a_stopped_phone_rings_too(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    gone, other, mine = cast.child(), cast.child("小风"), phone(app="0.9")
    vault.destroy(gone.key_owner, at=time.now)
    sent = visit(gone, time.now, wish_to_die="yes")
    assert mine.sends(sent, now=time.now)[0]["reason"] == "old_app"
    assert Arrival.objects.get().is_danger
    fresh = phone()
    sent = visit(gone, time.now, wish_to_die="yes")
    fresh.sends(sent, now=time.now)
    arrival = Arrival.objects.get(receipt__entry_id=sent["id"])
    assert arrival.is_danger and not Case.objects.get(id=other.id).in_crisis
    desk = office("王督导")
    assert desk.post(f"/arrivals/{arrival.id}/", {"decision": "about", "child": str(other.id)}).status_code == 302
    assert Case.objects.get(id=other.id).in_crisis and Entry.objects.get(id=sent["id"]).subject_id == other.id
