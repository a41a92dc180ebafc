"""Whether somebody may be given a child: no one without a valid clearance, once their county's day has come.

A danger is never kept waiting by it: a child in a crisis goes to whoever is there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.models import Person, Post
from tongxin.accounts.posts import responsible
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.core.forms import Problem
from tongxin.core.pathway import WITHDRAWN, CaseState
from tongxin.flows.refusals import Refused
from tongxin.flows.workforce import caseloads, clearances, reach
from tongxin.flows.workforce.landed import SAYS
from tongxin.ledger import Draft
from tongxin.lib.ids import id_in
from tongxin.people.models import Child

ASSIGNMENT, BEGINNING = "assignment", "course_start"
ADVICE = "请先由{who}在“人员与资质”里登记查询结果，或换一位查询有效的人；孩子正在危机处置的不受此限。"
ADVICE_FOUND = "请换一位查询有效的人；孩子正在危机处置的不受此限。"


def refusal(*, person_id: UUID, title: str, role: str, county_id: int | None, at: datetime) -> str:
    """Why somebody may not be given a child now, and what to do; empty when they may. No name is told."""
    if not clearances.is_required(county_id, at=at):
        return ""
    if role not in reach.rules_in(county_id, at=at).check.roles:
        return ""
    state = clearances.states([person_id], county_id, at=at)[person_id]
    if state not in clearances.BARRED:
        return ""
    advice = ADVICE_FOUND if state == clearances.FOUND else ADVICE.format(who=reach.keepers_zh(at))
    return f"没有保存：{title}的任职人{SAYS[state]}，现在不能再交给孩子。{advice}"


def refusal_of_post(post: Post, *, at: datetime) -> str:
    """The same for whoever answers in a post now; a vacant one is answered by who stands above, who is asked there."""
    found = responsible(post_id=post.id, at=at)
    if found is None:
        return ""
    there = post if found.post_id == post.id else Post.objects.select_related("division").get(id=found.post_id)
    return refusal(
        person_id=found.person_id, title=there.title, role=there.role, county_id=there.division.county_id, at=at
    )


def refusal_to_hold(post: Post, person: Person, *, at: datetime) -> str:
    """Why somebody may not take over a post with the children that lie on it."""
    return refusal(
        person_id=person.id, title=post.title, role=post.role, county_id=post.division.county_id, at=at
    ).replace("的任职人", "的接手人")


def barred_posts(posts: Iterable[Post], *, at: datetime) -> Mapping[UUID, str]:
    """Of some posts those to which no child is given now, with why."""
    return {post.id: said for post in posts if (said := refusal_of_post(post, at=at))}


def is_in_danger(child_id: UUID) -> bool:
    """Whether a child is in a crisis: then nobody is kept from coming."""
    return Case.objects.filter(id=child_id, in_crisis=True).exists()


def refuse(
    *, child: Child, state: CaseState, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime
) -> None:
    """Nothing, when a record gives the child to nobody, or to somebody who may be given one."""
    if draft.kind not in {ASSIGNMENT, BEGINNING} or draft.correction_kind in WITHDRAWN or data.get("alarms"):
        return
    if actor.is_worker or is_in_danger(child.id) or state.names().get("in_crisis"):
        return
    if draft.kind == BEGINNING:
        refuse_seat(actor, place="provider", at=at)
        return
    post_id = id_in(str(draft.answers.get("to_post", "")))
    post = Post.objects.select_related("division").filter(id=post_id).first() if post_id else None
    if post is None:
        return
    if said := refusal_of_post(post, at=at):
        raise Refused([Problem("to_post", said, True)])
    if said := caseloads.refusal(post, child_id=child.id, note=str(draft.answers.get("note", "")), at=at):
        raise Refused([Problem("note", said, True)])


def refuse_seat(actor: Viewer, *, place: str = "", at: datetime) -> None:
    """Nothing, when whoever acts from a post may be with children from there."""
    seat = actor.seat
    if seat is None or actor.person_id is None:
        return
    post = Post.objects.select_related("division").filter(id=seat.post_id).first()
    if post is None:
        return
    said = refusal(
        person_id=actor.person_id, title=post.title, role=post.role, county_id=post.division.county_id, at=at
    )
    if said:
        raise Refused([Problem(place, said, True)])


def refuse_post(post_id: UUID | None, *, place: str, child_id: UUID | None = None, at: datetime) -> None:
    """Nothing, when whoever answers in a post may be given a child."""
    post = Post.objects.select_related("division").filter(id=post_id).first() if post_id else None
    if post is None or (child_id is not None and is_in_danger(child_id)):
        return
    if said := refusal_of_post(post, at=at):
        raise Refused([Problem(place, said, True)])


def refuse_person(
    *, person_id: UUID, post_id: UUID, place: str, child_id: UUID | None = None, at: datetime
) -> None:
    """Nothing, when this person may be with children from this post."""
    post = Post.objects.select_related("division").filter(id=post_id).first()
    if post is None or (child_id is not None and is_in_danger(child_id)):
        return
    said = refusal(person_id=person_id, title=post.title, role=post.role, county_id=post.division.county_id, at=at)
    if said:
        raise Refused([Problem(place, said, True)])
