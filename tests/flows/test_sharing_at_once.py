"""Two people at once: whoever is first, what was withdrawn or revoked is not readable afterwards, and nobody waits."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.assessed import assess
from tests.flows.sharing import JUDGE, NOW, OFFICER, consent, in_force, officer, pupil, wish
from tests.flows.test_concurrent import at_once
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_receiving
from tongxin.flows.refusals import Refused
from tongxin.flows.sharing_sending import send_queued
from tongxin.sharing.models import Agreement, Approval, Delivery, Duty

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
ROUNDS = range(4)


@pytest.fixture
def cast(transactional_db: None) -> world.World:
    """Written for good, for each thread sees it over a connection of its own."""
    return world.build()


def tried(act: Callable[[], object]) -> Callable[[], str]:
    def attempt() -> str:
        try:
            act()
        except Refused as refused:
            return refused.zh
        return ""

    return attempt


def ended_well() -> bool:
    """Nothing is readable any more; who was first to open has to destroy it."""
    rows = list(Delivery.objects.select_related("duty"))
    return all(
        row.content is None and row.state in {Delivery.VOID, Delivery.CLOSED, Delivery.DUE}
        and (row.state == Delivery.DUE) == (row.opened_at is not None) == (row.duty is not None) for row in rows
    )


@pytest.mark.parametrize("number", ROUNDS)
def test_one_revokes_while_the_other_opens(cast: world.World, number: int) -> None:
    for each in range(3):
        pupil(cast, f"小雨{number}{each}")
    row = in_force(cast)
    send_queued(NOW)
    ids = list(Delivery.objects.values_list("id", flat=True))
    desk, taker = cast.viewer("郑管理", LATER), cast.viewer(OFFICER, LATER)
    at_once(
        tried(lambda: agreements.revoke(agreement_id=row.id, reason="done", words="", actor=desk, at=LATER)),
        *(tried(lambda id=id: sharing_receiving.open_delivery(delivery_id=id, actor=taker, at=LATER)) for id in ids),
    )
    assert ended_well()
    assert Duty.objects.filter(kind=Duty.DISPOSE).count() <= 1


@pytest.mark.parametrize("number", ROUNDS)
def test_one_withdraws_consent_while_the_worker_sends_and_another_opens(cast: world.World, number: int) -> None:
    child = pupil(cast, f"小雪{number}")
    in_force(cast)
    if number % 2:
        send_queued(NOW)
    taker = cast.viewer(OFFICER, LATER)

    def open_any() -> None:
        for row in Delivery.objects.filter(state=Delivery.WAITING):
            sharing_receiving.open_delivery(delivery_id=row.id, actor=taker, at=LATER)

    at_once(lambda: consent(cast, child, "withdrawn", LATER), lambda: send_queued(LATER), tried(open_any))
    send_queued(LATER + timedelta(minutes=1))
    assert ended_well()


def test_two_of_one_side_say_their_word_at_once(cast: world.World) -> None:
    assess(cast, "sharing")
    row = agreements.write(wish=wish(cast), actor=cast.viewer("郑管理", NOW), at=NOW)
    officer(cast)
    judge, taker = cast.viewer(JUDGE, NOW), cast.viewer(OFFICER, NOW)
    more = {"agreement_id": row.id, "of": 1, "agrees": True, "words": "", "at": NOW}
    said = at_once(
        tried(lambda: agreements.decide(side="giver", actor=judge, **more)),
        tried(lambda: agreements.decide(side="giver", actor=judge, **more)),
        tried(lambda: agreements.decide(side="receiver", actor=taker, **more)),
        tried(lambda: agreements.decide(side="receiver", actor=taker, **more)),
    )
    assert sorted(map(bool, said)) == [False, False, True, True]
    row.refresh_from_db()
    assert row.state == Agreement.IN_FORCE and Approval.objects.count() == 2
