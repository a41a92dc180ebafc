"""Moments of working together that pass: reminders, late matters one person further, cases without agreement."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from tongxin.accounts.viewers import WORKER
from tongxin.coordination.models import Matter, Opinion, Standard
from tongxin.flows import coordinating_experts, coordinating_matters, coordinating_standards
from tongxin.flows.coordinating_cases import take_down_unconsented
from tongxin.flows.finding import Finding

BATCH = 100
WHAT = "部门协同"
AGAIN = timedelta(minutes=10)
_looked: dict[str, datetime] = {}


def follow_coordination(now: datetime, *, limit: int = BATCH) -> int:
    """How many things were looked at because a moment of theirs had come."""
    matters = _due(Matter, now, limit)
    for each in matters:
        coordinating_matters.ring(each, now=now)
    opinions = _due(Opinion, now, limit)
    for each in opinions:
        coordinating_experts.ring(each, now=now)
    standards = _due(Standard, now, limit)
    for each in standards:
        coordinating_standards.ring(each, now=now, actor=WORKER)
    return len(matters) + len(opinions) + len(standards) + _take_down(now)


def _take_down(now: datetime) -> int:
    """Reading asks for the agreement each time; what is written down of it may follow some minutes later."""
    last = _looked.get(WHAT)
    if last is not None and last <= now < last + AGAIN:
        return 0
    _looked[WHAT] = now
    return take_down_unconsented(now)


def _due(model: type[Matter] | type[Opinion] | type[Standard], now: datetime, limit: int) -> list[UUID]:
    rows = model.objects.filter(ring_at__lte=now).order_by("ring_at", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of working together."""
    open_rows = Matter.objects.exclude(state=Matter.CLOSED)
    if lost := open_rows.filter(owner_post_id__isnull=True).count():
        yield Finding(WHAT, "warning", f"有 {lost} 件决定或督办没有人办", "请在“成员单位”里安排联系岗位")
    elif late := open_rows.filter(due_at__lt=at).exclude(state=Matter.ANSWERED).count():
        yield Finding(WHAT, "warning", f"有 {late} 件决定或督办逾期", "请打开“决定和督办”，按页面上的期限督促")
    else:
        yield Finding(WHAT, "ok", "决定和督办都有人办，没有逾期")
