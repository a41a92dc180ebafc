"""What was handed down and entered goes back: it leaves the place's book and stands in the giver's again, in one step.

The giver's fund is locked before the place's own, as where the money is entered.
"""

from datetime import datetime
from uuid import UUID, uuid5

from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.funds.booking import Line, book, rules_of, tell
from tongxin.funds.models import Fund, Portion, Posting
from tongxin.notices import services as notices

LEFT, ENTERED, BACK = "left", "received", "back"


def portion_of(posting: Posting) -> Portion | None:
    """What was handed down that a place entered with this posting; nothing where it came another way."""
    rows = Portion.objects.filter(fund_id=posting.fund_id, state=Portion.RECEIVED).select_related("allocation")
    return next((each for each in rows if uuid5(each.id, ENTERED) == posting.id), None)


def entered_in(fund: Fund) -> set[UUID]:
    """The postings with which a place entered what was handed down, as far as it is still there."""
    return {uuid5(id, ENTERED) for id in fund.portions.filter(state=Portion.RECEIVED).values_list("id", flat=True)}


def lock_giver(posting_id: UUID) -> None:
    """Let nobody else book in the fund out of which a posting's money was handed down."""
    posting = Posting.objects.filter(id=posting_id).first()
    portion = portion_of(posting) if posting is not None else None
    if portion is not None:
        Fund.objects.select_for_update().get(id=portion.allocation.fund_id)


def give_back(posting: Posting, actor: Viewer, at: datetime) -> None:
    """The money of a posting that is turned round can be used by the giver again, who is told; others are let be."""
    portion = portion_of(posting)
    if portion is None:
        return
    allocation, today = portion.allocation, at.astimezone(CHINA).date()
    giver, left = Fund.objects.get(id=allocation.fund_id), Posting.objects.get(id=uuid5(portion.id, LEFT))
    found = rules_of(giver.county_id, at=at)
    book(
        giver, kind=Posting.REVERSAL, lines=[Line(found.held[giver.form], found.handed, portion.amount)], on=today,
        posting_id=uuid5(portion.id, BACK), request=left.request, reverses=left, actor=actor, at=at,
    )
    portion.state, portion.answered_on, portion.answered_at = Portion.RETURNED, today, at
    portion.answered_by, portion.post_id = actor.person_id, actor.post_id
    portion.save()
    event = tell(
        "fund.acknowledged", giver, actor, at, allocation=str(allocation.id), portion=str(portion.id),
        answer=Portion.RETURNED,
    )
    notices.tell_posts(posts=[allocation.post_id], event=event, at=at)
