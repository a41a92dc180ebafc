"""What is new for systems of other bodies, put in line in the transaction in which it happened: ids, no content."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.exchange.models import Client, Delivery, Hook, Receipt
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

REFERRAL, ANSWER = "referral", "referral_answer"
SENT, ANSWERED, ENDED = "referral_sent", "referral_answered", "referral_ended"
STEPPED, READY, TRIED = "clue_stepped", "delivery_ready", "hook_tried"


def queue(*, organisation_id: int, kind: str, source_id: UUID, about_id: UUID, at: datetime) -> int:
    """How many hooks of a body will be told, each once however often this is said."""
    hooks = Hook.objects.filter(
        client__organisation_id=organisation_id, client__state=Client.AGREED, ended_at__isnull=True
    )
    return _put([each for each in hooks if kind in each.kinds], kind, source_id, about_id, at)


def _put(hooks: list[Hook], kind: str, source_id: UUID, about_id: UUID, at: datetime) -> int:
    rows = [
        Delivery(hook=hook, kind=kind, source_id=source_id, about_id=about_id, happened_at=at, not_before=at)
        for hook in hooks
    ]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def follow(*, child: Child, entry: Entry, data: Mapping[str, Any], at: datetime) -> None:
    """A referral or its answer was recorded: the body it goes to, or the one it came from, is told."""
    if entry.kind == REFERRAL:
        row = Referral.objects.filter(entry_id=entry.supersedes_id or entry.id).first()
        if row is not None:
            kind = ENDED if entry.correction_kind else SENT
            queue(organisation_id=row.to_organisation_id, kind=kind, source_id=entry.id, about_id=row.entry_id, at=at)
    elif entry.kind == ANSWER:
        row = Referral.objects.filter(child_id=child.id, entry_id__in=_ids(data.get("referral"))).first()
        if row is not None:
            _tell_sender(row, entry, at)


def _tell_sender(row: Referral, entry: Entry, at: datetime) -> None:
    if row.from_post_id is None:
        return
    hooks = Hook.objects.filter(
        client__post_id=row.from_post_id, client__state=Client.AGREED, ended_at__isnull=True
    )
    _put([each for each in hooks if ANSWERED in each.kinds], ANSWERED, entry.id, row.entry_id, at)


def clue_stepped(*, clue_id: UUID, source_id: UUID, at: datetime) -> None:
    """A clue moved on: whoever reported it by machine is told."""
    told = Receipt.objects.filter(made_id=clue_id).values("client_id")
    hooks = Hook.objects.filter(client_id__in=told, client__state=Client.AGREED, ended_at__isnull=True)
    _put([each for each in hooks if STEPPED in each.kinds], STEPPED, source_id, clue_id, at)


def _ids(text: object) -> list[UUID]:
    try:
        return [UUID(str(text))]
    except ValueError:
        return []
