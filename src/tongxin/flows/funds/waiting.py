"""What finance has to look at: what waits for an answer, what is late, what ends soon."""

from dataclasses import dataclass
from datetime import datetime

from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import asking
from tongxin.flows.funds.booking import funds_for, rules_of
from tongxin.flows.funds.paying import needs_receipt, payouts_for
from tongxin.flows.funds.reach import place_of
from tongxin.flows.programmes.accepting import acceptances_for
from tongxin.flows.programmes.contracts import contracts_for, rules_in
from tongxin.funds.models import Fund, Grant, Payout, Request
from tongxin.programmes.models import Acceptance, Contract


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests that the viewer may answer, agreed payments not yet made, acceptances, pay-outs, receipts, ends."""

    to_answer: list[Request]
    to_pay: list[Request]
    to_accept: list[Acceptance]
    to_send: list[Payout]
    # By pay-out how many receipts are late.
    receipts: list[tuple[Payout, int]]
    ending: list[Contract]
    funds_ending: list[Fund]


def waiting(viewer: Viewer, *, at: datetime) -> Waiting:
    """What of the county waits now."""
    today, county_id = at.astimezone(CHINA).date(), place_of(viewer)
    found = rules_of(county_id, at=at)
    soon = today + rules_in(county_id, at=at).remind_before
    late = Grant.objects.filter(needs_receipt(found=found, on=today))
    payouts = list(payouts_for(viewer, at=at))
    counts = {each.id: late.filter(payout=each).count() for each in payouts if each.sent_at is not None}
    contracts = contracts_for(viewer, at=at).filter(to_on__gte=today, to_on__lte=soon, ended_at__isnull=True)
    funds = funds_for(viewer, at=at).filter(until_on__gte=today, until_on__lte=today + found.remind_before)
    return Waiting(
        to_answer=asking.waiting_for(viewer, at=at),
        to_pay=list(asking.requests_for(viewer, at=at).filter(state=Request.AGREED, kind=Request.PAYMENT)),
        to_accept=list(acceptances_for(viewer, at=at).filter(state=Acceptance.DRAWN)),
        to_send=[each for each in payouts if each.state == Payout.AGREED],
        receipts=[(each, counts[each.id]) for each in payouts if counts.get(each.id)],
        ending=list(contracts.order_by("to_on")), funds_ending=list(funds),
    )
