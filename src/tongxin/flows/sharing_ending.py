"""The end of deliveries: what wasn't opened is closed, what was opened is asked back, all at once.

Whoever calls holds the agreement's lock, so that nothing is sent or opened meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import vault
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.forms import Problem
from tongxin.flows import sharing_duties as duties
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.sharing import selectors
from tongxin.sharing.models import RECEIVER, Agreement, Delivery, Duty

RECALLED, DISPOSED = "share.recalled", "share.disposed"
NO_OUTCOME = "没有保存：请选怎样了结的。"
NO_WORDS = "没有保存：请写清楚谁经手、怎样处理的。"


def stop(
    deliveries: QuerySet[Delivery], reason: str, agreement: Agreement, *, at: datetime, actor: Viewer = WORKER
) -> Counter[str]:
    """How many of these are void, closed or due from now on; one duty for all that were opened."""
    rows = list(deliveries.select_for_update(of=("self",)).filter(state__in=Delivery.LIVE).order_by("id"))
    found: Counter[str] = Counter()
    taken = [row for row in rows if row.is_taken]
    duty = _ask_back(agreement, reason, len(taken), at, actor) if taken else None
    for row in rows:
        had = row.state in Delivery.READABLE
        row.state = Delivery.DUE if row.is_taken else Delivery.CLOSED if had else Delivery.VOID
        row.reason, row.ended_at, row.content = reason, at, None
        row.duty = duty if row.state == Delivery.DUE else None
        row.save(update_fields=["state", "reason", "ended_at", "content", "duty"])
        if had:
            transaction.on_commit(partial(vault.destroy, row.key_owner, at=at))
        found[row.state] += 1
    if rows:
        settle_receipts(agreement, actor=actor, at=at)
    return found


def _ask_back(agreement: Agreement, reason: str, count: int, at: datetime, actor: Viewer) -> Duty:
    duty = duties.begin(agreement, Duty.DISPOSE, side=RECEIVER, at=at, reason=reason)
    posts = duties.posts_of(agreement, RECEIVER, duties.rules_of(agreement, at=at)).values_list("id", flat=True)
    duties.tell(RECALLED, agreement, actor, at, [*posts, duty.owner_post_id], count=count)
    return duty


def settle_receipts(agreement: Agreement, *, actor: Viewer, at: datetime) -> None:
    """Once nothing waits for a receipt any more, nobody has to give one."""
    waits = Delivery.objects.filter(agreement=agreement, state__in=(Delivery.WAITING, Delivery.OPENED)).exists()
    if not waits:
        rows = Duty.objects.filter(agreement=agreement, kind=Duty.RECEIVE)
        duties.finish_all(rows, actor=actor, at=at, outcome="received")


def live_of(child_id: UUID) -> QuerySet[Delivery]:
    """What was queued or given of a child and has not ended."""
    return Delivery.objects.filter(child_id=child_id, state__in=Delivery.LIVE)


def locked(agreements: Sequence[UUID]) -> list[Agreement]:
    """These agreements, locked in one order until the transaction ends."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("current")
    return list(rows.filter(id__in=agreements).order_by("id"))


def end_about(child_id: UUID, reason: str, *, at: datetime) -> int:
    """How many deliveries end because nothing of this child may stand with others any more."""
    concerned = list(live_of(child_id).values_list("agreement_id", flat=True).distinct())
    return sum(
        sum(stop(agreement.deliveries.filter(child_id=child_id), reason, agreement, at=at).values())
        for agreement in locked(concerned)
    )


def owners_about(child_id: UUID) -> list[vault.Owner]:
    """The keys of what was given of a child and can still be opened."""
    held = Delivery.objects.filter(child_id=child_id, content__isnull=False)
    return [row.key_owner for row in held.order_by("id")]


def disposing_for(*, viewer: Viewer, at: datetime) -> QuerySet[Duty]:
    """What a viewer may confirm: of their body, or passed up to their posts."""
    mine = Q(agreement__to_organisation_id__in=selectors.bodies_of(viewer, at=at))
    mine |= Q(owner_post_id__in=viewer.post_ids)
    return Duty.objects.filter(mine, kind=Duty.DISPOSE)


@transaction.atomic
def dispose(*, duty_id: UUID, outcome: str, words: str, actor: Viewer, at: datetime) -> Duty:
    """Somebody of the receiving side says what became of what they had; once."""
    known = disposing_for(viewer=actor, at=at).filter(id=duty_id).first()
    if known is None:
        raise NotAllowed
    (agreement,) = locked([known.agreement_id])
    duty = Duty.objects.select_for_update(of=("self",)).get(id=duty_id)
    if duty.done_at is not None:
        return duty
    outcomes = duties.rules_of(agreement, at=at).outcomes
    said = words.strip()
    problems = [Problem("outcome", NO_OUTCOME, True)] if outcome not in outcomes else []
    problems += [] if said else [Problem("words", NO_WORDS, True)]
    if problems:
        raise Refused(problems)
    duties.finish(duty, actor=actor, at=at, outcome=outcome, words=said)
    still = Delivery.objects.filter(duty=duty, state=Delivery.DUE)
    told: list[UUID | None] = [agreement.post_id]
    if outcomes[outcome].is_asked_again:
        # What still stands there is asked back on, of whoever stands above who said so.
        again = duties.begin(agreement, Duty.DISPOSE, side=RECEIVER, at=at, reason=duty.reason, after=duty)
        still.update(duty=again)
        told += [again.owner_post_id]
    else:
        still.update(state=Delivery.DISPOSED)
    duties.tell(DISPOSED, agreement, actor, at, told, outcome=outcome)
    return duty
