"""Reactions that put a line into somebody's list. No name and no clinical word leaves (spine B6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.access.models import Relation
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.cases.models import Case
from tongxin.ledger.models import Event
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.rulebook import rules

OVERSEE = "see_figures"
LINE = ("child_director", "child_supervisor", "counsellor", "case_manager")


def tell_owner(*, event: Event, at: datetime) -> None:
    """Tell the post that answers for a task."""
    owner = event.clear.get("owner")
    if owner:
        _tell([UUID(owner)], event, at)


def tell_owners(told: Sequence[tuple[Event, datetime]]) -> None:
    """As `tell_owner`, of many events, each at its moment."""
    rows = [
        Notice(
            post_id=UUID(owner), event_id=event.id, kind=event.kind, created_at=at,
            child_id=event.subject_id if event.subject.kind == "child" else None,
        )
        for event, at in told if (owner := event.clear.get("owner"))
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def tell_line(*, event: Event, at: datetime) -> None:
    """Tell the posts of the child's own line, from the village to the county; not the village when staff may be
    the danger (spine A10)."""
    child = Child.objects.filter(id=event.subject_id).first()
    if child is None:
        return
    places = [place for place in (child.village_id, child.town_id, child.county_id) if place]
    case = Case.objects.filter(id=child.id).only("state").first()
    told = line_roles(is_staff_concern=bool(case and case.state.get("staff_concern")))
    posts = Post.objects.filter(division_id__in=places, role__in=told).values_list("id", flat=True)
    _tell(list(posts), event, at)


def line_roles(*, is_staff_concern: bool) -> tuple[str, ...]:
    """The roles of a child's own line; without the village when staff may be the danger (spine A10)."""
    return LINE[1:] if is_staff_concern else LINE


def tell_overseers(*, event: Event, at: datetime) -> None:
    """Tell the child's line, and whoever oversees it from above, there without a child: nobody answers for a task."""
    tell_line(event=event, at=at)
    child = Child.objects.filter(id=event.subject_id).first()
    above = [place for place in (child.city_id, child.province_id) if place] if child else []
    found = rules.access_rules(at=at)
    posts = Post.objects.filter(division_id__in=above).values_list("id", "role")
    tell_posts(posts=[id for id, role in posts if found.may_do(role=role, action=OVERSEE)], event=event, at=at)


def tell_post(*, post_id: UUID, event: Event, at: datetime) -> None:
    """Tell a post of something that is about no single child."""
    Notice.objects.create(post_id=post_id, event_id=event.id, kind=event.kind, created_at=at)


def tell_posts(*, posts: Sequence[UUID], event: Event, at: datetime, child_id: UUID | None = None) -> None:
    """Tell several posts of one event, each once; `child_id` where it is about one child."""
    rows = [
        Notice(post_id=post, event_id=event.id, kind=event.kind, child_id=child_id, created_at=at) for post in posts
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _tell(posts: list[UUID], event: Event, at: datetime) -> None:
    child_id = event.subject_id if event.subject.kind == "child" else None
    rows = [
        Notice(post_id=post, event_id=event.id, kind=event.kind, child_id=child_id, created_at=at)
        for post in posts
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def unread(*, viewer: Viewer, at: datetime, limit: int = 50) -> list[Notice]:
    """The viewer's posts' unread notices, newest first; none about a child whom the viewer is kept from (A10)."""
    return list(_unread(viewer, at).order_by("-id")[:limit])


def count_unread(*, viewer: Viewer, at: datetime) -> int:
    """How many lines the viewer hasn't read."""
    return _unread(viewer, at).count()


def _unread(viewer: Viewer, at: datetime) -> QuerySet[Notice]:
    mine = Notice.objects.filter(post_id__in=viewer.post_ids, read_at__isnull=True)
    barred = Relation.objects.filter(
        held(at), relation=Relation.RECUSED, person_id=viewer.person_id, child_id=OuterRef("child_id")
    )
    return mine.filter(~Exists(barred))


def told() -> list[UUID]:
    """The posts that have lines to read."""
    return list(Notice.objects.filter(read_at__isnull=True).values_list("post_id", flat=True).distinct())


def mark_read(*, viewer: Viewer, at: datetime) -> None:
    """Everything the viewer's posts had unread is read."""
    Notice.objects.filter(post_id__in=viewer.post_ids, read_at__isnull=True).update(read_at=at)


def forget_about(child_id: UUID) -> int:
    """How many lines about a child are gone from people's lists."""
    return Notice.objects.filter(child_id=child_id).delete()[0]
