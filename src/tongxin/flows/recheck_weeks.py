"""Each week the visits to be asked about are drawn by themselves; what nobody asked about in time goes one person up.

Nothing follows for whoever visited: late is whoever was to ask.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin import ledger
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.posts import Roster
from tongxin.accounts.viewers import WORKER, held, viewer_of
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import rechecks
from tongxin.flows.finding import Finding
from tongxin.notices import services as notices
from tongxin.rechecks.models import Check, Draw
from tongxin.rechecks.rules import rechecks_in
from tongxin.rulebook import rules as rulebook
from tongxin.vault import Owner

CLIMBED, WHAT = "recheck.climbed", "走访回访"
PER_ROUND, BATCH = 20, 200


def follow_rechecks(now: datetime) -> int:
    """How many weeks were drawn; late ones climb after."""
    drawn = draw_weeks(now)
    climb_late(now)
    return drawn


def draw_weeks(now: datetime, *, limit: int = PER_ROUND) -> int:
    """How many posts' weeks were drawn: those held now, from Monday's hour on, none of which is behind with others."""
    week = rechecks.week_of(now)
    monday = datetime.combine(week, time(), tzinfo=CHINA)
    count = 0
    for post in _posts(now)[:limit]:
        rules = rechecks_in(region=rulebook.region_of(post.division.county_id), at=now)
        if now < monday + timedelta(hours=rules.draw_from):
            continue
        holding = Holding.objects.filter(held(now), post=post, person__is_active=True).select_related("person")
        first = holding.order_by("from_at", "id").first()
        if first is not None:
            viewer = viewer_of(person=first.person, at=now, post_id=post.id)
            count += rechecks.draw_for(viewer=viewer, rules=rules, at=now) is not None
    return count


def _posts(now: datetime) -> QuerySet[Post]:
    """Those that ask about visits and have no draw of this week, the nearest to the visits first."""
    today = now.astimezone(CHINA).date()
    there = Holding.objects.filter(held(now), post_id=OuterRef("id"), person__is_active=True)
    drawn = Draw.objects.filter(post_id=OuterRef("id"), week=rechecks.week_of(now))
    behind = Check.objects.filter(draw__post_id=OuterRef("id"), settled_at__isnull=True, due_on__lt=today)
    rows = Post.objects.filter(Exists(there), ~Exists(drawn), ~Exists(behind), role__in=_roles(now))
    return rows.filter(division__county_id__isnull=False).select_related("division").order_by("-division__level", "id")


def _roles(at: datetime) -> list[str]:
    found = rulebook.access_rules(at=at)
    return sorted(role for role in found.roles if found.may_do(role=role, action=rechecks.RECHECK))


def climb_late(now: datetime, *, limit: int = BATCH) -> int:
    """How many went one person further up; whoever is last is told once."""
    ids = list(_late(now).order_by("due_on", "id").values_list("id", flat=True)[:limit])
    if not ids:
        return 0
    with transaction.atomic():
        rows = list(_late(now).select_for_update(of=("self",)).filter(id__in=ids).select_related("draw").order_by("id"))
        told: dict[UUID, int] = {}
        for row in rows:
            _climb(row, now)
            if row.owner_post_id is not None:
                told[row.owner_post_id] = told.get(row.owner_post_id, 0) + 1
        for post, count in sorted(told.items()):
            event = ledger.record(
                kind=CLIMBED, subject=Owner("post", post), actor=WORKER, at=now, is_fact=False,
                clear={"count": count, "owner": str(post)},
            )
            notices.tell_posts(posts=[post], event=event, at=now)
    return len(rows)


def _late(now: datetime) -> QuerySet[Check]:
    today = now.astimezone(CHINA).date()
    rings = Q(ring_at__lte=now) | Q(ring_at__isnull=True, climbed=0)
    return Check.objects.filter(rings, settled_at__isnull=True, due_on__lt=today)


def _climb(row: Check, now: datetime) -> None:
    """One person up who may ask, never whoever visited; at the last of them it rests."""
    posts = Post.objects.filter(id=row.draw.post_id).select_related("division")
    roster, roles = Roster(posts=posts, at=now), set(_roles(now))
    without = frozenset({row.visitor_id} - {None}) if row.visitor_id else frozenset[UUID]()
    line = [
        each.post_id for each in roster.line(post_id=row.draw.post_id, without=without)
        if roster.posts[each.post_id].role in roles
    ]
    rules = rechecks_in(region=rulebook.region_of(row.county_id), at=now)
    row.climbed += 1
    row.owner_post_id = line[min(row.climbed, len(line) - 1)] if line else row.draw.post_id
    is_last = row.climbed >= len(line) - 1
    row.ring_at = None if is_last else due_at(rules.climb, since=now, calendar=rulebook.calendar_at(now))
    row.save(update_fields=["climbed", "owner_post_id", "ring_at"])


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of visits that were to be asked about."""
    late = Check.objects.filter(settled_at__isnull=True, due_on__lt=at.astimezone(CHINA).date()).count()
    if late:
        yield Finding(WHAT, "warning", f"有 {late} 份走访过了期限还没有问家里", "请督导员或区县打开“走访回访”")
    else:
        yield Finding(WHAT, "ok", "抽到的走访都按期问了")
