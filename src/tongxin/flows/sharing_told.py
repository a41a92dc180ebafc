"""What left by other ways than a sheet: that a child is on file, told by a comparison; the whole file, sent away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from tongxin.accounts.models import Post
from tongxin.comparisons.models import Answer, Settling
from tongxin.flows import comparing
from tongxin.flows.blind_sessions import TOLD
from tongxin.instances.models import BlindSession, Sending
from tongxin.ledger.models import Event
from tongxin.people.models import Child
from tongxin.rulebook import rules

WHETHER, KNOWN, WHOLE = "在册（这一行有档案）", "对方已经知道", "整份档案"
SENT = {
    Sending.WAITING: "等对方答复", Sending.ACCEPTED: "对方已接收", Sending.RETURNED: "对方退回，已销毁",
    Sending.REPLACED: "已另发新的一份",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One hand-over: to whom, when, what, what for, under what, and whether it still stands there."""

    at: datetime
    to: str
    what: str
    why: str
    under: str
    held: str
    until: date | None = None
    opened_at: datetime | None = None
    received_at: datetime | None = None
    url: str = ""


def told_of(child: Child, *, at: datetime) -> Iterator[Given]:
    """Which bodies learned from lists that the child is on file, and to which installations the file went."""
    yield from _compared(child, at)
    yield from _blindly(child)
    for row in Sending.objects.filter(child_id=child.id).select_related("peer"):
        yield Given(
            at=row.made_at, to=f"{row.peer.name}（外地系统）", what=WHOLE, why="转出", under="移交外地的档案",
            held=SENT[row.state], received_at=row.answered_at,
        )


def _compared(child: Child, at: datetime) -> Iterator[Given]:
    """Who settles for the county reads its files anyway; of a kind that tells nothing nothing was told."""
    same = Q(child_id=child.id) & (Q(verdict=Answer.SAME) | Q(decision__in=("same", "opened")))
    undone = Settling.objects.filter(child_id=child.id, decision="same", undone_at__isnull=False)
    rows = Answer.objects.filter(same | Q(id__in=undone.values("answer_id")), row__gt=0).select_related("comparison")
    found = rules.access_rules(at=at)
    posts = {each.id: each for each in Post.objects.select_related("organisation").filter(
        id__in=[row.comparison.post_id for row in rows if row.comparison.post_id]
    )}
    for row in rows:
        post, kind = posts.get(row.comparison.post_id or UUID(int=0)), comparing.kind_of(row.comparison, at=at)
        if post is None or not kind.tells_whether or found.may_do(role=post.role, action=comparing.SETTLE):
            continue
        yield Given(
            at=row.settled_at or row.comparison.received_at, to=post.organisation.name, what=WHETHER,
            why=kind.purpose, under=f"名单比对　{kind.zh}", held=KNOWN,
        )


def _blindly(child: Child) -> Iterator[Given]:
    events = Event.objects.filter(kind=TOLD, subject_id=child.id)
    sessions = BlindSession.objects.in_bulk([UUID(str(each.clear["session"])) for each in events])
    for event in events:
        row = sessions.get(UUID(str(event.clear["session"])))
        if row is not None:
            yield Given(
                at=event.at, to=row.other_name, what="双方名单上都有这个孩子", why="隐私比对", held=KNOWN,
                under=f"隐私比对　{row.agreement}",
            )
