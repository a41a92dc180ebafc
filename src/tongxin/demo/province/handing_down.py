"""The province's money: a third in March of each year, handed down as offices do it, entered below by each clerk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.demo.province.fund import shares_of
from tongxin.demo.province.rosters import Share
from tongxin.demo.province.rules import Province, morning_of
from tongxin.flows.funds import asking, booking, handing
from tongxin.funds.models import Allocation, Fund, Request

GIVEN = {
    "title": ["困境儿童关爱保护专项资金"], "giver": ["自治区财政厅"], "source": ["relief"], "form": ["money"],
    "purposes": ["living", "study", "medical", "mind"],
}
HANDS, KEEPER, PURPOSE = "city_officer", "benefit_clerk", "living"
MONTH, DAY = 3, 10
# Agreed to the day after it was asked for; the counties enter it in the weeks after.
AGREED, FIRST, LAST = timedelta(days=1), 3, 16


@dataclass(frozen=True, slots=True)
class Office:
    """Who asks and who agrees at the province."""

    place: Division
    posts: Sequence[Post]

    def acting(self, number: int, at: datetime) -> Viewer:
        return _acting(self.posts[number], at)


@transaction.atomic
def hand_down(taking_part: Sequence[Share], *, province: Province, seed: int) -> Mapping[str, Decimal]:
    """What each county (by its code) has got by now, in yuan; together the province's fund exactly."""
    weights = {share.code: share.children for share in taking_part}
    places = {each.code: each for each in Division.objects.filter(
        code__in=weights, level="county", valid_to__isnull=True
    )}
    years = range(province.starts.year, province.ends.year + 1)
    parts = shares_of(province.fund, {str(year): 1 for year in years})
    found, chance = dict.fromkeys(weights, Decimal(0)), Random(f"{seed}:funds")
    office = _office(province)
    fund = booking.open_fund(
        fund_id=_id(chance), given=GIVEN, actor=office.acting(0, _on(years[0])), at=_on(years[0])
    )
    for year in years:
        shares = shares_of(parts[str(year)], weights)
        allocation = _hand(office, fund, {places[code].id: amount for code, amount in shares.items()}, chance, year)
        for portion in allocation.portions.order_by("place_id"):
            at = _on(year) + timedelta(days=chance.randint(FIRST, LAST))
            clerk = Post.objects.get(role=KEEPER, division_id=portion.place_id)
            handing.receive(portion_id=portion.id, on=at.date().isoformat(), actor=_acting(clerk, at), at=at)
        for code, amount in shares.items():
            found[code] += amount
    return found


def _hand(
    office: Office, fund: Fund, amounts: Mapping[int, Decimal], chance: Random, year: int
) -> Allocation:
    """A year's money, come in at the province, handed down and agreed to by as many others as it needs."""
    at = _on(year)
    given = {"booked_on": [at.date().isoformat()], "note": [f"{year}年预算"]}
    booking.deposit(
        fund_id=fund.id, posting_id=_id(chance), amount=str(sum(amounts.values())), given=given,
        actor=office.acting(0, at), at=at, sure="paper",
    )
    said = {"purpose": [PURPOSE], "note": [f"{year}年关爱保护资金下达"]}
    written = {place: str(amount) for place, amount in amounts.items()}
    row = handing.hand(
        fund_id=fund.id, allocation_id=_id(chance), amounts=written, given=said, actor=office.acting(0, at), at=at
    )
    request = Request.objects.get(about_id=row.id)
    for number in range(1, request.needed + 1):
        asking.answer(
            request_id=request.id, agrees=True, reason="", actor=office.acting(number, at + AGREED), at=at + AGREED
        )
    return row


def _office(province: Province) -> Office:
    place = Division.objects.get(code=province.code, level="province", valid_to__isnull=True)
    return Office(place, list(Post.objects.filter(role=HANDS, division=place).order_by("id")))


def _acting(post: Post, at: datetime) -> Viewer:
    holding = Holding.objects.select_related("person").get(post=post, to_at__isnull=True)
    return viewer_of(person=holding.person, at=at)


def _on(year: int) -> datetime:
    return morning_of(date(year, MONTH, DAY))


def _id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
