"""Ways in: a one-time link that is shown once, and a seat at a shared tablet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongxin.accounts.viewers import Viewer
from tongxin.screening import tokens
from tongxin.screening.faults import Ended, NotTaken, NoWayIn
from tongxin.screening.models import Link, Participant, Round, Sitting

MAY_ANSWER = (
    Participant.LISTED, Participant.INVITED, Participant.STARTED, Participant.ABSENT, Participant.REFUSED,
)
NOT_NOW = "这名儿童现在不能作答：监护人没有同意、不参加，或者已经答完。"
ROUND_CLOSED = "这一批次不在进行中，不能发链接或作答。"


@dataclass(frozen=True, slots=True)
class Issued:
    """A link as it is handed out; the token is never shown again."""

    participant_id: UUID
    token: str


def issue(*, participant_ids: Iterable[UUID], actor: Viewer, at: datetime) -> list[Issued]:
    """A fresh link for each who may answer; their earlier links stop working. The others are left out."""
    with transaction.atomic():
        rows = list(
            Participant.objects.select_for_update().select_related("round")
            .filter(id__in=list(participant_ids)).order_by("number")
        )
        found = [each for each in rows if may_answer(each, at=at)]
        Link.objects.filter(participant__in=found, revoked_at__isnull=True).update(revoked_at=at)
        issued = [Issued(each.id, tokens.fresh()) for each in found]
        Link.objects.bulk_create([
            Link(participant_id=each.participant_id, digest=tokens.digest_of(each.token), made_at=at,
                 made_by=actor.person_id)
            for each in issued
        ])
        listed = [each.id for each in found if each.state in {Participant.LISTED, Participant.ABSENT}]
        Participant.objects.filter(id__in=listed).update(state=Participant.INVITED)
    return issued


def revoke(*, participant_id: UUID, at: datetime) -> int:
    """How many links stopped working; what was answered through them stays."""
    return Link.objects.filter(participant_id=participant_id, revoked_at__isnull=True).update(revoked_at=at)


def may_answer(participant: Participant, *, at: datetime) -> bool:
    """Whether a child may sit down now: the round runs, the guardian agreed, the sheet isn't handed in."""
    round = participant.round
    is_open = round.state == Round.RUNNING and round.opens_at <= at < round.closes_at
    return is_open and participant.consent == Participant.GIVEN and participant.state in MAY_ANSWER


def open_sitting(*, token: str, at: datetime) -> Sitting:
    """The sitting that a link leads to: begun, or gone on with; NoWayIn says nothing about whose it was."""
    link = Link.objects.select_related("participant").filter(digest=tokens.digest_of(token)).first()
    if link is None:
        raise NoWayIn
    with transaction.atomic():
        participant = Participant.objects.select_for_update().select_related("round").get(id=link.participant_id)
        link = Link.objects.get(id=link.id)
        if link.revoked_at is not None or not may_answer(participant, at=at):
            raise Ended if participant.state == Participant.ANSWERED else NoWayIn
        if link.used_at is None:
            Link.objects.filter(id=link.id).update(used_at=at)
        return _seat(participant, way=Sitting.LINK, link=link, at=at)


def open_at_kiosk(*, participant_id: UUID, actor: Viewer, at: datetime) -> Sitting:
    """A seat at a shared tablet for the child whom somebody at work has just confirmed."""
    with transaction.atomic():
        participant = Participant.objects.select_for_update().select_related("round").get(id=participant_id)
        if not may_answer(participant, at=at):
            raise NotTaken(NOT_NOW if participant.round.state == Round.RUNNING else ROUND_CLOSED)
        return _seat(participant, way=Sitting.KIOSK, link=None, at=at, actor=actor)


def _seat(
    participant: Participant, *, way: str, link: Link | None, at: datetime, actor: Viewer | None = None
) -> Sitting:
    """The one sheet of a child in this round: open, left behind, or new."""
    waiting = participant.sittings.filter(Q(state=Sitting.OPEN) | Q(state=Sitting.LEFT)).order_by("-id").first()
    if waiting is not None:
        waiting.state, waiting.ended_at, waiting.last_at = Sitting.OPEN, None, at
        waiting.way, waiting.link = way, link
        waiting.save(update_fields=["state", "ended_at", "last_at", "way", "link"])
        return waiting
    return Sitting.objects.create(
        participant=participant, link=link, way=way, opened_at=at, last_at=at,
        person_id=actor.person_id if actor else None, post_id=actor.post_id if actor else None,
    )
