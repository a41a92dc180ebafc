"""The receiving side: what lies in its inbox, opening it as a look, and the receipt."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.access import scope
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.barred import children_for
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_ending import locked, settle_receipts
from tongxin.flows.sharing_sending import PURPOSE
from tongxin.flows.unusual import notice_look
from tongxin.ledger import subjects
from tongxin.people.models import Child
from tongxin.sharing import selectors
from tongxin.sharing.models import Delivery
from tongxin.vault import Owner

OPENED, RECEIVED = "share.opened", "share.received"
PART, ROUTE = "identity", "sharing.delivery"
CLOSED = "没有打开：这一份已经关闭（协议结束、到期，或孩子不再共享）。"
UNOPENED = "没有签收：请先打开看过，再签收。"


def inbox(*, viewer: Viewer, at: datetime) -> QuerySet[Delivery]:
    """What was given to the viewer's bodies, the newest first; nothing of a child from whom they are kept."""
    bodies = selectors.bodies_of(viewer, at=at)
    found = Delivery.objects.filter(agreement__to_organisation_id__in=bodies, sent_at__isnull=False)
    kept = found.exclude(child_id__in=children_for(viewer, at=at))
    return kept.select_related("agreement", "version", "duty").order_by("-sent_at", "id")


def delivery_for(*, delivery_id: UUID, viewer: Viewer, at: datetime) -> Delivery:
    """One of them."""
    row = inbox(viewer=viewer, at=at).select_related("agreement__current").filter(id=delivery_id).first()
    if row is None:
        raise NotAllowed
    return row


@transaction.atomic
def open_delivery(*, delivery_id: UUID, actor: Viewer, at: datetime) -> Delivery:
    """Somebody opens it: from now on it counts as held by the other side."""
    row = _locked(delivery_for(delivery_id=delivery_id, viewer=actor, at=at))
    if not selectors.holds(row, on=at.astimezone(CHINA).date()):
        raise Refused.because(CLOSED)
    if row.state == Delivery.WAITING:
        row.state, row.opened_at, row.opened_by = Delivery.OPENED, at, actor.person_id
        row.save(update_fields=["state", "opened_at", "opened_by"])
        _record(OPENED, row, actor, at)
    return row


def _locked(row: Delivery) -> Delivery:
    """The child's own lock first, as everywhere: a consent that is being withdrawn holds it and waits for the
    agreement's."""
    subjects.lock([Owner("child", row.child_id)])
    (agreement,) = locked([row.agreement_id])
    again = Delivery.objects.select_for_update(of=("self",)).get(id=row.id)
    again.agreement = agreement
    return again


def _record(kind: str, row: Delivery, actor: Viewer, at: datetime) -> None:
    ledger.record(
        kind=kind, subject=Owner("child", row.child_id), actor=actor, at=at, is_fact=True,
        clear={"agreement": row.agreement.number_zh, "delivery": row.code},
    )


def read(row: Delivery, *, viewer: Viewer, at: datetime) -> list[tuple[str, str]] | None:
    """The agreed fields in words, each look written down on the child's record; None once they are closed."""
    if not row.is_taken or not selectors.holds(row, on=at.astimezone(CHINA).date()):
        return None
    ledger.record_look(
        viewer=viewer, owners=[Owner("child", row.child_id)], purpose=PURPOSE, part=PART, route=ROUTE, at=at
    )
    (text,) = vault.open([row.content], viewer=viewer, purpose=PURPOSE, part=PART, route=ROUTE, at=at)
    # What was given to a body is its task: how many are opened is counted, whose they are isn't asked. The child may
    # live in another county, where the reader sees no file.
    with scope.widened():
        child = Child.objects.get(id=row.child_id)
    notice_look(viewer=viewer, child=child, purpose="", at=at)
    return [(zh, said) for _, zh, said in json.loads(text)] if text else None


@transaction.atomic
def receive(*, deliveries: Iterable[UUID], actor: Viewer, at: datetime) -> int:
    """How many are received from now on; each has been opened before."""
    wanted = list(deliveries)
    mine = list(inbox(viewer=actor, at=at).filter(id__in=wanted))
    if not mine or len(mine) != len(set(wanted)):
        raise NotAllowed
    subjects.lock([Owner("child", row.child_id) for row in mine])
    agreements = {each.id: each for each in locked(sorted({row.agreement_id for row in mine}))}
    rows = list(Delivery.objects.select_for_update(of=("self",)).filter(id__in=wanted).order_by("id"))
    if any(row.state not in Delivery.TAKEN for row in rows):
        raise Refused.because(UNOPENED if any(row.state == Delivery.WAITING for row in rows) else CLOSED)
    fresh = [row for row in rows if row.state == Delivery.OPENED]
    for row in fresh:
        row.agreement = agreements[row.agreement_id]
        row.state, row.received_at, row.received_by = Delivery.RECEIVED, at, actor.person_id
        row.save(update_fields=["state", "received_at", "received_by"])
        _record(RECEIVED, row, actor, at)
    for agreement in agreements.values():
        settle_receipts(agreement, actor=actor, at=at)
    return len(fresh)
