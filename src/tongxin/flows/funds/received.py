"""What a child got or is to get, as it is told on the child's own page and in the copy for the person concerned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from tongxin.flows.funds.booking import rules_of
from tongxin.flows.funds.twice import same_children
from tongxin.funds.models import Grant, Payout
from tongxin.people.models import Child

# Before there is a result, how far the whole list has come.
ON_THE_WAY: Mapping[str, str] = MappingProxyType({
    Payout.DRAFT: "正在列名单", Payout.ASKED: "等审批", Payout.AGREED: "已同意，还没有发",
    Payout.SENT: "已发出，等结果", Payout.DROPPED: "不发了",
})
DECIDED = (Payout.AGREED, Payout.SENT, Payout.SETTLED)


@dataclass(frozen=True, slots=True)
class Received:
    """One grant in words: its day (of the result, else of the list), purpose, 分, source, and how far it has come."""

    on: date | datetime
    purpose: str
    amount: int
    source: str
    state: str


def state_zh(grant: Grant) -> str:
    """How far a grant has come, in words."""
    if grant.state == Grant.LISTED:
        return ON_THE_WAY.get(grant.payout.state, grant.get_state_display())
    return str(grant.get_state_display())


def received_by(child: Child, *, at: datetime) -> list[Received]:
    """What was agreed to for a child under whichever of its files, the newest first; whose account isn't told."""
    found = rules_of(child.county_id, at=at)
    files = same_children(child.id)
    rows = Grant.objects.filter(child_id__in=files, payout__state__in=DECIDED).exclude(state=Grant.REMOVED)
    return [
        Received(
            each.settled_on or each.payout.made_at,
            found.purposes[each.payout.purpose].zh if each.payout.purpose in found.purposes else "",
            each.amount, found.sources.get(each.payout.fund.source, ""), state_zh(each),
        ) for each in rows.select_related("payout__fund").order_by("-payout__made_at", "number")
    ]
