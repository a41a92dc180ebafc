"""The province's money, entered into the book of every county's fund, a third in March of each year."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import viewer_of
from tongxin.demo.province.fund import shares_of
from tongxin.demo.province.rosters import Share
from tongxin.demo.province.rules import Province, morning_of
from tongxin.flows.funds import booking

GIVEN = {
    "title": ["困境儿童关爱保护专项资金"], "giver": ["自治区财政厅、民政厅"], "source": ["relief"], "form": ["money"],
    "purposes": ["living", "study", "medical", "mind"],
}
KEEPER = "benefit_clerk"
MONTH, DAY = 3, 10


@transaction.atomic
def hand_down(taking_part: Sequence[Share], *, province: Province, seed: int) -> Mapping[str, Decimal]:
    """What each county (by its code) has got by now, in yuan; together the province's fund exactly."""
    weights = {share.code: share.children for share in taking_part}
    years = range(province.starts.year, province.ends.year + 1)
    parts = shares_of(province.fund, {str(year): 1 for year in years})
    found = dict.fromkeys(weights, Decimal(0))
    ids = Random(f"{seed}:funds")
    funds = {code: _id(ids) for code in weights}
    for year in years:
        for code, amount in shares_of(parts[str(year)], weights).items():
            _deposit(code, amount, fund_id=funds[code], posting_id=_id(ids), year=year)
            found[code] += amount
    return found


def _deposit(code: str, amount: Decimal, *, fund_id: UUID, posting_id: UUID, year: int) -> None:
    at = morning_of(date(year, MONTH, DAY))
    county = Division.objects.get(code=code, level="county", valid_to__isnull=True)
    post = Post.objects.get(role=KEEPER, division=county)
    holding = Holding.objects.select_related("person").get(post=post, to_at__isnull=True)
    actor = viewer_of(person=holding.person, at=at)
    booking.open_fund(fund_id=fund_id, given=GIVEN, actor=actor, at=at)
    given = {"booked_on": [at.date().isoformat()], "note": [f"{year}年下拨"]}
    booking.deposit(
        fund_id=fund_id, posting_id=posting_id, amount=str(amount), given=given, actor=actor, at=at, sure="paper",
    )


def _id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
