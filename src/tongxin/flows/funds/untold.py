"""Amounts of lists on which a few children stand whom a viewer doesn't see: neither told nor left to be subtracted."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.flows.funds.booking import APPROVE, rules_of
from tongxin.flows.funds.paying import children_seen
from tongxin.flows.funds.reach import place_of
from tongxin.funds.models import Fund, Grant, Request


def requests_untold(funds: Iterable[Fund], viewer: Viewer, *, at: datetime) -> dict[UUID, UUID]:
    """By request for such a list that something was booked for, its fund; whoever agrees to requests reads all."""
    if access.may_do(viewer=viewer, action=APPROVE, at=at):
        return {}
    rows = Request.objects.filter(kind=Request.PAYOUT, fund__in=list(funds), postings__isnull=False).distinct()
    lists = {each.about_id: each for each in rows}
    grants = Grant.objects.filter(payout_id__in=lists).exclude(state=Grant.REMOVED).values_list("payout_id", "child_id")
    pairs = list(grants)
    seen = children_seen({child for _, child in pairs}, viewer, at=at)
    unseen = Counter(payout for payout, child in pairs if child not in seen)
    few = rules_of(place_of(viewer), at=at).small_below
    hidden = {payout for payout, many in unseen.items() if 0 < many < few}
    return {each.id: each.fund_id for each in rows if each.about_id in hidden}


def funds_untold(funds: Iterable[Fund], viewer: Viewer, *, at: datetime) -> set[UUID]:
    """The funds of which what stands in them would tell such an amount."""
    return set(requests_untold(funds, viewer, at=at).values())
