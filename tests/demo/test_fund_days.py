"""What a played district does with money: grants paid out, a service counted and paid, a wish, something that waits."""

import pytest

from tongxin.demo.fund_days import GIFTS
from tongxin.lib.money import fen_in

pytestmark = pytest.mark.django_db



def test_the_amounts_are_those_of_the_reports() -> None:
    gifts = {each.id: each for each in GIFTS}
    study = [gifts["study_a"], gifts["study_b"]]
    assert sum(many for each in study for many, _ in each.lots) == 136
    assert sum(many * fen for each in study for many, fen in each.lots) == fen_in("219150.00")
    for gift in GIFTS:
        assert not gift.lots or sum(many * fen for many, fen in gift.lots) == fen_in(gift.amount)
