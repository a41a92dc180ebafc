"""A batch taken in together leaves exactly what the same entries leave that are taken in one by one."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.conftest import taken_back
from tests.flows.forms import fill
from tests.left import known_ids, left
from tests.sync.phone import Json, Phone, entry, visit
from tests.web.conftest import Clock
from tongxin.cases.models import Case
from tongxin.flows import arriving, arriving_together
from tongxin.flows.arriving_holding import viewer_for
from tongxin.flows.arriving_reading import Sender
from tongxin.ledger.models import Entry
from tongxin.lib import steady
from tongxin.people.models import Child
from tongxin.sync.models import Receipt

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
FORMS = ("visit_record", "observation_record", "interview_record", "case_note", "call_record", "follow_up",
         "child_state", "safety_check", "guardian_feedback", "household_members", "carer_change")


# In the last, an entry that writes a row by itself comes after ordinary ones: they must not be undone with it.
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 16])
def test_together_is_as_one_by_one(cast: world.World, phone: Paired, time: Clock, seed: int) -> None:
    mine = phone()
    family = [cast.child(name=name) for name in ("小甲", "小乙", "小丙")]
    batch = _batch(random.Random(seed), family, time.now)
    sender = Sender(device=mine.device, viewer=viewer_for(mine.device, at=time.now), app="1.0")

    def alone(payload: object) -> Receipt | None:
        assert isinstance(payload, dict)
        return arriving.take(payload, sender=sender, at=time.now)

    known = known_ids() | {each["id"] for each in batch}
    with taken_back():
        told = [_said(alone(each)) for each in batch]
        wanted = left(known)
    with taken_back(), steady.answering():
        together = arriving_together.take_all(batch, sender=sender, at=time.now, alone=alone)
        assert [_said(receipt) for receipt in together] == told
        found = left(known)
    for name, rows in wanted.items():
        assert found[name] == rows, name


def test_ordinary_entries_share_their_statements(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    notes = [_entry(child, "case_note", time.now - timedelta(minutes=each)) for each in range(20)]
    mine.sends(*notes[:2], now=time.now)
    with CaptureQueriesContext(connection) as few:
        mine.sends(*notes[2:5], now=time.now)
    with CaptureQueriesContext(connection) as many:
        told = mine.sends(*notes[5:], now=time.now)
    assert {each["state"] for each in told} == {"arrived"}
    assert len(many) == len(few)


def test_a_danger_in_a_batch_acts_with_its_own_entry(cast: world.World, phone: Paired, time: Clock) -> None:
    first, second = cast.child(name="小甲"), cast.child(name="小乙")
    danger = _entry(first, "observation_record", time.now, wish_to_die="yes")
    batch = _entry(second, "case_note", time.now), danger, _entry(first, "case_note", time.now)
    told = phone().sends(*batch, {"id": "nonsense"}, now=time.now)
    assert Entry.objects.filter(id__in=[each["id"] for each in batch]).count() == len(batch)
    assert [each["state"] for each in told] == ["arrived", "arrived", "arrived", "held"]
    assert Case.objects.get(id=first.id).in_crisis
    assert not Case.objects.get(id=second.id).in_crisis


def _batch(chance: random.Random, family: list[Child], now: datetime) -> list[Json]:
    batch: list[Json] = []
    while len(batch) < 12:
        child, at = chance.choice(family), now - timedelta(minutes=chance.randrange(600))
        match chance.randrange(12):
            case 0:
                batch.append(visit(child, at, wish_to_die="yes"))
            case 1:
                batch.append(visit(child, at, child_phone="13800000000"))
            case 2 if batch:
                batch.append(chance.choice(batch))
            case 3 if batch:
                batch.append(chance.choice(batch) | {"occurred_at": at.isoformat()})
            case 4 if batch:
                before = chance.choice(batch)
                batch.append(before | {"id": _id(chance), "supersedes": before["id"], "correction_kind": "correct"})
            case 5:
                batch.append(_entry(child, "case_note", at) | {"child": str(UUID(int=chance.getrandbits(128)))})
            case 6:
                batch.append(_entry(child, "case_note", at) | {"answers": {"note": 3}})
            case _:
                batch.append(_entry(child, chance.choice(FORMS), at))
    return batch


def _id(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def _entry(child: Child, form: str, at: datetime, **answers: Any) -> Json:
    return entry(child, form, fill(child, form, at, **answers), at)


def _said(receipt: Receipt | None) -> tuple[Any, ...]:
    assert receipt is not None
    return receipt.entry_id, receipt.state, receipt.reason, receipt.shifted
