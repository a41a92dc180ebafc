"""Who leads an outing: people named by their posts, each asked about like whoever is given a child."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.activities.models import Activity
from tongxin.activities.rules import Activities, Kind
from tongxin.core.forms import Problem
from tongxin.flows.activities.reach import town_of
from tongxin.flows.refusals import Refused
from tongxin.flows.workforce import clearances, landed, reach
from tongxin.lib.ids import id_in
from tongxin.registers.answers import Given

FIELD = "leaders"
FEW = "带队的人至少选 {least} 位：选岗位，系统核对任职人的违法犯罪记录查询。"
BARRED = "没有保存：{title}的任职人{says}，不能带队。请换一位查询有效的人。"
Leaders = list[dict[str, str]]


def choices(viewer: Viewer, *, at: datetime) -> list[Holding]:
    """Who may be named: holders of posts with children, of the viewer's own body or town."""
    roles = reach.rules_in(reach.county_or_none(viewer), at=at).check.roles
    near, town = Q(post__organisation_id__in=viewer.organisation_ids), town_of(viewer)
    if town is not None:
        near |= Q(post__division__town_id=town)
    rows = Holding.objects.filter(held(at), near, post__role__in=roles, kind=Holding.HOLDER, person__is_active=True)
    return list(rows.select_related("post", "post__division").order_by("post__division__code", "post__title", "id"))


def named(
    given: Given, *, kind: Kind | None, found: Activities, viewer: Viewer, at: datetime
) -> tuple[Leaders, list[Problem]]:
    """The leaders of a plan that was handed in, and what is wrong with them; none where the kind is no outing."""
    if kind is None or not kind.is_outing:
        return [], []
    wanted = {id_in(each) for each in given.get(FIELD, ())}
    rows = [each for each in choices(viewer, at=at) if each.post_id in wanted]
    problems = [each for row in rows if (each := _refusal(row.post, row.person_id, at))]
    if len({row.person_id for row in rows}) < found.least_adults:
        problems.append(Problem(FIELD, FEW.format(least=found.least_adults), True))
    return [{"post": str(row.post_id), "person": str(row.person_id)} for row in rows], problems


def refuse_unchecked(row: Activity, *, at: datetime) -> None:
    """Nothing, while each leader may still be with children."""
    posts = Post.objects.select_related("division").in_bulk([UUID(each["post"]) for each in leaders_of(row)])
    rows = ((posts.get(UUID(each["post"])), UUID(each["person"])) for each in leaders_of(row))
    problems = [each for post, person in rows if post and (each := _refusal(post, person, at))]
    if problems:
        raise Refused(problems)


def leaders_of(row: Activity) -> Leaders:
    """Who leads, by post and person."""
    found: Any = row.clear.get(FIELD, [])
    return found if isinstance(found, list) else []


def titles(posts: Iterable[str]) -> dict[str, str]:
    """The posts in words."""
    return {str(id): title for id, title in Post.objects.filter(id__in=list(posts)).values_list("id", "title")}


def _refusal(post: Post, person_id: UUID, at: datetime) -> Problem | None:
    """What the gate says once the county's day has come; before it, what is known to be over or found bars too."""
    county_id = post.division.county_id
    state = clearances.states([person_id], county_id, at=at)[person_id]
    barred = clearances.BARRED if clearances.is_required(county_id, at=at) else {clearances.OVER, clearances.FOUND}
    if state not in barred:
        return None
    return Problem(FIELD, BARRED.format(title=post.title, says=landed.SAYS[state]), True)
