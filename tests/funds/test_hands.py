"""Whoever made a list or accepted the work doesn't agree to the money for it."""

import pytest

from tests import world
from tests.funds.story import ASKER, FIRST, NOW, SECOND, fund, payout
from tests.programmes.test_programmes import LATER, accepted, contract, drawn, programme, visited
from tongxin.flows.funds import asking, paying
from tongxin.flows.funds.paying import Row
from tongxin.flows.refusals import Refused
from tongxin.funds.models import Request

pytestmark = pytest.mark.django_db


def _yes(cast: world.World, request: Request, by: str) -> None:
    at = request.at
    asking.answer(request_id=request.id, agrees=True, reason="", actor=cast.viewer(by, at), at=at)


def test_who_put_children_on_a_list_does_not_approve_it(cast: world.World) -> None:
    row = payout(cast, fund(cast))
    paying.add(payout_id=row.id, rows=[Row(cast.child(), 100_000)], actor=cast.viewer(FIRST, NOW), at=NOW)
    request = paying.ask(payout_id=row.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    assert request not in asking.waiting_for(cast.viewer(FIRST, NOW), at=NOW)
    with pytest.raises(Refused) as refused:
        _yes(cast, request, FIRST)
    assert "名单" in refused.value.zh
    assert request in asking.waiting_for(cast.viewer(SECOND, NOW), at=NOW)
    _yes(cast, request, SECOND)


def test_who_began_a_list_does_not_approve_it(cast: world.World) -> None:
    row = payout(cast, fund(cast), cast.child(), by=FIRST)
    request = paying.ask(payout_id=row.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    with pytest.raises(Refused) as refused:
        _yes(cast, request, FIRST)
    assert "名单" in refused.value.zh


def test_who_accepted_the_work_does_not_approve_its_payment(cast: world.World) -> None:
    visited(cast, cast.child("童小雨"), 1)
    accepted(cast, drawn(cast, contract(cast, programme(cast, fund(cast, at=LATER)))))
    request = Request.objects.get()
    assert request not in asking.waiting_for(cast.viewer(FIRST, LATER), at=LATER)
    with pytest.raises(Refused) as refused:
        _yes(cast, request, FIRST)
    assert "验收" in refused.value.zh
    _yes(cast, request, SECOND)
