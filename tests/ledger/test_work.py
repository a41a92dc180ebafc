"""The queue: every reaction once, retried, given up in plain sight."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.ledger.record import AT, happened, new_child
from tongxin import ledger
from tongxin.ledger.models import Work

pytestmark = pytest.mark.django_db


def queued(*handlers: str) -> None:
    ledger.enqueue(happened(new_child()), handlers)


def claimed(worker: str = "a", limit: int = 10, *, now=AT) -> list[Work]:
    return ledger.claim(worker=worker, limit=limit, now=now)


def test_each_reaction_is_claimed_by_one_worker_only() -> None:
    queued("one", "two", "three")
    first, second = claimed("a", 2), claimed("b", 2)
    assert [work.handler for work in first + second] == ["one", "two", "three"]
    assert claimed("c") == []


def test_a_reaction_to_an_event_is_wanted_once() -> None:
    event = happened(new_child())
    ledger.enqueue(event, ["one"])
    ledger.enqueue(event, ["one", "two"])
    assert Work.objects.count() == 2


def test_waits_for_its_moment() -> None:
    ledger.enqueue(happened(new_child()), ["one"], not_before=AT + timedelta(hours=1))
    assert claimed() == []
    assert len(claimed(now=AT + timedelta(hours=1))) == 1


def test_nothing_is_queued_when_the_event_is_rolled_back() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        queued("one")
        raise RuntimeError
    assert claimed() == []


def test_a_finished_reaction_stays_finished() -> None:
    queued("one")
    (work,) = claimed()
    assert ledger.finish(work, worker="a")
    assert not ledger.finish(work, worker="a")
    assert claimed(now=AT + timedelta(days=1)) == []


def test_a_failed_reaction_comes_back_later_and_later_then_is_dead() -> None:
    queued("one")
    now = AT
    pauses = []
    while works := claimed(now=now):
        ledger.fail(works[0], worker="a", now=now, reason="ValueError")
        work = Work.objects.get()
        pauses.append(work.not_before - now)
        now = work.not_before
    assert len(pauses) == 5
    assert pauses == sorted(pauses)
    assert Work.objects.get().state == Work.DEAD
    assert ledger.dead() == 1


def test_a_worker_that_died_loses_its_claim_after_ten_minutes() -> None:
    queued("one")
    (work,) = claimed("gone")
    assert claimed("next", now=AT + timedelta(minutes=9)) == []
    later = AT + timedelta(minutes=10)
    assert [again.id for again in claimed("next", now=later)] == [work.id]
    assert not ledger.finish(work, worker="gone")
    ledger.fail(work, worker="gone", now=later, reason="late")
    assert Work.objects.get().claimed_by == "next"


def test_says_when_no_worker_is_alive() -> None:
    assert ledger.is_worker_late(at=AT)
    ledger.beat(worker="a", at=AT)
    ledger.beat(worker="a", at=AT + timedelta(seconds=5))
    assert ledger.last_beat() == AT + timedelta(seconds=5)
    assert not ledger.is_worker_late(at=AT + timedelta(seconds=65))
    assert ledger.is_worker_late(at=AT + timedelta(seconds=66))
