"""Who is away, who stands in, and whom to ask: the nearest of the same kind who may be with children and has least."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongxin.access.offices import posts_for
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.handing_over import HAND_OVER
from tongxin.flows.workforce import caseloads, clearances, reach


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who could stand in, with what they have in hand already."""

    person_id: UUID
    login: str
    post: Post
    state: str
    # Whether anybody in such a post is asked about a criminal record.
    is_asked: bool
    children: int
    points: int
    most: int | None
    is_near: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """One stand-in from–to, with what lies on the post."""

    holding: Holding
    children: int
    late: int


def leaves(viewer: Viewer, *, at: datetime) -> list[Leave]:
    """The leaves of the area that run, that come, and that ended a few days ago; those that run first."""
    area = posts_for(viewer=viewer, action=HAND_OVER, at=at)
    listed_for = reach.rules_in(reach.county_or_none(viewer), at=at).leave_listed_for
    rows = Holding.objects.filter(
        Q(to_at__gt=at - listed_for) | Q(to_at__isnull=True), kind=Holding.STAND_IN, post__in=area
    ).select_related("post__organisation", "person")
    found = list(rows.order_by("from_at", "id"))
    posts = {each.post_id for each in found}
    children: dict[UUID, set[UUID]] = {}
    late: dict[UUID, int] = {}
    tasks = Task.objects.filter(post_id__in=posts, state__in=LIVE)
    for post_id, case_id, due_at in tasks.values_list("post_id", "case_id", "due_at"):
        if post_id is not None:
            children.setdefault(post_id, set()).add(case_id)
            late[post_id] = late.get(post_id, 0) + (due_at < at)
    return [Leave(each, len(children.get(each.post_id, ())), late.get(each.post_id, 0)) for each in found]


def proposals(posts: Sequence[Post], *, viewer: Viewer, at: datetime) -> dict[UUID, list[Proposal]]:
    """For each post those who could stand in: of the same role in its county; nobody who is kept from children."""
    return {post.id: _for(post, viewer, at) for post in posts}


def _for(post: Post, viewer: Viewer, at: datetime) -> list[Proposal]:
    county_id = post.division.county_id
    if county_id is None:
        return []
    others = Holding.objects.filter(
        held(at), kind=Holding.HOLDER, person__is_active=True, post__role=post.role,
        post__division__county_id=county_id,
    ).exclude(post=post)
    mine = Holding.objects.filter(held(at), post=post).values_list("person_id", flat=True)
    away = Holding.objects.filter(held(at), kind=Holding.STAND_IN).values("post_id")
    kept_out = {*mine, viewer.person_id}
    rows = [each for each in others.exclude(post__in=away).select_related("post__division", "person")
            if each.person_id not in kept_out]
    return _best(post, rows, county_id, at)


def _best(post: Post, rows: Iterable[Holding], county_id: int, at: datetime) -> list[Proposal]:
    found, some = reach.rules_in(county_id, at=at), list(rows)
    states = clearances.states([each.person_id for each in some], county_id, at=at)
    is_kept = clearances.is_required(county_id, at=at) and post.role in found.check.roles
    loads = caseloads.loads([each.post for each in some], found=found)
    said = [
        Proposal(
            each.person_id, each.person.login, each.post, states[each.person_id],
            post.role in found.check.roles, loads[each.post_id].number,
            loads[each.post_id].points, ceiling.points if (ceiling := loads[each.post_id].ceiling) else None,
            each.post.division.town_id == post.division.town_id,
        )
        for each in some if not (is_kept and states[each.person_id] in clearances.BARRED)
    ]
    said.sort(key=lambda each: (not each.is_near, each.state in clearances.BARRED, each.points, each.login))
    return said[: found.stand_ins_proposed]
