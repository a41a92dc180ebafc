"""Whose hands already were in what money is asked for: they don't agree to it as well."""

from uuid import UUID

from tongxin.funds.models import Grant, Payout, Request
from tongxin.programmes.models import Acceptance

MADE = "没有改动：名单是您建的，或者名单里有您加的孩子，要由别人审批。"
ACCEPTED = "没有改动：这项服务是您计数或验收的，付款要由别人审批。"


def of(request: Request) -> set[UUID]:
    """Who made the list or put children on it, or who counted and accepted the work; nobody for other requests."""
    if request.kind == Request.PAYOUT:
        made = Payout.objects.filter(id=request.about_id).values_list("made_by", flat=True)
        rows = Grant.objects.filter(payout_id=request.about_id, listed_by__isnull=False).exclude(state=Grant.REMOVED)
        return {*made, *(each for each in rows.values_list("listed_by", flat=True) if each)}
    if request.kind == Request.PAYMENT:
        met = Acceptance.objects.filter(id=request.about_id).values_list("drawn_by", "decided_by")
        return {each for pair in met for each in pair if each}
    return set()
