"""The book of money: nothing unbalanced, nothing below nought, nothing changed, two people, months that are closed."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests import world
from tests.funds.story import ASKER, FIRST, NOW, SECOND, agreed, deposit, fund, payout
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import asking, booking, months, paying
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Approval, Balance, Closing, Fund, Posting, Request, Transfer
from tongxin.ledger.models import Event
from tongxin.lib import ids

pytestmark = pytest.mark.django_db


def test_money_that_came_in_is_booked_once_from_its_source(cast: world.World) -> None:
    made, same = fund(cast, ""), ids.new_id()
    for _ in range(2):
        deposit(cast, made, "219,150.00", id=same)
    assert booking.balances(made) == {"bank": 21_915_000, "income_donation": -21_915_000}
    for wrong in ("0", "12.345", "-3", "²", ""):
        with pytest.raises(Refused):
            deposit(cast, made, wrong)
    with pytest.raises(NotAllowed):
        booking.deposit(
            fund_id=made.id, posting_id=ids.new_id(), amount="1", given={}, actor=cast.viewer("周主任"), at=NOW
        )
    with pytest.raises(NotAllowed):
        booking.fund_for(fund_id=made.id, viewer=cast.viewer("陈管理"), at=NOW)


def test_the_database_takes_no_line_that_does_not_balance(cast: world.World) -> None:
    posting = Posting.objects.filter(fund=fund(cast)).get()
    for debit, credit, amount in (("bank", "bank", 5), ("bank", "stock", 0), ("bank", "stock", -5)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer(posting=posting, debit=debit, credit=credit, amount=amount).save()
    row = Balance.objects.get(fund=posting.fund, account="bank")
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.filter(id=row.id).update(amount=-1)


@pytest.mark.parametrize("table", ["funds_posting", "funds_transfer"])
def test_nobody_changes_or_removes_what_is_booked(cast: world.World, table: str) -> None:
    fund(cast)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_another_person_agrees_and_above_a_step_two(cast: world.World) -> None:
    made = fund(cast, "100000.00")
    small = payout(cast, made, cast.child("童甲"))
    large = payout(cast, made, *map(cast.child, "乙丙丁戊己"), fen=500_000)
    one = paying.ask(payout_id=small.id, actor=cast.viewer(SECOND, NOW), at=NOW)
    assert one.needed == 1
    with pytest.raises(Refused, match="1 problems"):
        asking.answer(request_id=one.id, agrees=True, reason="", actor=cast.viewer(SECOND, NOW), at=NOW)
    with pytest.raises(NotAllowed):
        asking.answer(request_id=one.id, agrees=True, reason="", actor=cast.viewer(ASKER, NOW), at=NOW)
    asking.answer(request_id=one.id, agrees=True, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    two = paying.ask(payout_id=large.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    assert (two.amount, two.needed) == (2_500_000, 2)
    asking.answer(request_id=two.id, agrees=True, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    two.refresh_from_db()
    assert two.state == Request.ASKED
    with pytest.raises(Refused):
        asking.answer(request_id=two.id, agrees=True, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    asking.answer(request_id=two.id, agrees=True, reason="", actor=cast.viewer(SECOND, NOW), at=NOW)
    assert booking.balances(made)["reserved"] == 2_600_000 and booking.balances(made)["bank"] == 7_400_000
    assert Approval.objects.count() == 3
    assert not [each for each in Event.objects.filter(kind__startswith="fund.") if "amount" in each.clear]


def test_what_is_agreed_to_is_never_more_than_there_is(cast: world.World) -> None:
    made = fund(cast, "1500.00")
    one, two = payout(cast, made, cast.child("童甲")), payout(cast, made, cast.child("童乙"))
    asked = [paying.ask(payout_id=each.id, actor=cast.viewer(ASKER, NOW), at=NOW) for each in (one, two)]
    asking.answer(request_id=asked[0].id, agrees=True, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    with pytest.raises(Refused) as refused:
        asking.answer(request_id=asked[1].id, agrees=True, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    assert "不够" in refused.value.zh
    assert not Approval.objects.filter(request=asked[1]).exists()


def test_a_mistake_is_turned_round_and_stays_to_be_read(cast: world.World) -> None:
    made = fund(cast, "360.00")
    wrong = Posting.objects.get(fund=made)
    request = asking.ask_reversal(posting_id=wrong.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    asking.answer(request_id=request.id, agrees=True, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    assert booking.balances(made) == {"bank": 0, "income_donation": 0}
    assert Posting.objects.filter(fund=made).count() == 2 and Posting.objects.get(reverses=wrong).kind == "reversal"
    with pytest.raises(Refused):
        asking.ask_reversal(posting_id=wrong.id, actor=cast.viewer(ASKER, NOW), at=NOW)


def test_a_refusal_needs_a_reason_and_opens_the_list_again(cast: world.World) -> None:
    made = fund(cast)
    row = payout(cast, made, cast.child("童甲"))
    request = paying.ask(payout_id=row.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    with pytest.raises(Refused):
        asking.answer(request_id=request.id, agrees=False, reason="", actor=cast.viewer(FIRST, NOW), at=NOW)
    asking.answer(request_id=request.id, agrees=False, reason="list", actor=cast.viewer(FIRST, NOW), at=NOW)
    row.refresh_from_db()
    assert row.state == "draft" and agreed(cast, row).state == Request.AGREED


def test_a_closed_month_takes_nothing_more(cast: world.World) -> None:
    made = fund(cast)
    assert months.statements(cast.viewer(SECOND, NOW), month=date(2025, 10, 1), at=NOW)[0].came == 500_000
    with pytest.raises(Refused):
        months.close(month=date(2025, 10, 1), actor=cast.viewer(SECOND, NOW), at=NOW)
    later = datetime(2025, 11, 3, 9, tzinfo=CHINA)
    months.close(month=date(2025, 10, 1), actor=cast.viewer(SECOND, later), at=later)
    assert Closing.objects.get().totals == {str(made.id): 500_000}
    with pytest.raises(Refused):
        months.close(month=date(2025, 9, 1), actor=cast.viewer(SECOND, later), at=later)
    given = {"booked_on": ["2025-10-31"], "note": ["补"]}
    with pytest.raises(Refused) as refused:
        booking.deposit(
            fund_id=made.id, posting_id=ids.new_id(), amount="1", given=given, at=later,
            actor=cast.viewer(SECOND, later),
        )
    assert "2025年10月已经结账" in refused.value.zh
    deposit(cast, made, "1.00", at=later)
    before = months.statements(cast.viewer(SECOND, later), month=date(2025, 11, 1), at=later)[0]
    assert (before.before, before.came, before.after) == (500_000, 100, 500_100)
    assert Fund.objects.count() == 1 and later - NOW > timedelta(days=20)
