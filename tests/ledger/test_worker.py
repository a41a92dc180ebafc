"""The worker: reactions with their effects in one transaction, seals, a sign of life."""

import threading
from pathlib import Path

import pytest
from django.db import connections, transaction

from tests.ledger.record import AT, happened, new_child
from tongxin import ledger
from tongxin.commands import worker
from tongxin.ledger.models import Leaf, Work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGXIN_HEADS", str(tmp_path))
    return tmp_path


def test_seals_what_was_recorded_and_exports_the_head(heads: Path) -> None:
    happened(new_child())
    assert worker.main(["--once"]) == 0
    assert Leaf.objects.count() == 1
    assert ledger.read_head(heads / "head.json").last == 1


def test_a_reaction_nobody_knows_is_put_off_and_not_lost() -> None:
    ledger.enqueue(happened(new_child()), ["no_such_reaction"])
    assert worker.main(["--once"]) == 0
    work = Work.objects.get()
    assert (work.state, work.attempts, work.reason) == (Work.WAITING, 1, "KeyError")
    assert work.not_before > AT


def test_says_that_it_is_alive_until_told_to_stop() -> None:
    stop = threading.Event()
    loop = threading.Thread(target=lambda: (worker.run("a", stop), connections.close_all()))
    loop.start()
    for _ in range(200):
        if ledger.last_beat():
            break
        stop.wait(0.05)
    stop.set()
    loop.join()
    assert ledger.last_beat() is not None


def test_what_breaks_one_half_off_ends_the_other(heads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that only sends messages any more is started anew by nobody."""
    (heads / "taken").write_text("")
    monkeypatch.setenv("TONGXIN_HEADS", str(heads / "taken"))
    happened(new_child())
    stop = threading.Event()
    with pytest.raises(OSError):
        worker.go_on("a", stop)
    assert stop.is_set()
    assert [each.name for each in threading.enumerate() if "go_on_notifying" in each.name] == []


def test_a_reaction_is_never_part_of_a_larger_transaction() -> None:
    ledger.enqueue(happened(new_child()), ["tell_owner"])
    (work,) = ledger.claim(worker="a", limit=1, now=AT)
    with transaction.atomic():
        worker.do(work, worker="a", now=AT)
    work.refresh_from_db()
    assert (work.state, work.reason) == (Work.WAITING, "RuntimeError")
