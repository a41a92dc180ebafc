"""What changes while a programme runs: a contract ends before its last day, a budget grows, shrinks or moves."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds.booking import NO_AMOUNT, lock_county, rules_of
from tongxin.flows.made_once import made_once
from tongxin.flows.pairing_companions import must
from tongxin.flows.programmes.contracts import (
    KEEP,
    budget_of,
    contract_for,
    not_paid_by,
    programme_for,
    rules_in,
    short_of,
    signed_for,
    taken_by,
    tell,
)
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund
from tongxin.lib.money import fen_in, yuan
from tongxin.lib.numbers import day_in
from tongxin.programmes.models import Acceptance, BudgetLine, Contract

BAD_DAY = "没有保存：请写做到哪天，在合同的时间里，不晚于今天，也不早于已经数过的那天（{counted}）。"
NO_REASON = "没有保存：请选原因。"
ENDED = "没有保存：这份合同已经登记过提前结束。"
NO_PURPOSE = "没有保存：请选改哪一项预算。"
TOO_LITTLE = "没有保存：这一项已经签了合同 {signed} 元，预算不能少于它。"
SAME = "没有保存：和现在的预算一样，不用改。"


@transaction.atomic
def end(*, contract_id: UUID, ended_on: str, reason: str, actor: Viewer, at: datetime) -> Contract:
    """A contract that ends before its last day: what was done until then still counts, the rest is free again."""
    person_id = must(actor, KEEP, at=at)
    row = contract_for(contract_id=contract_id, viewer=actor, at=at)
    lock_county(row.programme.county_id)
    row = contract_for(contract_id=contract_id, viewer=actor, at=at, for_update=True)
    day, today = day_in(ended_on), at.astimezone(CHINA).date()
    if row.ended_on is not None:
        if (row.ended_on, row.end_reason, row.ended_by) == (day, reason, person_id):
            return row
        raise Refused([Problem("", ENDED, True)])
    live = row.acceptances.filter(state__in=(Acceptance.DRAWN, Acceptance.ACCEPTED)).order_by("-to_on").first()
    least = max(row.from_on, live.to_on) if live else row.from_on
    problems = []
    if day is None or not least <= day <= min(row.to_on, today):
        counted = f"{least.year}年{least.month}月{least.day}日"
        problems.append(Problem("ended_on", BAD_DAY.format(counted=counted), True))
    if reason not in rules_in(row.programme.county_id, at=at).endings:
        problems.append(Problem("end_reason", NO_REASON, True))
    if problems:
        raise Refused(problems)
    row.ended_on, row.end_reason, row.ended_by, row.ended_at = day, reason, person_id, at
    row.save(update_fields=["ended_on", "end_reason", "ended_by", "ended_at"])
    tell("contract.ended", row.programme, actor, at, contract=str(row.id))
    return row


@made_once
@transaction.atomic
def change_budget(
    *, programme_id: UUID, change_id: UUID, purpose: str, amount: str, reason: str, actor: Viewer, at: datetime,
    sure: str = "",
) -> BudgetLine:
    """What a purpose has from now on, as it was written; the earlier lines stay. More than its fund has free is asked
    about until `sure` says how that was checked."""
    person_id = must(actor, KEEP, at=at)
    programme = programme_for(programme_id=programme_id, viewer=actor, at=at)
    lock_county(programme.county_id)
    known = BudgetLine.objects.filter(change_id=change_id).first()
    if known is not None:
        if known.programme_id != programme.id:
            raise NotAllowed
        return known
    budget, money = budget_of(programme), rules_of(programme.county_id, at=at)
    fen, now, problems = fen_in(amount), budget.get(purpose, 0), []
    if purpose not in money.purposes:
        problems.append(Problem("change_purpose", NO_PURPOSE, True))
    elif fen is not None and fen > now:
        fund = Fund.objects.get(id=programme.fund_id)
        problems += not_paid_by(fund, [purpose], money)
        unpaid = sum(budget.values()) - now + fen - taken_by(programme)
        problems += short_of(fund, unpaid, money, sure, at=at, but=programme.id)
    if reason not in rules_in(programme.county_id, at=at).changes:
        problems.append(Problem("change_reason", NO_REASON, True))
    signed = signed_for(programme, purpose)
    if fen is None:
        problems.append(Problem("change_amount", NO_AMOUNT, True))
    elif fen < signed:
        problems.append(Problem("change_amount", TOO_LITTLE.format(signed=yuan(signed)), True))
    elif fen == now:
        problems.append(Problem("change_amount", SAME, True))
    if problems or fen is None:
        raise Refused(problems)
    line = BudgetLine.objects.create(
        programme=programme, purpose=purpose, amount=fen - now, reason=reason, change_id=change_id, at=at,
        person_id=person_id,
    )
    tell("budget.changed", programme, actor, at, purpose=purpose)
    return line
