"""Children missing from a list, several settled at once with one reason; who may be in danger only one by one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.comparisons.models import Answer
from tongxin.comparisons.rules import rules_at
from tongxin.flows import comparing_review
from tongxin.flows.comparing_review import WHY_MISSING
from tongxin.flows.refusals import Refused

NOTHING = "请先勾选要一起处理的行。没有保存。"
NO_CAUSE = "请选一个原因，并写明怎么弄清的。没有保存。"
TOO_MANY = "一次最多一起处理 {most} 行。没有保存。"
CHANGED = "勾选的行里有的已经处理过，或者要一个一个看，都没有保存。请看最新的名单再勾选。"


def open_to(*, viewer: Viewer, at: datetime) -> QuerySet[Answer]:
    """What of the viewer's queue may be settled together: missing, nobody asked yet, no crisis and no high grade."""
    never = rules_at(at).together_never
    grave = Case.objects.filter(Q(in_crisis=True) | Q(level__in=never) | Q(standing__in=never))
    rows = comparing_review.queue(viewer=viewer, at=at).filter(verdict=Answer.MISSING, state=Answer.OPEN)
    return rows.exclude(child_id__in=grave.values("id"))


@transaction.atomic
def settle(*, answers: Collection[UUID], decision: str, reason: str, actor: Viewer, at: datetime) -> int:
    """How many rows were settled; all of them or none."""
    wanted = sorted(set(answers))
    if not wanted:
        raise Refused.because(NOTHING)
    if decision not in WHY_MISSING or not reason.strip():
        raise Refused.because(NO_CAUSE)
    if len(wanted) > (most := rules_at(at).together_most):
        raise Refused.because(TOO_MANY.format(most=most))
    if open_to(viewer=actor, at=at).filter(id__in=wanted).count() != len(wanted):
        raise Refused.because(CHANGED)
    for each in wanted:
        comparing_review.settle(answer_id=each, decision=decision, actor=actor, at=at, reason=reason)
    return len(wanted)
