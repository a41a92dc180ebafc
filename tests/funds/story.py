"""A county with a fund, as the tests of money need it."""

from datetime import datetime, timedelta
from uuid import UUID

from tests import world
from tongxin.flows.funds import asking, booking, paying
from tongxin.flows.funds.paying import Row
from tongxin.funds.models import Fund, Payout, Request
from tongxin.lib import ids
from tongxin.people.models import Child

NOW = world.START + timedelta(days=30)
ASKER, FIRST, SECOND = "王督导", "方经办", "郑管理"


def fund(
    cast: world.World, amount: str = "5000.00", *, source: str = "donation", at: datetime = NOW, **more: list[str]
) -> Fund:
    """A fund for study, medical help and services, with money in it unless the amount is empty."""
    given = {
        "title": ["阳光助学"], "giver": ["某基金会"], "source": [source], "form": ["money"],
        "purposes": ["study", "medical", "mind"], **more,
    }
    made = booking.open_fund(fund_id=ids.new_id(), given=given, actor=cast.viewer(SECOND, at), at=at)
    if amount:
        deposit(cast, made, amount, at=at)
    return made


def deposit(cast: world.World, made: Fund, amount: str, *, at: datetime = NOW, id: UUID | None = None) -> None:
    """Money came in."""
    given = {"booked_on": [at.date().isoformat()], "note": ["票据 12 号"]}
    booking.deposit(
        fund_id=made.id, posting_id=id or ids.new_id(), amount=amount, given=given, actor=cast.viewer(SECOND, at), at=at
    )


def payout(
    cast: world.World, made: Fund, *children: Child, fen: int = 100_000, at: datetime = NOW, by: str = ASKER
) -> Payout:
    """A list of children with the same amount each, paid in cash."""
    given = {"purpose": ["study"], "way": ["cash"]}
    actor = cast.viewer(by, at)
    row = paying.create(fund_id=made.id, payout_id=ids.new_id(), given=given, actor=actor, at=at)
    if children:
        paying.add(payout_id=row.id, rows=[Row(each, fen) for each in children], actor=actor, at=at)
    return row


def agreed(cast: world.World, row: Payout, *, at: datetime = NOW) -> Request:
    """The pay-out is asked for, and agreed to by as many as it needs."""
    request = paying.ask(payout_id=row.id, actor=cast.viewer(ASKER, at), at=at)
    for name in (FIRST, SECOND)[: request.needed]:
        asking.answer(request_id=request.id, agrees=True, reason="", actor=cast.viewer(name, at), at=at)
    request.refresh_from_db()
    return request
