"""Two people spend at once: never more than there is, and no child is listed twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from tests import world
from tests.flows.test_concurrent import at_once
from tests.flows.test_sharing_at_once import tried
from tests.funds.story import ASKER, FIRST, NOW, SECOND, agreed, fund, payout
from tongxin.flows.funds import asking, booking, paying
from tongxin.flows.funds.paying import Row
from tongxin.funds.models import Grant, Payout, Request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> world.World:
    """Written for good, for each thread sees it over a connection of its own."""
    return world.build()


@pytest.mark.parametrize("number", range(3))
def test_two_agree_at_once_and_one_learns_that_it_is_too_much(cast: world.World, number: int) -> None:
    made = fund(cast, "1500.00")
    rows = [payout(cast, made, cast.child(f"小雨{number}{each}")) for each in range(2)]
    asked = [paying.ask(payout_id=row.id, actor=cast.viewer(ASKER, NOW), at=NOW) for row in rows]
    by = [cast.viewer(name, NOW) for name in (FIRST, SECOND)]
    said = at_once(*(
        tried(lambda id=request.id, who=who: asking.answer(request_id=id, agrees=True, reason="", actor=who, at=NOW))
        for request, who in zip(asked, by, strict=True)
    ))
    assert sorted(bool(each) for each in said) == [False, True]
    assert booking.balances(made)["bank"] == 50_000 and booking.balances(made)["reserved"] == 100_000
    assert Request.objects.filter(state=Request.AGREED).count() == 1


def test_a_child_is_listed_once_however_many_list_it(cast: world.World) -> None:
    made, child = fund(cast), cast.child("小雪")
    rows = [payout(cast, made) for _ in range(2)]
    at_once(*(
        tried(lambda id=row.id: paying.add(
            payout_id=id, rows=[Row(child, 100)], actor=cast.viewer(ASKER, NOW), at=NOW
        )) for row in rows
    ))
    assert Grant.objects.count() == 1


def test_a_child_is_not_taken_off_a_list_while_it_is_asked_for(cast: world.World) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once")
    one, two = cast.child("小雨"), cast.child("小雪")
    row = payout(cast, fund(cast), one, two)
    id = Grant.objects.get(child_id=two.id).id

    def removing() -> str:
        try:
            return tried(lambda: paying.remove(grant_id=id, actor=cast.viewer(ASKER, NOW), at=NOW))()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            request = agreed(cast, row)
            said = pool.submit(removing)
            with pytest.raises(TimeoutError):
                said.result(timeout=1)
        assert "不能再改" in said.result(timeout=20)
    assert request.amount == paying.counted(Payout.objects.get())[1] == 200_000
