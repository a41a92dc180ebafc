"""Moments of sites that pass: an inspection that is due, something not mended, a box not opened, letters that wait."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Post
from tongxin.accounts.posts import responsible
from tongxin.accounts.viewers import WORKER
from tongxin.core.pathway import CHINA
from tongxin.flows.finding import Finding as Answer
from tongxin.flows.sites.reach import KEEP, rules_of
from tongxin.notices import services as notices
from tongxin.places.models import Box, Finding, Site
from tongxin.rulebook import rules

BATCH = 100
WHAT = "阵地"
INSPECT, MEND, OPEN = "inspect", "mend", "open"
Late = Site | Finding | Box


def follow_places(now: datetime, *, limit: int = BATCH) -> int:
    """How many late things were told to whoever answers for them, each time one person further up."""
    count = 0
    for model, what in ((Site, INSPECT), (Finding, MEND), (Box, OPEN)):
        due = model.objects.filter(ring_at__lte=now).order_by("ring_at", "id").values_list("id", flat=True)
        for each in list(due[:limit]):
            with transaction.atomic():
                count += _ring(model.objects.select_for_update().get(id=each), what, now)
    return count


def _ring(row: Late, what: str, now: datetime) -> bool:
    if row.ring_at is None or row.ring_at > now:
        return False
    site = row if isinstance(row, Site) else row.site
    row.ring_at = now + rules_of(site.county_id, at=now).climb
    if not site.is_used:
        row.save(update_fields=["ring_at"])
        return False
    owner = row.keeper_post_id if isinstance(row, Site) else row.owner_post_id
    who = responsible(post_id=owner, at=now, climbs=row.climbed)
    row.climbed += 1
    row.save(update_fields=["ring_at", "climbed"])
    event = ledger.record(
        kind="site.reminded", subject=site.key_owner, actor=WORKER, at=now, is_fact=False,
        clear={"site": str(site.id), "what": what, "level": row.climbed},
    )
    posts = [who.post_id] if who else _desk(site, now)
    notices.tell_posts(posts=posts, event=event, at=now)
    return True


def _desk(site: Site, now: datetime) -> list[UUID]:
    """The county's own posts that keep its sites."""
    keepers = rules.access_rules(at=now).office.get(KEEP, frozenset())
    return list(Post.objects.filter(division_id=site.county_id, role__in=keepers).values_list("id", flat=True))


def examine(at: datetime) -> Iterator[Answer]:
    """What `doctor` says of sites."""
    today = at.astimezone(CHINA).date()
    boxes = Box.objects.filter(is_used=True, open_by__lt=today).count()
    late = Finding.objects.filter(mended_on__isnull=True, due_on__lt=today).count()
    if boxes or late:
        yield Answer(WHAT, "warning", f"有 {boxes} 个举报箱该开没有开，{late} 处整改逾期", "请打开“阵地”督促")
    else:
        yield Answer(WHAT, "ok", "举报箱按时开，整改没有逾期")
