"""The worker's way through news for other systems: signed, sent, tried again, given up in sight."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q

from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.core.pathway import CHINA
from tongxin.exchange import signatures
from tongxin.exchange.models import Delivery, Hook, Try
from tongxin.exchange.rules import Hooks, exchange_in
from tongxin.flows.exchange_clients import is_in_force, rules_of
from tongxin.flows.exchange_telling import ANSWERED, ENDED, READY, SENT, STEPPED
from tongxin.lib import ids
from tongxin.notices import setup
from tongxin.notices.adapters import NotSent, asked

log = logging.getLogger("tongxin.exchange")
PURPOSE, ROUTE, SETTING, WITHIN = "client_news", "exchange.sending", "webhooks", "within"
PATHS = {SENT: "referrals", ANSWERED: "referrals", ENDED: "referrals", STEPPED: "clues", READY: "deliveries"}
STOPPED = "stopped"


def send_due(*, worker: str, at: datetime, limit: int) -> int:
    """How many pieces of news were dealt with; nothing is sent inside a transaction."""
    claimed = claim(worker=worker, at=at, limit=limit)
    for row in claimed:
        _deal_with(row, worker=worker, at=at)
    return len(claimed)


@transaction.atomic
def claim(*, worker: str, at: datetime, limit: int) -> list[Delivery]:
    """What is due and whose hook isn't paused, now this worker's; a claim nobody finished is free again."""
    stale = exchange_in(at=at).hooks.stale
    due = Q(state=Delivery.WAITING, not_before__lte=at) | Q(state=Delivery.SENDING, claimed_at__lte=at - stale)
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        due, hook__paused_at__isnull=True
    )
    chosen = [row.id for row in rows.order_by("not_before", "id")[:limit]]
    Delivery.objects.filter(id__in=chosen).update(state=Delivery.SENDING, claimed_by=worker, claimed_at=at)
    found = Delivery.objects.filter(id__in=chosen).select_related("hook__client__organisation")
    return list(found.order_by("not_before", "id"))


def body_of(row: Delivery) -> bytes:
    """What is sent: ids, the kind, the moment and where to fetch it; never a word of anybody."""
    path = PATHS.get(row.kind)
    said = {
        "id": str(row.id), "kind": row.kind, "at": row.happened_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "about": str(row.about_id), "url": f"/api/v1/{path}/{row.about_id}" if path else "",
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _deal_with(row: Delivery, *, worker: str, at: datetime) -> None:
    hook, found = row.hook, rules_of(row.hook.client, at=at).hooks
    if hook.ended_at is not None or not is_in_force(hook.client, on=at.astimezone(CHINA).date(), at=at):
        _end(row, Delivery.DEAD, None, STOPPED, worker=worker, at=at)
        return
    try:
        status = _post(row, hook, found, at)
    except NotSent as failed:
        _fail(row, None, failed.reason, found, is_final=failed.is_final, worker=worker, at=at)
    except Exception as error:
        log.error("a piece of news was not sent: %s", type(error).__name__)
        _fail(row, None, "unknown", found, worker=worker, at=at)
    else:
        if 200 <= status < 300:
            _end(row, Delivery.SENT, status, "", worker=worker, at=at)
        else:
            # 410: the other side wants no more of it.
            _fail(row, status, "refused", found, is_final=status == 410, worker=worker, at=at)


def _post(row: Delivery, hook: Hook, found: Hooks, at: datetime) -> int:
    (secret,) = vault.open([hook.secret], viewer=WORKER, purpose=PURPOSE, part="exchange", route=ROUTE, at=at)
    if not secret:
        raise NotSent("no_key", is_final=True)
    body = body_of(row)
    signature = signatures.header_for(
        body, secret=secret, algorithm=hook.algorithm, nonce=ids.new_id().hex, at=at
    )
    answer = asked(
        "POST", hook.url, seconds=found.seconds, trusted=_is_within(hook.url), data=body,
        headers={"Content-Type": "application/json", signatures.HEADER: signature, "Idempotency-Key": str(row.id)},
    )
    return int(answer.status_code)


def _is_within(url: str) -> bool:
    """Whether whoever runs this named the host as one that may lie within the network."""
    return (urlsplit(url).hostname or "").lower() in {str(each).lower() for each in _setting().get(WITHIN, ())}


def _setting() -> Mapping[str, list[str]]:
    try:
        return setup.of(SETTING)
    except setup.NotSetUp:
        return {}


def _fail(
    row: Delivery, status: int | None, reason: str, found: Hooks, *, worker: str, at: datetime, is_final: bool = False
) -> None:
    is_over = is_final or row.attempts + 1 >= found.attempts
    pause = found.first_pause * found.factor**row.attempts
    state = Delivery.DEAD if is_over else Delivery.WAITING
    _end(row, state, status, reason, worker=worker, at=at, until=at + pause)


@transaction.atomic
def _end(
    row: Delivery, state: str, status: int | None, reason: str, *, worker: str, at: datetime,
    until: datetime | None = None,
) -> None:
    mine = Delivery.objects.filter(id=row.id, state=Delivery.SENDING, claimed_by=worker)
    is_open = state == Delivery.WAITING
    changed = mine.update(
        state=state, status=status, reason=reason, attempts=row.attempts + (reason != STOPPED),
        ended_at=None if is_open else at, not_before=until if is_open and until else row.not_before,
    )
    if changed and reason != STOPPED:
        Try(delivery_id=row.id, at=at, status=status, reason=reason).save()
