"""Money handed down by a city: agreed to by another, acknowledged or given back by counties, in both books alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts import county
from tongxin.accounts.models import Organisation, Post
from tongxin.flows.funds import booking, handing
from tongxin.funds.models import Allocation, Fund, Portion, Request
from tongxin.lib import ids
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
FIRST, SECOND = "高市", "林市"


@pytest.fixture
def city(cast: world.World) -> world.World:
    """The cast, and two people of the city above the first county."""
    place = cast.place("3701")
    body = Organisation.objects.create(kind="office", name="市民政局", division=place)
    for at, name in enumerate((FIRST, SECOND)):
        post = Post.objects.create(
            id=ids.new_id(), role="city_officer", title="市级人员", organisation=body, division=place
        )
        (cast.people[name],) = county.fill(holders=[(post, f"city{at}", name)], at=world.START)
        cast.posts[name] = post
    return cast


def text(answer: Any) -> str:
    return str(answer.content.decode())


def opened(client: Office) -> Fund:
    body = {
        "fund": str(ids.new_id()), "title": "关爱保护专项", "giver": "省厅", "source": "relief", "form": "money",
        "purposes": ["living", "mind"], "until_on": "2025-12-31",
    }
    assert client.post("/funds/new/", body).status_code == 302
    row = Fund.objects.get()
    given = {"posting": str(ids.new_id()), "amount": "90000", "booked_on": "2025-09-01", "note": "省文 1 号"}
    assert client.post(f"/funds/{row.id}/deposit/", given).status_code == 302
    return row


def handed(client: Office, cast: world.World, row: Fund, amount: str = "60000.50") -> Portion:
    name = f"amount-{cast.place('370116').id}"
    body = {"allocation": str(ids.new_id()), "purpose": "living", "note": "市文 2 号", name: amount}
    for wrong in ({name: ""}, {name: "²"}, {"note": ""}, {name: "99999"}):
        assert client.post(f"/funds/{row.id}/hand/", body | wrong).status_code == 422, wrong
    for _ in range(2):
        assert client.post(f"/funds/{row.id}/hand/", body).status_code == 302
    return Portion.objects.get()


def test_a_county_acknowledges_and_both_books_agree(city: world.World, office: SignedIn) -> None:
    first, second, clerk = office(FIRST), office(SECOND), office("方经办")
    row = opened(first)
    page = text(first.get(f"/funds/{row.id}/hand/"))
    assert city.place("370116").name in page and city.place("510104").name not in page
    portion = handed(first, city, row)
    url = f"/funds/portions/{portion.id}/"
    assert clerk.get(url).status_code == 404
    request = Request.objects.get()
    assert (request.needed, request.amount) == (2, 6_000_050)
    assert first.post(f"/funds/requests/{request.id}/answer/", {"answer": "yes"}).status_code == 422
    assert "下达给 1 个地方" in text(second.get(f"/funds/requests/{request.id}/"))
    Request.objects.update(needed=1)
    assert second.post(f"/funds/requests/{request.id}/answer/", {"answer": "yes"}).status_code == 302
    assert Notice.objects.filter(kind="fund.handed", post_id=city.posts["方经办"].id).exists()
    assert "上级下达，等您确认" in text(clerk.get("/funds/")) and "市文 2 号" in text(clerk.get(url))
    assert office("陈管理").get(url).status_code == 404 and clerk.get(f"/funds/{row.id}/").status_code == 404
    for wrong in ("", "²", "9999-12-31", "2025-01-01"):
        assert clerk.post(f"{url}answer/", {"answer": "received", "on": wrong}).status_code == 422
    for _ in range(2):
        body = {"answer": "received", "on": MORNING.date().isoformat()}
        assert clerk.post(f"{url}answer/", body).status_code == 302
    portion.refresh_from_db()
    assert portion.fund is not None and portion.fund.until_on == row.until_on
    assert booking.balances(portion.fund) == {"bank": 6_000_050, "income_relief": -6_000_050}
    stands = booking.balances(row)
    assert (stands["bank"], stands["reserved"], stands["handed"]) == (2_999_950, 0, 6_000_050)
    allocation = Allocation.objects.get()
    assert allocation.state == Allocation.SETTLED and handing.agreement_of(allocation).is_whole
    assert "两边的账一致" in text(second.get(f"/funds/allocations/{allocation.id}/"))
    assert "关爱保护专项" in text(clerk.get("/funds/")) and Request.objects.get().state == Request.DONE
    assert clerk.post(f"{url}answer/", {"answer": "returned", "reason": "not_come"}).status_code == 422


def test_what_did_not_come_is_given_back_and_can_be_used_again(city: world.World, office: SignedIn) -> None:
    first, second, clerk = office(FIRST), office(SECOND), office("方经办")
    row = opened(first)
    url = f"/funds/portions/{handed(first, city, row, '10000').id}/answer/"
    assert second.post(f"/funds/requests/{Request.objects.get().id}/answer/", {"answer": "yes"}).status_code == 302
    assert clerk.post(url, {"answer": "returned"}).status_code == 422
    for _ in range(2):
        assert clerk.post(url, {"answer": "returned", "reason": "not_come"}).status_code == 302
    assert booking.balances(row)["bank"] == 9_000_000 and booking.balances(row)["reserved"] == 0
    assert "钱没有到" in text(first.get(f"/funds/allocations/{Allocation.objects.get().id}/"))
    assert not Fund.objects.exclude(id=row.id).exists()


def test_what_was_entered_by_mistake_goes_back_in_both_books_at_once(city: world.World, office: SignedIn) -> None:
    first, second, clerk = office(FIRST), office(SECOND), office("方经办")
    row = opened(first)
    portion = handed(first, city, row, "10000")
    second.post(f"/funds/requests/{Request.objects.get().id}/answer/", {"answer": "yes"})
    clerk.post(f"/funds/portions/{portion.id}/answer/", {"answer": "received", "on": MORNING.date().isoformat()})
    mine = Fund.objects.exclude(id=row.id).get()
    assert "记错了，申请退回上级" in text(clerk.get(f"/funds/{mine.id}/"))
    url = f"/funds/{mine.id}/postings/{mine.postings.get().id}/reverse/"
    assert [clerk.post(url).status_code for _ in range(2)] == [302, 422]
    asked = f"/funds/requests/{Request.objects.get(kind=Request.REVERSAL).id}/"
    assert "两边的账一起冲正" in text(office("郑管理").get(asked))
    page = f"/funds/allocations/{Allocation.objects.get().id}/"
    assert "两边的账一致" in text(first.get(page)) and "退回上级" not in text(first.get(page))
    assert office("郑管理").post(f"{asked}answer/", {"answer": "yes"}).status_code == 302
    assert handing.agreement_of(Allocation.objects.get()) == handing.Agreement(0, 0)
    assert booking.balances(mine)["bank"] == 0
    stands = booking.balances(row)
    assert (stands["bank"], stands["handed"], stands["reserved"]) == (9_000_000, 0, 0)
    assert "退回上级" in text(first.get(page)) and "已冲正" in text(first.get(f"/funds/{row.id}/"))
    assert clerk.post(f"/funds/portions/{portion.id}/answer/", {"answer": "received"}).status_code == 422


def test_what_is_handed_down_is_used_no_longer_than_its_fund_and_comes_after_it_was_agreed_to(
    city: world.World, office: SignedIn, time: Clock
) -> None:
    first = office(FIRST)
    row, name = opened(first), f"amount-{city.place('370116').id}"
    body = {"allocation": str(ids.new_id()), "purpose": "living", "note": "市文 2 号", name: "100"}
    for until in ("2020-01-01", MORNING.date().isoformat(), "2026-01-01"):
        answer = first.post(f"/funds/{row.id}/hand/", body | {"until_on": until})
        assert answer.status_code == 422 and "不能晚于这笔资金自己的日期（2025年12月31日）" in text(answer), until
    assert first.post(f"/funds/{row.id}/hand/", body | {"until_on": "2025-11-30"}).status_code == 302
    time.now = MORNING + timedelta(days=3)
    second, clerk = office(SECOND), office("方经办")
    assert second.post(f"/funds/requests/{Request.objects.get().id}/answer/", {"answer": "yes"}).status_code == 302
    url = f"/funds/portions/{Portion.objects.get().id}/"
    assert f'min="{time.now.date().isoformat()}"' in text(clerk.get(url))
    for day, code in ((MORNING + timedelta(days=1), 422), (time.now, 302)):
        given = {"answer": "received", "on": day.date().isoformat()}
        assert clerk.post(f"{url}answer/", given).status_code == code


def test_a_city_is_shown_no_way_to_what_only_counties_have(city: world.World, office: SignedIn) -> None:
    for who, is_shown in ((FIRST, False), ("郑管理", True)):
        client = office(who)
        assert ('href="/holds/"' in text(client.get("/retention/"))) is is_shown, who
        assert (client.get("/holds/").status_code == 200) is is_shown, who
