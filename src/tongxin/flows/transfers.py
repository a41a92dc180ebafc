"""A child who moves: the receiving county sees and accepts, then the child lives and is served there."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongxin.access import relations
from tongxin.access.models import Relation
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CaseState
from tongxin.flows.refusals import Refused
from tongxin.people import matching, search
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

RECEIVER = "case_manager"
TRANSFERRED = "transferred"


def refuse_self_acceptance(*, state: CaseState, actor: Viewer) -> None:
    """The old county may note that a place outside the system took over, not accept for a county in it."""
    receivers = _receivers(state)
    if receivers and actor.post_id not in receivers:
        raise Refused.because("接收地已使用本系统，应由接收地确认接收；在对方确认之前仍由本地负责。")


def follow(*, child: Child, kind: str, state: CaseState, entry_id: UUID, actor: Viewer, at: datetime) -> bool:
    """Let the receiving county in when a transfer begins, and move the child when it accepts; True when moved."""
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
    code = str(out.data.get("to_division", ""))
    posts = Post.objects.filter(
        Q(division__code=code), role=RECEIVER, division__valid_to__isnull=True
    ).values_list("id", flat=True)
    return list(posts)


def _move(child: Child, place: Division, at: datetime) -> bool:
    for column, value in place.ancestors.items():
        setattr(child, column, value)
    matching.mark(child=child, answers={}, at=at, has_moved=True)
    child.save()
    Referral.objects.filter(child_id=child.id).update(**places_of(child))
    search.index(child=child, name=None, id_no=None, at=at)
    return True
