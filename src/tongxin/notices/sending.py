"""The worker's way through the queue: claimed, sent under a key that stays, tried again after a growing pause."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tongxin.accounts.models import Holding
from tongxin.accounts.viewers import WORKER, held, viewer_of
from tongxin.cases.models import Task
from tongxin.ledger.models import Event
from tongxin.notices import adapters, addresses, setup, wording
from tongxin.notices.adapters import Message, NotSent
from tongxin.notices.models import Address, Attempt, Delivery, Notice
from tongxin.notices.queueing import CONFIRM, DIGEST, URGENT, after
from tongxin.notices.rules import Notices, rules_at
from tongxin.notices.services import count_unread

log = logging.getLogger("tongxin.notices")
ADDRESS, UNKNOWN, NOT_SET_UP = "address", "unknown", "not_set_up"


class _Spared(Exception):
    """It need not go out any more."""


class _Later(Exception):
    """It may not go out yet."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


def send_due(*, worker: str, at: datetime, limit: int) -> int:
    """How many messages were dealt with; nothing is sent inside a transaction."""
    claimed = claim(worker=worker, at=at, limit=limit)
    for row in claimed:
        _deal_with(row, worker=worker, at=at)
    return len(claimed)


@transaction.atomic
def claim(*, worker: str, at: datetime, limit: int) -> list[Delivery]:
    """What is due, urgent first, now this worker's; a claim that nobody finished is free again, under its key."""
    due = Q(state__in=[Delivery.QUEUED, Delivery.FAILED], not_before__lte=at)
    stale = Q(state=Delivery.SENDING, claimed_at__lte=at - rules_at(at).stale)
    rows = Delivery.objects.select_for_update(skip_locked=True, of=["self"]).filter(due | stale)
    chosen = [row.id for row in rows.order_by("-kind", "not_before")[:limit]]
    Delivery.objects.filter(id__in=chosen).update(state=Delivery.SENDING, claimed_by=worker, claimed_at=at)
    return list(Delivery.objects.filter(id__in=chosen).select_related("to__person").order_by("-kind", "not_before"))


def _deal_with(row: Delivery, *, worker: str, at: datetime) -> None:
    found = rules_at(at)
    try:
        message = _message(row, found, at)
        setting = setup.of(row.to.channel)
        (to,) = addresses.words_of([row.to], viewer=WORKER, at=at)
        adapters.send(row.to.channel, to=to, message=message, setting=setting)
    except _Spared:
        _end(row, Delivery.SPARED, "", worker=worker, at=at)
    except _Later as later:
        _end(row, Delivery.QUEUED, "", worker=worker, at=at, until=later.until)
    except setup.NotSetUp:
        _fail(row, NotSent(NOT_SET_UP), found, worker=worker, at=at)
    except NotSent as failed:
        _fail(row, failed, found, worker=worker, at=at)
    except Exception as error:
        log.error("a message was not sent: %s", type(error).__name__)
        _fail(row, NotSent(UNKNOWN), found, worker=worker, at=at)
    else:
        _end(row, Delivery.SENT, "", worker=worker, at=at)


def _message(row: Delivery, found: Notices, at: datetime) -> Message:
    to = row.to
    if to.removed_at is not None or (to.confirmed_at is None) != (row.kind == CONFIRM) or not to.person.is_active:
        raise _Spared
    count, due = 1, None
    if row.kind == URGENT:
        due = _due(row, at)
    elif row.kind == DIGEST:
        until = after(addresses.quiet_of(addresses.preference_of(to.person_id), found), at)
        if until > at:
            raise _Later(until)
        count = count_unread(viewer=viewer_of(person=to.person, at=at), at=at)
        if not count:
            raise _Spared
    code = addresses.code_of(to, digits=found.digits) if row.kind == CONFIRM else ""
    subject, text = wording.words_for(row.kind, rules=found, count=count, due=due, code=code, link=setup.link())
    shape = found.shapes.get(str(setup.of("sms").get("shape")), {}) if to.channel == "sms" else {}
    return Message(
        key=str(row.id), subject=subject, text=text, is_urgent=row.kind == URGENT, at=at, seconds=found.seconds,
        shape=shape,
    )


def _due(row: Delivery, at: datetime) -> datetime | None:
    """When the task behind an urgent line is due, if it is one; _Spared once somebody saw it or dealt with it."""
    notice = Notice.objects.filter(id=row.notice_id or 0, read_at__isnull=True).first()
    holds = notice and Holding.objects.filter(held(at), post_id=notice.post_id, person_id=row.to.person_id).exists()
    if notice is None or not holds:
        raise _Spared
    event = Event.objects.filter(id=notice.event_id).first()
    key = event.clear.get("task") if event else None
    if event is None or not key:
        return None
    task = Task.objects.filter(case_id=event.subject_id, key=key).first()
    if task is None or task.state not in (Task.OPEN, Task.WAITING):
        raise _Spared
    return task.due_at if task.due_at > at else None


def _fail(row: Delivery, failed: NotSent, found: Notices, *, worker: str, at: datetime) -> None:
    is_over = failed.is_final or row.attempts + 1 >= found.attempts
    pause = found.first_pause * found.factor**row.attempts
    _end(row, Delivery.GIVEN_UP if is_over else Delivery.FAILED, failed.reason, worker=worker, at=at, until=at + pause)
    if failed.reason == ADDRESS and failed.is_final and row.to.channel == "webpush":
        # A browser that is gone never comes back under that address.
        addresses.remove(row.to, at=at)


@transaction.atomic
def _end(
    row: Delivery, state: str, reason: str, *, worker: str, at: datetime, until: datetime | None = None
) -> None:
    is_open = state in (Delivery.QUEUED, Delivery.FAILED)
    mine = Delivery.objects.filter(id=row.id, state=Delivery.SENDING, claimed_by=worker)
    tried = state not in (Delivery.QUEUED, Delivery.SPARED)
    changed = mine.update(
        state=state, reason=reason, attempts=row.attempts + tried, ended_at=None if is_open else at,
        not_before=until if is_open and until else row.not_before,
    )
    if changed and tried:
        Attempt.objects.create(delivery_id=row.id, at=at, outcome=state, reason=reason)


def spare_of(row: Address, *, at: datetime) -> None:
    """What still waits for an address that is used no more need not go out."""
    waiting = Delivery.objects.filter(to=row, state__in=[Delivery.QUEUED, Delivery.FAILED])
    waiting.update(state=Delivery.SPARED, ended_at=at)
