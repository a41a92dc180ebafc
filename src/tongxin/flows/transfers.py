"""A child who moves: the receiving county or town sees and accepts, then the child lives and is served there."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tongxin.access import relations
from tongxin.access.models import Relation
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CaseState
from tongxin.flows.refusals import Refused
from tongxin.people import matching, search
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules

TRANSFERRED, TOWN, STAYS_OPEN = "transferred", "town", "stays"
STAYS = "没有保存：孩子现在就归这个地方管。同一个乡镇里搬家，请填“补正信息”改居住地址，不用办迁出。"


def refuse_self_acceptance(*, state: CaseState, actor: Viewer) -> None:
    """The old county may note that a place outside the system took over, not accept for a county in it."""
    receivers = _receivers(state)
    if receivers and actor.post_id not in receivers:
        raise Refused.because("接收地已使用本系统，应由接收地确认接收；在对方确认之前仍由本地负责。"
            "那里的岗位没有人的，请先在“岗位”里安排代班的人。")


def refuse_nowhere(*, child_id: UUID, data: Mapping[str, object]) -> None:
    """Nothing, when a child moves to another place than the one that answers for it."""
    child = Child.objects.get(id=child_id)
    code = str(data.get("to_division", ""))
    place = Division.objects.filter(code=code, valid_to__isnull=True).first()
    if place is not None and place.id in places_of(child).values():
        raise Refused([Problem("to_division", STAYS, True)])


def carries_on(*, child: Child, post_id: UUID | None) -> bool | str:
    """Whether the place of a post goes on with a case: another county anew, another town from where it stood."""
    post = Post.objects.filter(id=post_id).select_related("division").first() if post_id else None
    if post is None:
        return bool(child.county_id)
    if rules.region_of(post.division.county_id) != rules.region_of(child.county_id):
        return True
    return STAYS_OPEN if post.division.level == TOWN and post.division_id not in places_of(child).values() else False


def follow(*, child: Child, kind: str, state: CaseState, entry_id: UUID, actor: Viewer, at: datetime) -> bool:
    """Let the receiving place in when a transfer begins, and move the child when it accepts; True when moved."""
    if kind not in {"transfer_out", "transfer_in"}:
        return False
    relations.end(child_id=child.id, relation=TRANSFERRED, at=at)
    if state.names()["transfer_open"]:
        for post_id in _receivers(state):
            Relation.objects.create(
                child_id=child.id, relation=TRANSFERRED, post_id=post_id, from_at=at, source_id=entry_id
            )
    if actor.seat is None or kind != "transfer_in" or not _is_taken_over(state):
        return False
    return _move(child, Division.objects.get(id=actor.seat.division_id), at)


def _is_taken_over(state: CaseState) -> bool:
    """Whether the last transfer was accepted by a county that goes on with the case."""
    answer = state.last["transfer_in"].data if "transfer_in" in state.last else {}
    is_open = state.names()["transfer_open"]
    return not is_open and answer.get("outcome") == "accepted" and bool(answer.get("goes_on"))


def _receivers(state: CaseState) -> list[UUID]:
    out = state.last.get("transfer_out")
    if out is None:
        return []
    code, by_level = str(out.data.get("to_division", "")), state.pathway.content["transfer_receivers"]
    posts = Post.objects.filter(division__code=code, division__valid_to__isnull=True).select_related("division")
    return [post.id for post in posts if post.role == by_level.get(post.division.level)]


def _move(child: Child, place: Division, at: datetime) -> bool:
    for column, value in place.ancestors.items():
        setattr(child, column, value)
    matching.mark(child=child, answers={}, at=at, has_moved=True)
    child.save()
    Referral.objects.filter(child_id=child.id).update(**places_of(child))
    search.index(child=child, name=None, id_no=None, at=at)
    return True
