"""What ends with a child's leaving the county or with its case: teachers, companions, needs that bodies may take up.

In the transaction of the entry that moves the child or closes the case; whom it concerns is told, without a name.
"""

from datetime import datetime
from uuid import UUID

from tongxin import ledger
from tongxin.access.models import Relation
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.pathway import CHINA, CaseState
from tongxin.flows import taking_up
from tongxin.notices import services as notices
from tongxin.pairings.models import Pairing
from tongxin.people.models import Child
from tongxin.vault import Owner

MOVED, CLOSED, DIED, DEAD = "moved", "closed", "died", "dead"


def follow(
    *, child: Child, before: CaseState, after: CaseState, has_moved: bool, actor: Viewer, at: datetime
) -> None:
    """Nothing, while the child goes on living and being served here; else every such tie is over."""
    reason = _reason(before, after, has_moved)
    if not reason:
        return
    _end_teaching(child, actor, at)
    _end_pairings(child, reason, actor, at)
    taking_up.end_all(child, actor=actor, at=at)


def _reason(before: CaseState, after: CaseState, has_moved: bool) -> str:
    if after.child_state == DEAD != before.child_state:
        return DIED
    if has_moved:
        return MOVED
    return CLOSED if before.is_open and not after.is_open else ""


def _end_teaching(child: Child, actor: Viewer, at: datetime) -> None:
    rows = Relation.objects.filter(held(at), child_id=child.id, relation=Relation.TEACHES, post_id__isnull=False)
    posts = sorted(set(rows.values_list("post_id", flat=True)), key=str)
    rows.update(to_at=at)
    for post in posts:
        _tell("pupil.removed", child, post, actor, at, post=str(post))


def _end_pairings(child: Child, reason: str, actor: Viewer, at: datetime) -> None:
    rows = Pairing.objects.select_for_update(of=("self",)).filter(child_id=child.id, to_on__isnull=True)
    for row in rows.select_related("companion").order_by("id"):
        row.to_on, row.end_reason = at.astimezone(CHINA).date(), reason
        row.ended_at, row.ended_by = at, actor.person_id
        row.save(update_fields=["to_on", "end_reason", "ended_at", "ended_by"])
        said = {"pairing": str(row.id), "kind": row.companion.kind, "reason": reason}
        _tell("pairing.ended", child, row.post_id, actor, at, **said)


def _tell(kind: str, child: Child, post_id: UUID | None, actor: Viewer, at: datetime, /, **clear: str) -> None:
    event = ledger.record(
        kind=kind, subject=Owner("child", child.id), actor=actor, at=at, is_fact=True, clear=clear
    )
    notices.tell_posts(posts=[post_id] if post_id else [], event=event, at=at)
