"""The bank's answer: short rows and failures without a known reason are asked back, nothing of it is kept."""

import pytest

from tests import world
from tests.funds.story import NOW, SECOND, agreed, fund, payout
from tongxin.flows.funds import paying, results
from tongxin.flows.refusals import Refused
from tongxin.funds.models import Grant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("body", [
    "序号,结果,原因\n1\n", "结果,原因,序号\n失败\n", "序号,结果,原因\n1,失败,\n",
    "序号,结果,原因\n1,失败,余额不足系统忙\n",
])
def test_asks_back_what_it_does_not_understand(cast: world.World, body: str) -> None:
    row = payout(cast, fund(cast), cast.child())
    agreed(cast, row)
    desk = cast.viewer(SECOND, NOW)
    paying.send(payout_id=row.id, actor=desk, at=NOW)
    with pytest.raises(Refused) as refused:
        results.read_bank(payout_id=row.id, content=body.encode(), name="a.csv", actor=desk, at=NOW)
    assert "第 2 行" in refused.value.zh and Grant.objects.get().state == Grant.LISTED
    good = "序号,结果,原因\n1,失败,账户已销\n".encode()
    assert results.read_bank(payout_id=row.id, content=good, name="a.csv", actor=desk, at=NOW) == 1
    assert Grant.objects.get().reason == "closed"
