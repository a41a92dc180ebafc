"""Whatever people do with a fund, in whatever order: its book balances, and nothing held falls below nought."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import world
from tests.conftest import taken_back
from tests.funds.story import ASKER, FIRST, NOW, SECOND, deposit, fund, payout
from tongxin.flows.funds import asking, booking, paying, results
from tongxin.flows.refusals import Refused
from tongxin.funds.models import Balance, Fund, Grant, Payout, Request, Transfer
from tongxin.lib.money import yuan

pytestmark = pytest.mark.django_db
AMOUNTS = some.integers(1, 400_000)


class Book(RuleBasedStateMachine):
    """Money comes in, is asked for, agreed to or not, sent, paid, returned, and what came in wrongly is reversed."""

    cast: world.World
    made: Fund

    @initialize()
    def begin(self) -> None:
        self.back = taken_back()
        self.back.__enter__()
        self.made = fund(self.cast, "")
        self.children = [self.cast.child(name) for name in ("童甲", "童乙", "童丙")]

    def teardown(self) -> None:
        if hasattr(self, "back"):
            self.back.__exit__(None, None, None)

    def _viewer(self, name: str) -> Any:
        return self.cast.viewer(name, NOW)

    @rule(fen=AMOUNTS)
    def comes_in(self, fen: int) -> None:
        deposit(self.cast, self.made, yuan(fen))

    @rule(fen=AMOUNTS, which=some.integers(0, 2))
    def is_asked(self, fen: int, which: int) -> None:
        row = payout(self.cast, self.made)
        with suppress(Refused):
            paying.add(
                payout_id=row.id, actor=self._viewer(ASKER), at=NOW,
                rows=[paying.Row(self.children[which], fen, again="more")],
            )
            paying.ask(payout_id=row.id, actor=self._viewer(ASKER), at=NOW)

    @precondition(lambda self: Request.objects.filter(state=Request.ASKED).exists())
    @rule(agrees=some.booleans(), by=some.sampled_from((FIRST, SECOND)))
    def is_answered(self, agrees: bool, by: str) -> None:
        request = Request.objects.filter(state=Request.ASKED).order_by("number")[0]
        with suppress(Refused):
            asking.answer(request_id=request.id, agrees=agrees, reason="list", actor=self._viewer(by), at=NOW)

    @precondition(lambda self: Payout.objects.filter(state=Payout.AGREED).exists())
    @rule()
    def is_sent(self) -> None:
        paying.send(payout_id=Payout.objects.filter(state=Payout.AGREED)[0].id, actor=self._viewer(SECOND), at=NOW)

    @precondition(lambda self: Grant.objects.filter(payout__sent_at__isnull=False).exists())
    @rule(is_paid=some.booleans(), which=some.integers(0, 5))
    def is_settled(self, is_paid: bool, which: int) -> None:
        rows = list(Grant.objects.filter(payout__sent_at__isnull=False).order_by("id"))
        with suppress(Refused):
            results.settle(
                grant_id=rows[which % len(rows)].id, is_paid=is_paid, on=NOW.date().isoformat(), reason="closed",
                actor=self._viewer(ASKER), at=NOW + timedelta(minutes=1),
            )

    @precondition(lambda self: self.made.postings.filter(kind="deposit").exists())
    @rule(which=some.integers(0, 5))
    def is_asked_to_be_reversed(self, which: int) -> None:
        rows = list(self.made.postings.filter(kind="deposit").order_by("number"))
        with suppress(Refused):
            asking.ask_reversal(posting_id=rows[which % len(rows)].id, actor=self._viewer(ASKER), at=NOW)

    @invariant()
    def the_book_balances(self) -> None:
        if not hasattr(self, "made"):
            return
        stands, kinds = booking.balances(self.made), booking.rules_of(self.made.county_id, at=NOW).kinds
        moved: dict[str, int] = {}
        for row in Transfer.objects.filter(posting__fund=self.made):
            moved[row.debit] = moved.get(row.debit, 0) + row.amount
            moved[row.credit] = moved.get(row.credit, 0) - row.amount
        assert moved == stands and sum(stands.values()) == 0
        assert not Balance.objects.filter(is_asset=True, amount__lt=0).exists()
        assert all(amount >= 0 for account, amount in stands.items() if kinds[account] != "income")
        paid = Grant.objects.filter(state=Grant.PAID).aggregate(all=Sum("amount"))["all"] or 0
        assert stands.get("spent_study", 0) == paid


def test_whatever_is_done_the_book_balances(cast: world.World) -> None:
    Book.cast = cast
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Book, settings=settings(max_examples=12, stateful_step_count=14, deadline=None)
    )
