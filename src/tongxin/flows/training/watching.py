"""What nobody asked about: a line of the plan whose month has passed and nothing was arranged."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from tongxin import ledger
from tongxin.accounts.viewers import WORKER
from tongxin.flows.training.scope import today
from tongxin.notices import services as notices
from tongxin.training.models import Line, Plan, Session
from tongxin.vault import Owner

BATCH = 100


def follow_training(now: datetime, *, limit: int = BATCH) -> int:
    """How many posts were told that a line of the plan they answer for is late; each line once."""
    arranged = Session.objects.filter(line_key=OuterRef("key")).exclude(state=Session.CANCELLED)
    late = Line.objects.filter(
        plan__state=Plan.APPROVED, dropped_at__isnull=True, reminded_at__isnull=True, late_on__lt=today(now)
    )
    rows = late.filter(~Exists(arranged)).order_by("late_on", "id")[:limit]
    return sum(_remind(line, now) for line in rows)


@transaction.atomic
def _remind(line: Line, now: datetime) -> int:
    if not Line.objects.filter(id=line.id, reminded_at__isnull=True).update(reminded_at=now):
        return 0
    event = ledger.record(
        kind="training.delayed", subject=Owner("staff", line.person_id), actor=WORKER, at=now, is_fact=False,
        clear={"plan": str(line.plan_id), "month": str(line.clear["month"])},
    )
    notices.tell_posts(posts=[line.responsible_id], event=event, at=now)
    return 1
