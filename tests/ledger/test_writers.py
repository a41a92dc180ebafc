"""Eight writers at once: nothing lost, nothing skipped, nothing twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from tests.ledger.record import AT, draft, happened, keep, new_child, seal_all
from tongxin import ledger
from tongxin.ledger.models import Entry, Event, Leaf, Subject, Work

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ROUNDS = 8, 12


def at_once(write: Callable[[int], object]) -> list[object]:
    """What each of eight writers with a connection of its own gives back."""

    def alone(number: int) -> object:
        try:
            return write(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(alone, range(WRITERS)))


class RolledBack(Exception):
    pass


def test_eight_writers_lose_and_skip_nothing_while_sealing_goes_on() -> None:
    children = [new_child() for _ in range(3)]
    kept: list[object] = []
    stop = threading.Event()

    def write(number: int) -> None:
        for turn in range(ROUNDS):
            child = children[(number + turn) % len(children)]
            try:
                with transaction.atomic():
                    entry = keep(draft(child))[0].entry
                    ledger.enqueue(happened(child, entry=entry), ["one"])
                    if (number + turn) % 7 == 0:
                        raise RolledBack
            except RolledBack:
                continue
            kept.append(entry.id)

    def seal() -> None:
        while not stop.is_set():
            ledger.seal_new(now=AT)
            stop.wait(0.005)
        connections.close_all()

    sealer = threading.Thread(target=seal)
    sealer.start()
    try:
        at_once(write)
    finally:
        stop.set()
        sealer.join()
    seal_all()
    assert set(Entry.objects.values_list("id", flat=True)) == set(kept)
    for child in children:
        numbers = [entry.subject_seq for entry in ledger.facts(child)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert Subject.objects.get(id=child.id).seq == len(numbers)
    positions = list(Leaf.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, Entry.objects.count() + Event.objects.count() + 1))
    assert Work.objects.count() == len(kept)
    assert ledger.verify().is_sound


def test_eight_copies_at_once_are_one_entry() -> None:
    written = draft(new_child())
    results = at_once(lambda _: keep(written)[0].is_new)
    assert sorted(results) == [False] * 7 + [True]
    assert Entry.objects.count() == 1


def test_eight_workers_share_the_queue() -> None:
    child = new_child()
    for _ in range(20):
        ledger.enqueue(happened(child), ["one", "two"])

    def work(number: int) -> list[int]:
        mine: list[int] = []
        while claimed := ledger.claim(worker=str(number), limit=3, now=AT):
            mine += [task.pk for task in claimed if ledger.finish(task, worker=str(number))]
        return mine

    done = [key for keys in at_once(work) for key in keys]  # type: ignore[attr-defined]
    assert sorted(done) == sorted(Work.objects.values_list("pk", flat=True))


def test_sealing_beside_an_open_transaction_skips_nothing() -> None:
    """PostgreSQL leaves all above the horizon for later; on SQLite the sealer waits for the one writer."""
    slow_has_written, may_commit = threading.Event(), threading.Event()
    child, other = new_child(), new_child()

    def slow() -> None:
        with transaction.atomic():
            happened(child)
            slow_has_written.set()
            may_commit.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert slow_has_written.wait(10)
    if connection.vendor == "sqlite":
        may_commit.set()
        thread.join()
    happened(other)
    ledger.seal_new(now=AT)
    beside = Leaf.objects.count()
    may_commit.set()
    thread.join()
    seal_all()
    assert beside == (2 if connection.vendor == "sqlite" else 0)
    assert list(Leaf.objects.order_by("position").values_list("position", flat=True)) == [1, 2]
    assert ledger.verify().is_sound
