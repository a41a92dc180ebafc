"""Entries: kept once, numbered, sealed; a second copy changes nothing."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.ledger.record import ACTOR, AT, draft, happened, keep, new_child
from tongxin import ledger, vault
from tongxin.ledger.models import Entry, Event, HeldEntry, Leaf, Seal, Subject, Summary

pytestmark = pytest.mark.django_db


def test_numbers_the_entries_of_each_subject() -> None:
    one, two = new_child(), new_child()
    keep(draft(one), draft(two), draft(one))
    keep(draft(two), draft(one))
    assert [entry.subject_seq for entry in ledger.facts(one)] == [1, 2, 3]
    assert [entry.subject_seq for entry in ledger.facts(two)] == [1, 2]
    assert Subject.objects.get(id=one.id).seq == 3


def test_the_same_entry_twice_is_one() -> None:
    child = new_child()
    written = draft(child)
    (first,), (second,) = keep(written), keep(written)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.entry == second.entry
    assert Entry.objects.count() == 1


def test_the_same_entry_twice_in_one_batch_is_one() -> None:
    written = draft(new_child())
    first, second = keep(written, written)
    assert (first.is_new, second.is_new) == (True, False)


def test_a_second_copy_later_from_another_post_is_still_the_same() -> None:
    written = draft(new_child())
    keep(written)
    again = ledger.keep_entries([written], recorded_at=AT + timedelta(days=3), actor=new_actor())
    assert not again[0].is_new


def new_actor() -> object:
    return type("Actor", (), {"person_id": uuid4(), "post_id": uuid4()})()


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"note": "别的"}}, {"clear": {"mood": "high"}},
        {"kind": "interview"}, {"occurred_at": AT + timedelta(1)},
    ],
)
def test_another_content_under_the_same_id_is_held_for_a_person(change: dict[str, object]) -> None:
    child = new_child()
    first = draft(child)
    keep(first)
    other = draft(child, entry_id=first.entry_id, **change)
    with pytest.raises(ledger.DifferentCopy) as contradiction:
        keep(draft(child), other)
    assert contradiction.value.entry_id == first.entry_id
    assert Entry.objects.count() == 1
    ledger.hold(other, reason="different_copy", at=AT, actor=ACTOR)
    held = HeldEntry.objects.get()
    (text,) = vault.open([held.content], viewer=ACTOR, purpose="settle", at=AT)
    assert text == other.payload().decode()


def test_answers_are_sealed_and_come_back() -> None:
    child = new_child()
    odd = "\x00\ud800"
    answers = {
        "on": date(2025, 12, 1), "score": Decimal("1.50"), "codes": {"b", "a"}, "text": odd, "gap": None
    }
    keep(draft(child, answers=answers), draft(child))
    entries = ledger.facts(child)
    assert "想妈妈" not in str(entries[1].sealed) + repr(entries[1].__dict__["sealed"])
    first, second = ledger.open_entries(entries, viewer=ACTOR, purpose="care", at=AT)
    assert first == {"on": "2025-12-01", "score": "1.50", "codes": ["a", "b"], "text": odd, "gap": None}
    assert second == {"note": "孩子说想妈妈"}


def test_a_destroyed_key_leaves_the_entry_without_words() -> None:
    child = new_child()
    keep(draft(child))
    vault.destroy(child, at=AT)
    assert ledger.open_entries(ledger.facts(child), viewer=ACTOR, purpose="care", at=AT) == [None]
    assert happened(child, "child.erased", is_fact=True).digest


def test_a_correction_names_what_it_corrects_even_before_that_arrived() -> None:
    child = new_child()
    not_here_yet = uuid4()
    keep(draft(child, supersedes=not_here_yet, correction_kind="correct"))
    assert ledger.facts(child)[0].supersedes_id == not_here_yet


def test_one_id_is_one_kind_of_subject() -> None:
    child = new_child()
    keep(draft(child))
    household = vault.Owner("household", child.id)
    vault.create_keys([household], at=AT)
    with pytest.raises(ValueError, match="already the subject of a child"):
        keep(draft(household))


def test_nothing_is_half_kept_when_the_transaction_fails() -> None:
    child = new_child()
    with pytest.raises(RuntimeError), transaction.atomic():
        keep(draft(child))
        happened(child)
        raise RuntimeError
    assert ledger.facts(child) == []
    assert not Event.objects.exists()
    keep(draft(child))
    assert [entry.subject_seq for entry in ledger.facts(child)] == [1]


def test_without_a_key_nothing_is_kept() -> None:
    with pytest.raises(vault.MissingKey):
        keep(draft(vault.Owner("child", uuid4())))
    assert not Subject.objects.exists()


def test_many_entries_take_few_queries(django_assert_max_num_queries) -> None:
    children = [new_child() for _ in range(200)]
    with django_assert_max_num_queries(12):
        keep(*(draft(child) for child in children))


def test_an_event_without_a_dot_is_refused() -> None:
    with pytest.raises(ValueError, match=r"noun\.done"):
        happened(new_child(), "recorded")


def test_an_event_about_something_without_a_key_is_recorded() -> None:
    event = happened(vault.Owner("rulebook", uuid4()), "definition.adopted", is_fact=True)
    assert Event.objects.get(id=event.id).clear == {"level": "low"}


TABLES = {
    "entry": "ledger_entry", "event": "ledger_event", "look": "ledger_access",
    "looked_at": "ledger_accesssubject", "seal": "ledger_seal", "leaf": "ledger_leaf", "summary": "ledger_summary",
}


@pytest.mark.parametrize("table", TABLES.values())
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_row(table: str, statement: str) -> None:
    child = new_child()
    kept = keep(draft(child))[0].entry
    happened(child)
    vault.open([kept.sealed], viewer=ACTOR, purpose="care", at=AT)
    put_seal()
    column = {"ledger_seal": "first = first", "ledger_leaf": "source = source"}.get(table, "id = id")
    refuses(statement.format(table, column))


def put_seal() -> None:
    Seal.objects.create(batch=1, first=1, last=1, root=b"", previous=b"", signature=b"", sealed_at=AT)
    Leaf.objects.create(position=1, source="entry", row_id=uuid4(), digest=b"", batch_id=1)
    Summary.objects.create(first=1, last=1, profile="", digest=b"", signature=b"", proved_at=AT)


def test_replacing_a_row_is_refused_too() -> None:
    if connection.vendor != "sqlite":
        copy = "INSERT INTO ledger_access SELECT * FROM ledger_access"
        statement = f"{copy} ON CONFLICT (id) DO UPDATE SET part = 'x'"
    else:
        statement = "INSERT OR REPLACE INTO ledger_access SELECT * FROM ledger_access"
    vault.open([keep(draft(new_child()))[0].entry.sealed], viewer=ACTOR, purpose="care", at=AT)
    refuses(statement)


def refuses(statement: str) -> None:
    refused = pytest.raises(IntegrityError, match="never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
