"""What a played district does with money: grants paid out, a service counted and paid, a wish, something that waits."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.demo.fund_days import GIFTS
from tongxin.flows.funds import booking
from tongxin.funds.models import Closing, Fund, Grant, Request, Wish
from tongxin.lib.money import fen_in
from tongxin.programmes.models import Acceptance

pytestmark = pytest.mark.django_db


def test_the_amounts_are_those_of_the_reports() -> None:
    gifts = {each.id: each for each in GIFTS}
    study = [gifts["study_a"], gifts["study_b"]]
    assert sum(many for each in study for many, _ in each.lots) == 136
    assert sum(many * fen for each in study for many, fen in each.lots) == fen_in("219150.00")
    for gift in GIFTS:
        assert not gift.lots or sum(many * fen for many, fen in gift.lots) == fen_in(gift.amount)


def test_money_children_and_a_bought_service_stand_there_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("funds")]
        assert Fund.objects.count() == len(GIFTS) and Closing.objects.exists()
        assert Grant.objects.filter(state=Grant.PAID, receipt_on__isnull=False).count() > 10
        assert Request.objects.filter(state=Request.ASKED).exists()
        assert Acceptance.objects.filter(state=Acceptance.ACCEPTED).exists()
        assert Wish.objects.get().state == Wish.DELIVERED
        for fund in Fund.objects.all():
            assert sum(booking.balances(fund).values()) == 0
