"""Moments of the registers that pass: reminders before they are due, then one person further at each late step."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import WORKER
from tongxin.flows.finding import Finding
from tongxin.flows.registers import Opened, add_step, judges, keepers, locked, opened, settle, tell
from tongxin.registers.models import Line, Step
from tongxin.registers.standing import CHECK, REVIEW, Ring, rings_of

BATCH = 100
WHAT = "登记簿"


def follow_registers(now: datetime, *, limit: int = BATCH) -> int:
    """How many lines were looked at because a moment of theirs had come."""
    due = Line.objects.filter(ring_at__lte=now).order_by("ring_at").values_list("id", flat=True)[:limit]
    found = list(due)
    for line_id in found:
        with transaction.atomic():
            _follow(line_id, now)
    return len(found)


def _follow(line_id: UUID, now: datetime) -> None:
    line = locked(Line.objects.get(id=line_id))
    seen = opened(line, at=now)
    passed: dict[tuple[str, datetime], Ring] = {}
    for ring in rings_of(seen.rules, seen.standing, seen.steps, since=line.opened_at):
        if ring.at <= now:
            passed[ring.clock.stage, ring.clock.due_at] = ring
    for ring in passed.values():
        add_step(
            line, Step.RUNG, stage=ring.clock.stage, outcome=str(ring.level), actor=WORKER, at=now,
            clear={"due": ring.clock.due_at.isoformat()},
        )
        kind = "register.delayed" if ring.level else "register.reminded"
        tell(kind, line, actor=WORKER, at=now, posts=_told(seen, ring, now), stage=ring.clock.stage)
    settle(line, at=now)


def _told(seen: Opened, ring: Ring, now: datetime) -> list[UUID]:
    """Before the moment whoever keeps the line, and once it is late the next role that somebody holds; a judgement
    isn't asked of whoever wrote."""
    line, author = seen.line, seen.standing.newest.post_id or seen.line.post_id
    others_only = ring.clock.stage in (REVIEW, CHECK)
    roles = judges(seen.rules.roles, now) if others_only else seen.rules.roles
    if ring.level == 0 and not others_only:
        return [author]
    start = max(ring.level - 1, 0) % max(len(roles), 1)
    for role in (*roles[start:], *roles[:start]):
        posts = [each for each in keepers(line.county_id, [role], at=now) if not (others_only and each == author)]
        if posts:
            return posts if others_only or ring.level > 1 else [*{*posts, author}]
    return [author] if not others_only else list(
        Post.objects.filter(division_id=line.county_id, role__in=roles).values_list("id", flat=True)
    )


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of the registers."""
    late = Line.objects.filter(due_at__lt=at)
    if many := late.count():
        said = f"有 {many} 项过了期限还没有办（事件报告、核对、返还或销毁证明）"
        yield Finding(WHAT, "warning", said, "请安全管理员打开“登记簿”，按页面上的时限办理")
    else:
        yield Finding(WHAT, "ok", "没有逾期的事项")
