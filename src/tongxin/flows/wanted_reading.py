"""What is published of a child's need is read by a second person first: no list knows every word that tells."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.pairing_companions import must, rules_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.taking_up import CHANGED, PUBLISH, published_by, tell
from tongxin.pairings.models import Wanted

OWN_WORDS = "没有发布：写的人不能自己看过，请另一位同事看。"
NO_REASON = "没有退回：请选原因。"
TOO_LATE = "没有发布：写的“到哪天为止”已经过了，请退回，由写的人重新发布。"


@transaction.atomic
def read(*, wanted_id: UUID, agrees: bool, reason: str, actor: Viewer, at: datetime) -> Wanted:
    """Published to the bodies, or sent back to whoever wrote it with a reason."""
    person_id, mine = must(actor, PUBLISH, at=at), published_by(actor, at=at).values("id")
    row = Wanted.objects.select_for_update().filter(id__in=mine, id=wanted_id).first()
    if row is None:
        raise NotAllowed
    if row.state != Wanted.CHECKING:
        if row.read_by == person_id and agrees == (not row.reason):
            return row
        raise Refused.because(CHANGED)
    if row.published_by == person_id:
        raise Refused.because(OWN_WORDS)
    if not agrees and reason not in rules_in(row.county_id, at=at).returns:
        raise Refused([Problem("returned", NO_REASON, True)])
    if agrees and row.until_on < at.astimezone(CHINA).date():
        raise Refused.because(TOO_LATE)
    row.read_by, row.read_at = person_id, at
    row.state, row.reason, row.ended_at = (
        (Wanted.OPEN, "", None) if agrees else (Wanted.WITHDRAWN, reason, at)
    )
    row.save(update_fields=["read_by", "read_at", "state", "reason", "ended_at"])
    tell("wanted.published" if agrees else "wanted.returned", row, actor, at, posts=[row.post_id])
    return row
