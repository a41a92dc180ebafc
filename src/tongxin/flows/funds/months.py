"""A county's money month by month, and the closing of a month: afterwards nothing is booked in it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds.booking import KEEP, funds_for, lock_county, rules_of
from tongxin.flows.funds.reach import place_of
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import Refused
from tongxin.funds.models import Closing, Fund, Transfer
from tongxin.funds.rules import ASSET
from tongxin.vault import Owner

NOT_OVER = "没有结账：{month}还没有过完。"
IS_CLOSED = "没有结账：{month}或以后的月份已经结过账。"


@dataclass(frozen=True, slots=True)
class Statement:
    """A fund in a month: what was there, came in, was used, is there; all in 分. `spent` by account."""

    fund: Fund
    before: int
    came: int
    used: int
    after: int
    spent: dict[str, int]


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def statements(viewer: Viewer, *, month: date, at: datetime) -> list[Statement]:
    """Each fund in a month, by number."""
    found = []
    for fund in funds_for(viewer, at=at).order_by("number"):
        kinds = rules_of(fund.county_id, at=at).kinds
        before, inside = _net(fund, until=month), _net(fund, since=month, until=next_month(month))
        assets = [account for account, kind in kinds.items() if kind == ASSET]
        spent = {account: inside[account] for account, kind in kinds.items() if kind == "expense" and inside[account]}
        found.append(Statement(
            fund, sum(before[each] for each in assets),
            -sum(inside[account] for account, kind in kinds.items() if kind == "income"), sum(spent.values()),
            sum(before[each] + inside[each] for each in assets), spent,
        ))
    return found


def _net(fund: Fund, *, until: date, since: date | None = None) -> dict[str, int]:
    """By account what was moved there in a span, in 分; debit above nought."""
    rows = Transfer.objects.filter(posting__fund=fund, posting__booked_on__lt=until)
    rows = rows.filter(posting__booked_on__gte=since) if since else rows
    found: dict[str, int] = defaultdict(int)
    for column, sign in (("debit", 1), ("credit", -1)):
        told: Any = rows.order_by().values(column).annotate(all=Sum("amount"))
        for row in told:
            found[row[column]] += sign * int(row["all"])
    return found


def closing_of(viewer: Viewer, *, month: date) -> Closing | None:
    """The closing by which a month can't be booked in any more."""
    return Closing.objects.filter(county_id=place_of(viewer), month__gte=month).order_by("month").first()


@transaction.atomic
def close(*, month: date, actor: Viewer, at: datetime) -> Closing:
    """The month and all before it are closed, with what stood on each fund; once."""
    person_id, county_id = must(actor, KEEP, at=at), place_of(actor)
    lock_county(county_id)
    zh = f"{month.year}年{month.month}月"
    if next_month(month) > at.astimezone(CHINA).date():
        raise Refused([Problem("month", NOT_OVER.format(month=zh), True)])
    if Closing.objects.filter(county_id=county_id, month__gte=month).exists():
        raise Refused([Problem("month", IS_CLOSED.format(month=zh), True)])
    totals = {str(each.fund.id): each.after for each in statements(actor, month=month, at=at)}
    row = Closing(
        county_id=county_id, month=month, totals=totals, at=at, person_id=person_id, post_id=post_of(actor)
    )
    row.save()
    ledger.record(
        kind="month.closed", subject=Owner("staff", person_id), actor=actor, at=at, is_fact=True,
        clear={"month": month.isoformat()},
    )
    return row
