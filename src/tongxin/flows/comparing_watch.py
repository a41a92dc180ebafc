"""Answers of comparisons that nobody settled in time go one person further up, as other tasks do."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger
from tongxin.accounts.models import Post
from tongxin.accounts.posts import Responsible, Roster
from tongxin.accounts.viewers import WORKER
from tongxin.comparisons.models import Answer, Comparison
from tongxin.comparisons.rules import rules_at
from tongxin.core.pathway import due_at
from tongxin.flows.comparing import SETTLE
from tongxin.flows.finding import Finding
from tongxin.notices import services as notices
from tongxin.rulebook import rules

CLIMBED, WHAT, BATCH = "answer.climbed", "名单比对", 500


def follow_comparisons(now: datetime, *, limit: int = BATCH) -> int:
    """How many answers went up; each post that answers for some now is told once a list."""
    late = _late(now).order_by("comparison_id", "id").values_list("comparison_id", "id")[:limit]
    by_list: dict[UUID, list[UUID]] = defaultdict(list)
    for comparison_id, answer_id in late:
        by_list[comparison_id].append(answer_id)
    return sum(_climb(comparison_id, ids, now) for comparison_id, ids in by_list.items())


def _late(now: datetime) -> QuerySet[Answer]:
    rings = Q(ring_at__lte=now) | Q(ring_at__isnull=True, due_at__lte=now)
    return Answer.objects.filter(rings, comparison__state=Comparison.DONE).exclude(state=Answer.SETTLED)


@transaction.atomic
def _climb(comparison_id: UUID, ids: list[UUID], now: datetime) -> int:
    comparison = Comparison.objects.select_for_update().get(id=comparison_id)
    rows = list(_late(now).select_for_update(of=("self",)).filter(id__in=ids))
    span = rules_at(now, region=rules.region_of(comparison.county_id)).climb
    rings = due_at(span, since=now, calendar=rules.calendar_at(now))
    told: dict[UUID, int] = defaultdict(int)
    for row in rows:
        row.climbed, row.ring_at = row.climbed + 1, rings
        row.first_post_id = row.first_post_id or row.owner_post_id
        row.owner_post_id = _owner(row, now)
        if row.owner_post_id:
            told[row.owner_post_id] += 1
    Answer.objects.bulk_update(rows, ["climbed", "ring_at", "first_post_id", "owner_post_id"])
    for post, count in sorted(told.items()):
        event = ledger.record(
            kind=CLIMBED, subject=comparison.key_owner, actor=WORKER, at=now, is_fact=False,
            clear={"count": count, "owner": str(post)},
        )
        notices.tell_posts(posts=[post], event=event, at=now)
    return len(rows)


def _owner(row: Answer, now: datetime) -> UUID | None:
    """The person so far up the line who may settle it; above the last of them nobody could read the question."""
    if row.first_post_id is None:
        return None
    posts = Post.objects.filter(id=row.first_post_id).select_related("division")
    roster = Roster(posts=posts, at=now)
    found = rules.access_rules(at=now)
    line: list[Responsible] = [
        each for each in roster.line(post_id=row.first_post_id)
        if found.may_do(role=roster.posts[each.post_id].role, action=SETTLE)
    ]
    return line[min(row.climbed, len(line) - 1)].post_id if line else row.owner_post_id


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of answers that wait."""
    waiting = Answer.objects.filter(comparison__state=Comparison.DONE).exclude(state=Answer.SETTLED)
    if lost := waiting.filter(owner_post_id__isnull=True).count():
        yield Finding(WHAT, "warning", f"有 {lost} 行比对结果没有人负责", "请安排儿童督导员或个案管理员的任职")
    elif late := waiting.filter(due_at__lt=at).count():
        yield Finding(WHAT, "warning", f"有 {late} 行比对结果过了期限", "请负责的岗位打开“名单比对”核对")
    else:
        yield Finding(WHAT, "ok", "比对结果都有人负责，没有逾期")
