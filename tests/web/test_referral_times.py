"""How soon receivers answer stands on the board, with how it is counted; too few are not told."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.web.conftest import Clock, Office
from tongxin.accounts.models import places_of
from tongxin.lib.ids import new_id
from tongxin.referrals.figures import timings
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def sent(cast: world.World, time: Clock, *, hours: list[int | None], kind: str = "medical") -> None:
    child = cast.child("童小雨")
    to = cast.posts["林社工"].organisation_id
    for wait in hours:
        at = time.now - timedelta(days=30)
        Referral.objects.create(
            entry_id=new_id(), child_id=child.id, kind=kind, urgency="ordinary", state="accepted",
            to_organisation_id=to, sent_at=at, due_at=at, **places_of(child),
            accepted_at=None if wait is None else at + timedelta(hours=wait),
        )


def test_half_and_nine_of_ten_take_no_longer(cast: world.World, time: Clock) -> None:
    sent(cast, time, hours=[1, 2, 3, 4, 5, 6, 7, 8, 9, 100, None])
    (row,) = timings(Referral.objects.all(), since=time.now - timedelta(days=365), at_least=5)
    assert row.sent == 11 and row.contacted is None and row.accepted is not None
    assert (row.accepted.count, row.accepted.median, row.accepted.most) == (10, timedelta(hours=5), timedelta(hours=9))


def test_the_board_says_it_and_leaves_out_too_few(cast: world.World, office: SignedIn, time: Clock) -> None:
    sent(cast, time, hours=[1, 2, 3, 4, 5])
    sent(cast, time, hours=[7, 7, 7, 7], kind="relief")
    page = office("郑管理").get("/referrals/board/")
    shown = page.content.decode()
    assert "中位数 3.0 小时，九成 5.0 小时（5 件）" in shown and "少于 5 件的不写出" in shown
    assert len(page.context["times"]) == 1 and "太少，不写出" in shown
