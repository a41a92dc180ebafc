"""The second person's word on files to be ended: destroyed or only stored, each by the one service for it."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.flows import erasing, holding, retention, shelving
from tongxin.flows import retention_intake as intake
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping.models import Disposal, Due
from tongxin.keeping.rules import DESTROY
from tongxin.vault import Owner

BASIS = "retention"
NOT_ALONE = "没有办理：销毁和只保存要由提出人以外、另一个岗位的人确认。"


def decide(*, disposal_id: UUID, agrees: bool, actor: Viewer, at: datetime) -> Disposal:
    """The files ended, each by itself: what stands against one leaves that one in the list."""
    retention.disposal_for(disposal_id, viewer=actor, at=at)
    with transaction.atomic():
        row = Disposal.objects.select_for_update().filter(id=disposal_id, state=Disposal.OPEN).first()
        if row is None or actor.post_id is None:
            raise NotAllowed
        if actor.person_id == row.proposed_by or actor.post_id == row.proposed_post:
            raise Refused.because(NOT_ALONE)
        row.decided_at, row.decided_by, row.decided_post = at, person_of(actor), actor.post_id
        row.state = Disposal.DONE if agrees else Disposal.DROPPED
        for due in row.files.order_by("due_on", "id"):
            if agrees and _end(row, due, actor, at):
                row.lines.append(line_of(row, due))
            else:
                Due.objects.filter(id=due.id).update(state=Due.WAITING, disposal=None)
        row.digest = hashlib.sha256("\n".join(row.lines).encode()).hexdigest()
        row.save()
        ledger.record(
            kind="disposal.decided", subject=Owner("disposal", row.id), actor=actor, at=at, is_fact=True,
            clear={"then": row.then, "agrees": "yes" if agrees else "no", "files": len(row.lines),
                   "digest": row.digest, "proposed_by": str(row.proposed_by)},
        )
    return row


def withdraw(*, disposal_id: UUID, actor: Viewer, at: datetime) -> None:
    """Whoever proposed takes it back before anybody decided."""
    retention.disposal_for(disposal_id, viewer=actor, at=at)
    with transaction.atomic():
        row = Disposal.objects.select_for_update().filter(id=disposal_id, state=Disposal.OPEN).first()
        if row is None or row.proposed_by != actor.person_id:
            raise NotAllowed
        row.files.update(state=Due.WAITING, disposal=None)
        Disposal.objects.filter(id=row.id).update(state=Disposal.DROPPED, decided_at=at, decided_by=actor.person_id)


def _end(row: Disposal, due: Due, actor: Viewer, at: datetime) -> bool:
    try:
        with transaction.atomic():
            if due.child_id is None:
                intake.end(due, at=at)
                Due.objects.filter(id=due.id).update(state=Due.DONE)
                return True
            holding.refuse_held(due.child_id)
            more: dict[str, Any] = {"child_id": due.child_id, "proposed_by": row.proposed_by, "actor": actor, "at": at}
            if row.then == DESTROY:
                erasing.erase(basis=erasing.RETENTION, proposed_post=row.proposed_post, **more)
            else:
                shelving.shelve(basis=BASIS, **more)
    except (Refused, NotAllowed):
        return False
    Due.objects.filter(id=due.id).update(state=Due.DONE)
    return True


def line_of(row: Disposal, due: Due) -> str:
    """What stands for one file in the certificate: to be checked by who still knows its id, to be guessed by nobody."""
    return hashlib.sha256(f"tongxin disposal|{row.id}|{due.id}|{due.child_id or due.intake_id}".encode()).hexdigest()
