"""How many hours of supervision each counselling post had in the last span, and meetings that looked at no session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Holding, Post, places_of
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.supervising import NO_DAY, NO_MINUTES, NO_WAY, OWN, SUPERVISE
from tongxin.groups.models import Supervision
from tongxin.groups.rules import GroupRules, groups_in
from tongxin.rulebook import rules
from tongxin.vault import Owner

NO_POST = "没有保存：请选参加督导的岗位。"


@dataclass(frozen=True, slots=True)
class Hours:
    """One counselling post: its supervision of the span in minutes, and the day of the last meeting."""

    post: Post
    person_id: UUID
    minutes: int
    wanted: int
    last_on: date | None

    @property
    def is_short(self) -> bool:
        return self.minutes < self.wanted


def rules_for(viewer: Viewer, *, at: datetime) -> GroupRules:
    """The rules of the viewer's county."""
    division = viewer.seat.division_id if viewer.seat else None
    return groups_in(region=rules.region_of(division), at=at)


def hours(viewer: Viewer, *, at: datetime) -> list[Hours]:
    """The held posts that the rule names: those of the viewer's county for who supervises, else the viewer's own."""
    found = rules_for(viewer, at=at).hours
    if found is None or viewer.seat is None:
        return []
    posts = Post.objects.filter(role__in=found.roles).select_related("division")
    if access.may_do(viewer=viewer, action=SUPERVISE, at=at):
        place = viewer.seat
        posts = posts.filter(**{f"division__{place.division_level}_id": place.division_id})
    else:
        posts = posts.filter(id__in=viewer.post_ids)
    rows = list(posts.order_by("division__code", "title", "id"))
    holders = dict(
        Holding.objects.filter(held(at), post__in=rows, kind=Holding.HOLDER, person__is_active=True)
        .order_by("from_at", "id").values_list("post_id", "person_id")
    )
    meetings = Supervision.objects.filter(post_id__in=holders)
    since = (at - found.every).astimezone(CHINA).date()
    had = dict(
        meetings.filter(held_on__gt=since).values_list("post_id").annotate(all=Sum("minutes"))
        .values_list("post_id", "all")
    )
    last = dict(meetings.values_list("post_id").annotate(last=Max("held_on")).values_list("post_id", "last"))
    shown = [
        Hours(post, holders[post.id], int(had.get(post.id) or 0), found.minutes, last.get(post.id))
        for post in rows if post.id in holders
    ]
    return sorted(shown, key=lambda each: (each.minutes - each.wanted, each.post.title))


@transaction.atomic
def record_hours(
    *, meeting_id: UUID, posts: Iterable[UUID], held_on: date | None, way: str, minutes: int | None, note: str,
    actor: Viewer, at: datetime,
) -> int:
    """How many posts took part in a meeting that looked at no single session; sent twice it is one."""
    if actor.person_id is None or actor.post_id is None or not access.may_do(viewer=actor, action=SUPERVISE, at=at):
        raise NotAllowed
    if Supervision.objects.filter(id=meeting_id).exists():
        return 0
    found, wanted = rules_for(actor, at=at), set(posts)
    there = [each for each in hours(actor, at=at) if each.post.id in wanted]
    problems = []
    if not there or len(there) != len(wanted):
        problems.append(Problem("posts", NO_POST, True))
    if any(each.person_id == actor.person_id for each in there):
        problems.append(Problem("posts", OWN, True))
    today = at.astimezone(CHINA).date()
    if held_on is None or not today - found.supervise_back <= held_on <= today:
        problems.append(Problem("held_on", NO_DAY, True))
    if way not in found.supervision_ways:
        problems.append(Problem("way", NO_WAY, True))
    if found.hours is not None and (minutes is None or not 1 <= minutes <= found.hours.most):
        problems.append(Problem("minutes", NO_MINUTES.format(most=found.hours.most), True))
    if problems or held_on is None:
        raise Refused(problems)
    rows = [
        Supervision(
            **({"id": meeting_id} if not number else {}), supervisor_id=actor.person_id,
            supervisor_post_id=actor.post_id, post=each.post, held_on=held_on, way=way, minutes=minutes,
            recorded_at=at, **places_of(each.post.division),
        ) for number, each in enumerate(there)
    ]
    vault.create_keys([row.key_owner for row in rows], at=at)
    for row in rows:
        vault.put(row, {"note": note.strip()[:2000] or None})
        row.save(force_insert=True)
        ledger.record(
            kind="supervision.recorded", subject=Owner("post", row.post_id), actor=actor, at=at, is_fact=True,
            clear={"many": 0},
        )
    return len(rows)
