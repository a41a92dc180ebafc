"""What a played district does with money: grants paid out, a service counted and paid, a wish, something that waits."""

from tests.demo.small import Quarter
from tongxin.demo.fund_days import GIFTS
from tongxin.flows.funds import booking
from tongxin.funds.models import Closing, Fund, Grant, Request, Wish
from tongxin.programmes.models import Acceptance


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("funds")]
    assert Fund.objects.count() == len(GIFTS) and Closing.objects.exists()
    assert Grant.objects.filter(state=Grant.PAID, receipt_on__isnull=False).count() > 10
    assert Request.objects.filter(state=Request.ASKED).exists()
    assert Acceptance.objects.filter(state=Acceptance.ACCEPTED).exists()
    assert Wish.objects.get().state == Wish.DELIVERED
    for fund in Fund.objects.all():
        assert sum(booking.balances(fund).values()) == 0
