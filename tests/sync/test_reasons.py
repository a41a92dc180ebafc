"""Each reason for which an entry waits: kept whole, told in words, with somebody who decides; danger acts at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.story import phq_a
from tests.sync.phone import Json, Phone, entry, visit
from tests.sync.test_down import sealed, taken
from tests.web.conftest import Clock
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case, Task
from tongxin.core.pathway.vocabulary import CHILD_STATES
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows.arriving_sides import sides_of
from tongxin.flows.arriving_words import REASONS
from tongxin.flows.rebuild import differences
from tongxin.ledger.models import Entry, HeldEntry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sync import devices
from tongxin.sync.models import Arrival, ChildAlias

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
DANGER: Json = {"wish_to_die": "yes"}


def held(told: Json, reason: str) -> Arrival:
    """The arrival behind a result that says so, with its words and its owner checked."""
    assert (told["state"], told.get("reason")) == ("held", reason), told
    assert told["zh"].startswith(REASONS[reason].partition("{who}")[0])
    arrival = Arrival.objects.get(receipt__number=told["receipt"])
    assert arrival.decider_id is not None and arrival.due_at > arrival.received_at
    return arrival


def case_state(child: Child) -> str:
    found: str = Case.objects.get(id=child.id).state["child_state"]
    return found


def in_crisis(child: Child) -> bool:
    return Case.objects.get(id=child.id).in_crisis


def test_a_form_that_is_not_filled_right(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    sent = visit(child, time.now, **DANGER)
    del sent["answers"]["kind"]
    arrival = held(phone().sends(sent, now=time.now)[0], "refused")
    assert in_crisis(child) and arrival.is_danger
    assert arrival.decider_id == cast.posts["王督导"].id
    assert arrival.due_at - arrival.received_at == timedelta(hours=2)
    assert not Entry.objects.filter(subject_id=child.id, kind="visit").exists()


def test_an_answer_to_a_question_that_is_not_there_is_not_dropped(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child = cast.child()
    (told,) = phone().sends(visit(child, time.now, not_there="要紧的话"), now=time.now)
    held(told, "refused")


def test_a_child_who_moved_to_others(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    sealed(time)
    mine = phone()
    taken(mine)
    move = fill(child, "detail_correction", time.now, residence_division="370116104230")
    cast.record(child, "detail_correction", move, by="郑管理", at=time.now)
    arrival = held(mine.sends(visit(child, time.now, **DANGER), now=time.now)[0], "moved_child")
    assert in_crisis(child)
    assert arrival.decider_id == cast.posts["郑管理"].id


def test_a_child_whose_file_was_erased(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    sent = visit(child, time.now)
    vault.destroy(child.key_owner, at=time.now)
    arrival = held(phone().sends(sent, now=time.now)[0], "gone_child")
    assert arrival.key_owner.kind == "intake"


def test_a_form_or_a_choice_that_is_no_more(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    old = visit(child, time.now, old_question="以前的一问", **DANGER) | {"form_hash": "0" * 64}
    choice = visit(child, time.now, kind="no_longer_there") | {"form_hash": "0" * 64}
    unknown = visit(child, time.now) | {"form": "never_heard_of"}
    fits = visit(child, time.now) | {"form_hash": "0" * 64}
    told = mine.sends(old, choice, unknown, fits, now=time.now)
    held(told[0], "retired_form")
    held(told[1], "retired_option")
    held(told[2], "retired_form")
    assert told[3]["state"] == "arrived"
    assert in_crisis(child)


def test_an_app_that_is_too_old(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone(app="0.9")
    held(mine.sends(visit(child, time.now, **DANGER), now=time.now)[0], "old_app")
    assert in_crisis(child)


def test_a_clock_that_nobody_can_put_right(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    ahead = visit(child, time.now) | {"occurred_at": (time.now + timedelta(days=3)).isoformat()}
    ancient = visit(child, time.now) | {"occurred_at": "1970-01-01T00:00:00"}
    told = mine.sends(ahead, ancient, now=time.now)
    held(told[0], "wrong_clock")
    held(told[1], "wrong_clock")


def test_a_form_that_the_post_does_not_record(cast: world.World, phone: Paired, time: Clock) -> None:
    child, stranger = cast.child(), cast.child("小石", by="吴主任", village="370116104230", birth="2011-01-01")
    mine = phone()
    told = mine.sends(
        entry(child, "care_plan", {"goals": "x"}, time.now), visit(stranger, time.now, **DANGER), now=time.now
    )
    held(told[0], "not_allowed")
    held(told[1], "not_allowed")
    assert in_crisis(stranger)


def test_what_a_child_answers_on_a_phone_acts_though_the_form_is_not_whole(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child = cast.child()
    sent = entry(child, "assessment_form", phq_a(q9="3"), time.now)
    told = phone("王督导").sends(sent, now=time.now)[0]
    held(told, "not_allowed")
    assert in_crisis(child)
    other = cast.child("小石", birth="2011-01-01")
    sent = entry(other, "assessment_form", {"instruments_used": ["phq_a"], "phq_a": {"q9": "3"}}, time.now)
    held(phone("林社工").sends(sent, now=time.now)[0], "refused")
    assert in_crisis(other)


def test_a_phone_that_was_stopped(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    devices.revoke(device=mine.device, wipes=False, actor=WORKER, at=time.now)
    held(mine.sends(visit(child, time.now, **DANGER), now=time.now)[0], "revoked")
    assert in_crisis(child)
    time.now += timedelta(days=31)
    assert mine.up(visit(child, time.now), now=time.now).status_code == 401


def test_somebody_who_works_here_no_more(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    mine.person.is_active = False
    mine.person.save()
    held(mine.sends(visit(child, time.now), now=time.now)[0], "revoked")


def test_two_copies_of_one_entry(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    sent = visit(child, time.now)
    other = sent | {"answers": sent["answers"] | DANGER}
    first, second = mine.sends(sent, other, now=time.now)
    arrival = held(second, "different_copy")
    assert first["state"] == "arrived" and in_crisis(child)
    assert HeldEntry.objects.get(id=arrival.held_id).settled_at is None
    assert mine.sends(other, sent, now=time.now) == [second, first]


def test_two_corrections_of_one_entry(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    sent = visit(child, time.now)
    mine.sends(sent, now=time.now)
    again = {"supersedes": sent["id"], "correction_kind": "correct"}
    told = mine.sends(visit(child, time.now) | again, visit(child, time.now) | again, now=time.now)
    assert told[0]["state"] == "arrived"
    assert held(told[1], "different_copy").held_id is not None


def test_an_entry_that_nobody_can_read(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    broken = visit(child, time.now) | {"occurred_at": "gestern"}
    held(mine.sends(broken, now=time.now)[0], "unreadable")


def test_the_danger_in_what_came_before_its_file_acts_with_the_file(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    mine, named = phone(), ids.new_id()
    broken = visit(cast.child("小石", birth="2011-01-01"), time.now, **DANGER) | {"child": str(named)}
    del broken["answers"]["kind"]
    held(mine.sends(broken, now=time.now)[0], "early")
    mine.sends(TestSameChild().file(named, time), now=time.now)
    arrival, actor = Arrival.objects.get(), cast.viewer("王督导", time.now)
    assert in_crisis(Child.objects.get(id=named))
    assert (arrival.receipt.reason, arrival.child_id, arrival.is_danger) == ("refused", named, True)
    assert settling.problems_of(arrival, viewer=actor, at=time.now)
    settling.put_aside(arrival_id=arrival.id, reason="recorded", note="", actor=actor, at=time.now)
    assert HeldEntry.objects.get(id=arrival.held_id).settled_at is not None


class TestConflict:
    """A value of the profile that was changed meanwhile."""

    def correction(self, child: Child, time: Clock, *, seen: str, now: str) -> Json:
        answers = fill(child, "detail_correction", time.now, phone=now, basis="奶奶说换号了")
        return entry(child, "detail_correction", answers, time.now, based_on={"phone": seen})

    def office(self, cast: world.World, child: Child, time: Clock, phone: str) -> None:
        answers = fill(child, "detail_correction", time.now, phone=phone, basis="来电核实")
        cast.record(child, "detail_correction", answers, by="王督导", at=time.now)

    def stands(self, child: Child, time: Clock) -> str | None:
        child.refresh_from_db()
        return vault.open([child.phone], viewer=WORKER, purpose="test", at=time.now)[0]

    def test_both_are_kept_and_the_one_on_record_stands(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child, mine = cast.child(phone="13800000001"), phone()
        self.office(cast, child, time, "13800000002")
        sent = self.correction(child, time, seen="13800000001", now="13800000003")
        assert held(mine.sends(sent, now=time.now)[0], "conflict").fields == ["phone"]
        assert self.stands(child, time) == "13800000002"

    @pytest.mark.parametrize(("office", "mine"), [("13800000003", "13800000003"), ("13800000001", "13800000003")])
    def test_the_same_change_and_a_change_taken_back_are_no_conflict(
        self, cast: world.World, phone: Paired, time: Clock, office: str, mine: str
    ) -> None:
        child = cast.child(phone="13800000001")
        self.office(cast, child, time, "13800000002")
        self.office(cast, child, time, office)
        sent = self.correction(child, time, seen="13800000001", now=mine)
        assert phone().sends(sent, now=time.now)[0]["state"] == "arrived"
        assert self.stands(child, time) == mine

    def test_what_a_visit_only_echoes_overwrites_nothing(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child = cast.child(phone="13800000001")
        self.office(cast, child, time, "13800000002")
        sent = contact(child, time, "13800000001") | {"based_on": {"phone": "13800000001"}}
        assert phone().sends(sent, now=time.now)[0]["state"] == "arrived"
        assert self.stands(child, time) == "13800000002"

    def test_what_a_visit_changes_waits_when_others_changed_it(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child = cast.child(phone="13800000001")
        self.office(cast, child, time, "13800000002")
        sent = contact(child, time, "13800000003") | {"based_on": {"phone": "13800000001"}}
        held(phone().sends(sent, now=time.now)[0], "conflict")

    @pytest.mark.parametrize(("office", "mine", "stands"), [
        ("boarding", "lost", "lost"), ("lost", "boarding", "lost"), ("dead", "away", "away"), ("away", "dead", "away"),
        ("boarding", "in_institution", "boarding"),
    ])
    def test_the_safer_state_stands_until_somebody_has_decided(
        self, cast: world.World, phone: Paired, time: Clock, office: str, mine: str, stands: str
    ) -> None:
        child = cast.child()
        cast.record(child, "child_state", fill(child, "child_state", time.now, state=office), by="王督导", at=time.now)
        answers = fill(child, "child_state", time.now, state=mine, known_from="邻居说的")
        sent = entry(child, "child_state", answers, time.now, based_on={"state": "present"})
        arrival = held(phone().sends(sent, now=time.now)[0], "conflict")
        assert (case_state(child), arrival.held_id is not None) == (stands, stands == mine)
        actor = cast.viewer("郑管理", time.now)
        what = holding.sent_in(arrival, viewer=actor, at=time.now)
        child.refresh_from_db()
        (sides,) = sides_of(arrival=arrival, sent=what, child=child, viewer=actor, at=time.now)
        assert (sides.phone.zh, sides.office.zh) == (CHILD_STATES[mine], CHILD_STATES[office])
        assert sides.stands_on_phone == (stands == mine)
        keys = [key.partition(":")[0] for key in Task.objects.filter(case_id=child.id).values_list("key", flat=True)]
        assert ("child_missing" in keys) == (stands == "lost")
        settling.put_aside(arrival_id=arrival.id, reason="mistaken", note="", actor=actor, at=time.now)
        assert case_state(child) == office

    def test_a_guardian_of_concern_counts_though_the_record_waits(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child, mine = cast.child(), phone(app="0.9")
        said = {"is_concern": "yes", "concern_from": ["staff"]}
        report = fill(child, "crisis_report", time.now, **said)
        mine.sends(entry(child, "crisis_report", report, time.now), now=time.now)
        state = Case.objects.get(id=child.id).state
        assert (state["is_concern"], state["staff_concern"]) == (True, True)
        assert not list(differences(at=time.now))

    def test_a_state_and_a_carer_are_held_too(self, cast: world.World, phone: Paired, time: Clock) -> None:
        child, mine = cast.child(), phone()
        cast.record(child, "child_state", fill(child, "child_state", time.now, state="boarding", place="一中"),
                    by="王督导", at=time.now)
        cast.record(child, "carer_change", fill(child, "carer_change", time.now, event="starts", name="王桂兰",
                    relation="paternal_grandmother"), by="王督导", at=time.now)
        state = entry(child, "child_state", fill(child, "child_state", time.now, state="in_institution", place="院"),
                      time.now, based_on={"state": "present"})
        carer = entry(child, "carer_change", fill(child, "carer_change", time.now, event="starts", name="李四",
                      relation="paternal_grandfather"), time.now, based_on={"carers": []})
        told = mine.sends(state, carer, now=time.now)
        assert held(told[0], "conflict").fields == ["state"]
        assert held(told[1], "conflict").fields == ["carers"]


def contact(child: Child, time: Clock, number: str) -> Json:
    """A record on which the telephone stands, of a form that doesn't own it."""
    return visit(child, time.now, phone=number)


class TestSameChild:
    """Two directors register the same child offline."""

    NUMBER = "370116201203052021"

    def file(self, child_id: object, time: Clock, **more: Any) -> Json:
        answers = {
            "opened_on": time.now.date().isoformat(), "source": "patrol", "name": "王小雨", "id_kind": "resident_id",
            "id_no": self.NUMBER, "sex": "female", "birth": "2012-03-05", "residence_division": "370116001001", **more,
        }
        return entry(child_id, "case_file", answers, time.now)  # type: ignore[arg-type]

    def test_the_same_number_is_one_child_at_once_and_both_entries_stand(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        first, second = ids.new_id(), ids.new_id()
        one, two = phone(), phone()
        told = [*one.sends(self.file(first, time), now=time.now), *two.sends(self.file(second, time), now=time.now)]
        assert [each["state"] for each in told] == ["arrived", "arrived"]
        assert Child.objects.count() == 1
        assert Entry.objects.filter(subject_id=first, kind="case_file").count() == 2
        note = entry(second, "case_note", fill(Child.objects.get(), "case_note", time.now), time.now)
        assert two.sends(note, now=time.now)[0]["state"] == "arrived"
        assert Entry.objects.get(id=note["id"]).subject_id == first

    def test_what_the_second_file_says_otherwise_is_held_and_the_child_is_one(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        first, second = ids.new_id(), ids.new_id()
        one, two = phone(), phone()
        one.sends(self.file(first, time, phone="13800000001"), now=time.now)
        told = two.sends(self.file(second, time, phone="13800000002"), now=time.now)
        assert held(told[0], "duplicate_child").fields == ["phone"]
        assert ChildAlias.objects.get(phone_id=second).child_id == first
        assert Child.objects.count() == 1

    def test_the_same_name_and_birth_is_a_question_for_a_person(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child = cast.child("王小雨", birth="2012-03-05")
        arrival = held(phone().sends(self.file(ids.new_id(), time), now=time.now)[0], "duplicate_child")
        assert arrival.child_id == child.id and not ChildAlias.objects.exists()
