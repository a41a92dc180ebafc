"""Entries from phones: once, with a receipt, whatever happens on the way."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tests.sync.phone import Phone, entry, visit
from tests.web.conftest import Clock
from tongxin.cases.models import Case
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.sync.models import Arrival, Receipt

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]


def test_an_entry_arrives_with_a_receipt_to_be_read_out(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    sent = visit(child, time.now)
    (told,) = mine.sends(sent, now=time.now)
    assert (told["id"], told["state"], told["zh"]) == (sent["id"], "arrived", "已送到。")
    assert len(told["receipt"]) == 8
    kept = Entry.objects.get(id=sent["id"])
    assert (kept.subject_id, kept.person_id, kept.device) == (child.id, mine.person.id, mine.told["device"])


def test_the_same_entry_again_has_the_same_answer_for_ever(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    sent = visit(child, time.now)
    first = mine.sends(sent, now=time.now)
    time.now += timedelta(days=40)
    assert mine.sends(sent, sent, now=time.now, packed=True) == first * 2
    assert Entry.objects.filter(subject_id=child.id, kind="visit").count() == 1


def test_a_batch_is_answered_one_by_one(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    whole, broken = visit(child, time.now), visit(child, time.now)
    broken["answers"] = {}
    told = mine.sends(broken, whole, {"id": "nonsense"}, "no entry", now=time.now)
    assert [each["state"] for each in told] == ["held", "arrived", "held", "held"]
    assert [each.get("reason") for each in told] == ["refused", None, "unreadable", "unreadable"]
    assert told[2]["id"] == "nonsense"
    assert mine.sends({"id": "nonsense"}, now=time.now)[0]["receipt"] == told[2]["receipt"]


def test_a_crisis_from_a_phone_is_a_crisis_at_once(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    phone().sends(visit(child, time.now, wish_to_die="yes"), now=time.now)
    assert Case.objects.get(id=child.id).in_crisis


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"entries": 3}', b"\xff\xfe", b'{"entries": [NaN]}'])
def test_nonsense_is_refused_in_words(phone: Paired, time: Clock, body: bytes) -> None:
    mine = phone()
    answer = mine.client.post(
        "/field/api/up/", body, content_type="application/json", headers={"Authorization": f"Bearer {mine.token}"}
    )
    assert answer.status_code == 400
    assert "没有看懂" in answer.json()["zh"]


def test_a_batch_that_is_too_large_is_refused_whole(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    answer = mine.up(*[visit(child, time.now)] * 51, now=time.now)
    assert answer.status_code == 413
    assert mine._post("up", {"entries": ["x" * 5_000_000]}, packed=True).status_code == 413
    assert Receipt.objects.count() == 0


def test_a_wrong_clock_is_put_right_and_said(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    mine.clock_off = timedelta(days=-3)
    sent = entry(
        child, "case_note", fill(child, "case_note", time.now), time.now + mine.clock_off - timedelta(hours=1)
    )
    (told,) = mine.sends(sent, now=time.now)
    assert (told["state"], told["shifted_seconds"]) == ("arrived", 3 * 86400)
    kept = Entry.objects.get(id=sent["id"])
    assert kept.occurred_at == time.now - timedelta(hours=1)
    assert kept.clear["shifted"] == 3 * 86400


def test_a_child_found_without_a_network_gets_a_file_under_the_phones_id(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    mine, child_id = phone(), ids.new_id()
    other = cast.child()
    file = entry(child_id, "case_file", _file(time), time.now)
    note = entry(child_id, "case_note", fill(other, "case_note", time.now), time.now)
    told = mine.sends(note, file, now=time.now)
    assert [each["state"] for each in told] == ["held", "arrived"]
    assert told[0]["reason"] == "early"
    assert mine.sends(note, now=time.now)[0]["state"] == "arrived"
    assert set(Entry.objects.filter(subject_id=child_id).values_list("kind", flat=True)) == {"case_file", "case_note"}
    assert Arrival.objects.filter(settled_at__isnull=True).count() == 0


def _file(time: Clock, **more: str) -> dict[str, str]:
    return {
        "opened_on": time.now.date().isoformat(), "source": "patrol", "name": "小石", "id_kind": "none", "sex": "male",
        "birth": "2013-04-05", "residence_division": "370116001001", **more,
    }


def test_nothing_of_an_entry_stands_in_clear(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine = cast.child(), phone()
    broken = visit(child, time.now, place="只有我知道")
    del broken["answers"]["kind"]
    mine.sends(broken, now=time.now)
    rows = [*Arrival.objects.values(), *Receipt.objects.values()]
    assert "只有我知道" not in json.dumps(rows, default=str, ensure_ascii=False)
