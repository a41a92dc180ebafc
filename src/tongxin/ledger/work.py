"""The queue of reactions: claimed by one worker, finished with its effects, retried, never lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tongxin.ledger.models import Event, Heartbeat, Work
from tongxin.lib import bulk, together
from tongxin.lib.prepared import Prepared

ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=10)
STALE_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(seconds=60)
NEWEST_BEAT = Prepared(lambda: Heartbeat.objects.order_by("-at").values_list("at", flat=True)[:1])


def enqueue(event: Event, handlers: Sequence[str], *, not_before: datetime | None = None) -> None:
    """Let `handlers` react to `event`, in the transaction that records it."""
    enqueue_many([(event, handlers)], not_before=not_before)


def enqueue_many(
    reactions: Iterable[tuple[Event, Sequence[str]]], *, not_before: datetime | None = None
) -> None:
    """As `enqueue`, for many events."""
    wanted = [
        Work(event=event, handler=handler, not_before=not_before or event.at)
        for event, handlers in reactions
        for handler in handlers
    ]
    if together.now():
        bulk.store(wanted)
    else:
        Work.objects.bulk_create(wanted, ignore_conflicts=True, batch_size=500)


@transaction.atomic
def claim(*, worker: str, limit: int, now: datetime) -> list[Work]:
    """Up to `limit` waiting tasks, now this worker's; a claim unfinished for ten minutes is free again."""
    due = Q(state=Work.WAITING, not_before__lte=now)
    stale = Q(state=Work.CLAIMED, claimed_at__lte=now - STALE_AFTER)
    chosen = [
        row
        for wanted in (stale, due)
        for row in Work.objects.select_for_update(skip_locked=True).filter(wanted).order_by("id")[:limit]
    ][:limit]
    Work.objects.filter(id__in=[row.id for row in chosen]).update(
        state=Work.CLAIMED, claimed_by=worker, claimed_at=now
    )
    rows = Work.objects.filter(id__in=[row.id for row in chosen]).select_related("event__subject")
    return list(rows.order_by("id"))


def finish(work: Work, *, worker: str) -> bool:
    """Mark done, in the transaction of the handler's effects; False when another worker took it over."""
    mine = Work.objects.filter(id=work.id, state=Work.CLAIMED, claimed_by=worker)
    return mine.update(state=Work.DONE, reason="") == 1


def finish_all(claimed: Sequence[Work], *, worker: str) -> list[Work]:
    """Those that are done now, in the transaction of their handlers' effects; without what another worker took over."""
    rows = Work.objects.select_for_update().filter(id__in=[row.id for row in claimed], claimed_by=worker)
    mine = set(rows.filter(state=Work.CLAIMED).values_list("id", flat=True))
    Work.objects.filter(id__in=mine).update(state=Work.DONE, reason="")
    return [row for row in claimed if row.id in mine]


def fail(work: Work, *, worker: str, now: datetime, reason: str) -> None:
    """Try again after a growing pause; after five attempts it is dead and `doctor` shows it."""
    attempts = work.attempts + 1
    pause = FIRST_PAUSE * 4 ** (attempts - 1)
    Work.objects.filter(id=work.id, state=Work.CLAIMED, claimed_by=worker).update(
        state=Work.DEAD if attempts >= ATTEMPTS else Work.WAITING,
        attempts=attempts, not_before=now + pause, reason=reason[:80],
    )


def dead() -> int:
    """How many tasks were given up."""
    return Work.objects.filter(state=Work.DEAD).count()


def beat(*, worker: str, at: datetime) -> None:
    """Say that a worker is alive."""
    Heartbeat.objects.update_or_create(worker=worker, defaults={"at": at})


def last_beat() -> datetime | None:
    """When any worker was last alive."""
    last: datetime | None = NEWEST_BEAT.row()
    return last


def is_worker_late(*, at: datetime) -> bool:
    """Whether no worker was alive within the last minute (A1)."""
    last = last_beat()
    return last is None or at - last > LATE_AFTER
