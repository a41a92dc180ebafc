"""Numbers that look implausible: asked about before they are kept, kept with a reason, settled by another person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.activities.doubts import Raised
from tongxin.activities.models import Doubt, Occasion, Publicity
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities.reach import APPROVE, county_of, desk_posts, is_desk, must, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices import services as notices
from tongxin.vault import Owner

ASK = "{zh}确实是的，请在最下面写明原因再保存；写错了的请改。"
DONE = "没有改动：这一条已经有人核实。"
OWN = "没有改动：自己写的数要由另一个人核实。"


@dataclass(frozen=True, slots=True)
class About:
    """What a number belongs to."""

    id: UUID
    county_id: int
    owner: Owner
    activity_id: UUID | None = None


def refuse_unsure(raised: Sequence[Raised], reason: str, found: Activities) -> list[Problem]:
    """A question for each number that looks wrong, while no reason is given."""
    if reason.strip() and len(reason) <= found.longest_reason:
        return []
    return [Problem(each.of, ASK.format(zh=each.zh), True) for each in raised]


def keep(raised: Sequence[Raised], about: About, *, reason: str, actor: Viewer, at: datetime) -> None:
    """The numbers stand, marked; who can settle it is told."""
    if not raised or actor.person_id is None:
        return
    longest = rules_in(about.county_id, at=at).longest_reason
    for each in raised:
        row = Doubt(
            county_id=about.county_id, about_id=about.id, activity_id=about.activity_id, rule=each.rule,
            number=each.number, limit=each.limit, at=at, person_id=actor.person_id,
        )
        vault.put(row, {"words": reason.strip()[:longest]})
        row.save(force_insert=True)
    event = tell("doubt.raised", actor, at, about=about.id, rules=",".join(each.rule for each in raised))
    posts = [each for each in desk_posts(about.county_id, at=at) if each not in actor.post_ids]
    notices.tell_posts(posts=posts, event=event, at=at)


def open_for(viewer: Viewer, *, at: datetime) -> QuerySet[Doubt]:
    """What waits for a second person in the viewer's county; nothing for who settles none."""
    if not access.may_do(viewer=viewer, action=APPROVE, at=at) or not is_desk(viewer, at=at):
        return Doubt.objects.none()
    return Doubt.objects.filter(county_id=county_of(viewer), settled_at__isnull=True).order_by("at", "id")


@transaction.atomic
def settle(*, doubt_id: UUID, is_right: bool, actor: Viewer, at: datetime) -> Doubt:
    """The number is right, or it was wrong: then what it belongs to is taken back and counts no more."""
    person_id = must(actor, APPROVE, at=at)
    row = Doubt.objects.select_for_update().filter(id=doubt_id, county_id=county_of(actor)).first()
    if row is None or not is_desk(actor, at=at):
        raise NotAllowed
    if row.settled_at is not None:
        raise Refused.because(DONE)
    if row.person_id == person_id:
        raise Refused.because(OWN)
    row.is_right, row.settled_at, row.settled_by = is_right, at, person_id
    row.save(update_fields=["is_right", "settled_at", "settled_by"])
    if not is_right:
        Occasion.objects.filter(id=row.about_id, withdrawn_at__isnull=True).update(
            withdrawn_at=at, withdrawn_by=person_id
        )
        Publicity.objects.filter(id=row.about_id, withdrawn_at__isnull=True).update(withdrawn_at=at)
    tell("doubt.settled", actor, at, doubt=row.id, right="yes" if is_right else "no")
    return row
