"""What waits is decided by a person: recorded as written, opened as a form, put aside; the phone is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.sync.phone import Phone, entry, visit
from tests.sync.test_down import sealed, taken
from tests.sync.test_reasons import TestSameChild as Files
from tests.web.conftest import Clock
from tongxin.cases.models import Case
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows.arriving_sides import sides_of
from tongxin.flows.invariants import breaches
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sweep import sweep
from tongxin.ledger.models import Entry, HeldEntry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sync import devices
from tongxin.sync.models import Arrival

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]


def only() -> Arrival:
    return Arrival.objects.get()


def told(mine: Phone, time: Clock) -> dict[str, str]:
    sealed(time)
    (settled,) = taken(mine)["settled"]
    assert "settled" not in taken(mine)
    return settled


def test_recorded_as_written_in_its_writers_name(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone(app="0.9")
    sent = visit(child, time.now)
    mine.sends(sent, now=time.now)
    sealed(time)
    taken(mine)
    time.now += timedelta(hours=1)
    settling.record_as_written(arrival_id=only().id, actor=cast.viewer("王督导", time.now), at=time.now)
    kept = Entry.objects.get(id=sent["id"])
    assert (kept.person_id, kept.occurred_at) == (mine.person.id, time.now - timedelta(hours=1))
    assert told(mine, time)["state"] == mine.sends(sent, now=time.now)[0]["state"] == "arrived"


def test_what_the_writer_may_not_record_stands_in_the_name_of_who_decides(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child, mine = cast.child(), phone()
    devices.revoke(device=mine.device, wipes=False, actor=cast.viewer("王督导"), at=time.now)
    mine.person.is_active = False
    mine.person.save()
    sent = visit(child, time.now, wish_to_die="yes")
    mine.sends(sent, now=time.now)
    arrival = only()
    settling.record_as_written(arrival_id=arrival.id, actor=cast.viewer("王督导", time.now), at=time.now)
    assert Entry.objects.get(id=sent["id"]).person_id == cast.people["王督导"].id
    assert HeldEntry.objects.get(id=arrival.held_id).settled_at is not None
    assert Case.objects.get(id=child.id).in_crisis
    assert [each.kind for each in breaches(at=time.now) if each.count] == []


def test_put_aside_for_a_reason_and_the_danger_stays(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    broken = visit(child, time.now, wish_to_die="yes")
    del broken["answers"]["kind"]
    mine.sends(broken, now=time.now)
    sealed(time)
    taken(mine)
    actor = cast.viewer("王督导", time.now)
    with pytest.raises(Refused):
        settling.put_aside(arrival_id=only().id, reason="", note="", actor=actor, at=time.now)
    settling.put_aside(arrival_id=only().id, reason="recorded", note="电话里说过", actor=actor, at=time.now)
    assert "已经在另一条记录里" in told(mine, time)["zh"]
    assert Case.objects.get(id=child.id).in_crisis
    with pytest.raises(Refused):
        settling.put_aside(arrival_id=only().id, reason="recorded", note="", actor=actor, at=time.now)


def test_opened_as_a_form_and_handed_in(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    broken = visit(child, time.now)
    del broken["answers"]["kind"]
    mine.sends(broken, now=time.now)
    actor = cast.viewer("王督导", time.now)
    address = settling.open_as_form(arrival_id=only().id, actor=actor, at=time.now)
    assert address.startswith(f"/children/{child.id}/forms/visit_record/?draft=")
    named = holding.opened_id(only().id)
    sheet = Sheet(named, "visit_record", fill(child, "visit_record", time.now), time.now)
    record(child_id=child.id, sheet=sheet, actor=actor, at=time.now)
    sweep(time.now)
    assert only().outcome == Arrival.RECORDED


def two_copies_settled(cast: world.World, child: Child, mine: Phone, *, valid_one: str, at: datetime) -> dict[str, Any]:
    """One entry that came twice with different answers; in the child's record one of them was found valid."""
    sent = visit(child, at)
    mine.sends(sent, sent | {"answers": sent["answers"] | {"wish_to_die": "yes"}}, now=at)
    answers = fill(child, "held_settlement", at, valid_one=valid_one)
    cast.record(child, "held_settlement", answers, by="王督导", at=at, about=str(only().held_id))
    sweep(at)
    return sent


def test_settled_in_the_childs_own_record(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    two_copies_settled(cast, child, mine, valid_one="first", at=time.now)
    assert only().outcome == Arrival.ASIDE


def test_found_valid_in_the_childs_own_record_it_waits_until_it_stands_there(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child, mine = cast.child(), phone()
    sent = two_copies_settled(cast, child, mine, valid_one="second", at=time.now)
    assert only().settled_at is None
    actor = cast.viewer("王督导", time.now)
    assert f"&corrects={sent['id']}" in settling.open_as_form(arrival_id=only().id, actor=actor, at=time.now)


def test_a_file_made_from_the_form_lets_in_those_who_waited_for_it(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    mine, named = phone(), ids.new_id()
    broken, note = Files().file(named, time), fill(cast.child(), "case_note", time.now)
    whole = dict(broken["answers"])
    del broken["answers"]["sex"]
    early = entry(named, "case_note", note, time.now)
    assert [each["reason"] for each in mine.sends(broken, early, now=time.now)] == ["refused", "early"]
    arrival, actor = Arrival.objects.get(form_id="case_file"), cast.viewer("王督导", time.now)
    settling.open_as_form(arrival_id=arrival.id, actor=actor, at=time.now)
    sheet = Sheet(holding.opened_id(arrival.id), "case_file", whole, time.now)
    child = open_file(sheet=sheet, actor=actor, at=time.now)
    sweep(time.now)
    late = entry(named, "case_note", note, time.now)
    assert mine.sends(late, now=time.now)[0]["state"] == "arrived"
    assert {entry.subject_id for entry in Entry.objects.filter(id__in=[early["id"], late["id"]])} == {child.id}
    assert not Arrival.objects.filter(settled_at__isnull=True).exists()


def test_nobody_else_decides_and_nobody_about_their_own(cast: world.World, phone: Paired, time: Clock) -> None:
    cast.child()
    mine = phone("王督导", app="0.9")
    mine.sends(visit(Child.objects.get(), time.now), now=time.now)
    assert only().decider_id == cast.posts["郑管理"].id
    for name in ("周主任", "王督导", "林社工", "陈管理", "陈督导"):
        viewer = cast.viewer(name, time.now)
        assert not settling.waiting_for(viewer=viewer, at=time.now).exists(), name
        with pytest.raises(NotAllowed):
            settling.record_as_written(arrival_id=only().id, actor=viewer, at=time.now)
    assert settling.waiting_for(viewer=cast.viewer("郑管理", time.now), at=time.now).count() == 1


def test_what_nobody_decides_climbs(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    phone(app="0.9").sends(visit(child, time.now), now=time.now)
    assert only().decider_id == cast.posts["王督导"].id
    time.now += timedelta(days=3)
    sweep(time.now)
    assert (only().decider_id, only().climbed) == (cast.posts["郑管理"].id, 1)
    assert only().due_at > time.now


def test_both_sides_in_words(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(phone="13800000001"), phone()
    office = fill(child, "detail_correction", time.now, phone="13800000002", basis="来电核实")
    cast.record(child, "detail_correction", office, by="王督导", at=time.now)
    answers = fill(child, "detail_correction", time.now, phone="13800000003", basis="奶奶说换号了")
    mine.sends(
        entry(child, "detail_correction", answers, time.now, based_on={"phone": "13800000001"}), now=time.now
    )
    actor, arrival = cast.viewer("郑管理", time.now), only()
    sent = holding.sent_in(arrival, viewer=actor, at=time.now)
    present = Child.objects.get(id=child.id)
    (found,) = sides_of(arrival=arrival, sent=sent, child=present, viewer=actor, at=time.now)
    assert (found.zh, found.seen) == ("联系电话", "13800000001")
    assert (found.phone.zh, found.phone.because) == ("13800000003", "奶奶说换号了")
    assert (found.office.zh, found.office.because) == ("13800000002", "来电核实")
    assert found.office.person_id == cast.people["王督导"].id
    settling.record_as_written(arrival_id=arrival.id, actor=actor, at=time.now)
    assert Entry.objects.filter(subject_id=child.id, kind="detail_correction").count() == 2


@pytest.mark.parametrize(("is_same", "files"), [(True, 1), (False, 2)])
def test_a_possible_duplicate_is_one_child_or_two(
    cast: world.World, phone: Paired, time: Clock, is_same: bool, files: int
) -> None:
    child, mine, named = cast.child("王小雨", birth="2012-03-05"), phone(), ids.new_id()
    mine.sends(Files().file(named, time), now=time.now)
    note = entry(named, "case_note", fill(child, "case_note", time.now), time.now)
    assert mine.sends(note, now=time.now)[0]["reason"] == "early"
    arrival, actor = Arrival.objects.get(form_id="case_file"), cast.viewer("王督导", time.now)
    if is_same:
        settling.same_child(arrival_id=arrival.id, takes_over=True, actor=actor, at=time.now)
    else:
        settling.record_as_written(arrival_id=arrival.id, actor=actor, at=time.now)
    assert Child.objects.count() == files
    assert Entry.objects.get(id=note["id"]).subject_id == (child.id if is_same else named)
    assert not Arrival.objects.filter(settled_at__isnull=True).exists()
