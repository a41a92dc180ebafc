"""Pay-outs over the pages: a list, its duplicates and ceilings, who agrees, the bank's file, results, receipts."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import pyzipper
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.exports.models import Export, Included
from tongxin.flows.funds import booking
from tongxin.funds.models import Fund, Grant, Payout, Posting, Request
from tongxin.ledger.models import Access, Event
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
PASSWORD = "correct horse 12"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def fund(client: Office, amount: str = "219150.00", title: str = "阳光助学") -> Fund:
    body = {
        "fund": str(ids.new_id()), "title": title, "giver": "某基金会", "source": "donation", "form": "money",
        "purposes": ["study", "medical"],
    }
    assert client.post("/funds/new/", body).status_code == 302
    row = Fund.objects.latest("number")
    given = {"posting": str(ids.new_id()), "amount": amount, "booked_on": "2025-09-01", "note": "票据 7 号"}
    for _ in range(2):
        assert client.post(f"/funds/{row.id}/deposit/", given).status_code == 302
    return row


def payout(client: Office, row: Fund, way: str = "bank") -> Payout:
    body = {"payout": str(ids.new_id()), "purpose": "study", "way": way}
    assert client.post(f"/funds/{row.id}/payouts/new/", body).status_code == 302
    return Payout.objects.latest("number")


def sheet(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return SimpleUploadedFile("名单.xlsx", content.getvalue())


HEADS = ("姓名", "身份证号", "档案编号", "金额", "户名", "账号")


def listed(client: Office, row: Payout, *children: tuple[str, str, Child]) -> Any:
    rows = [(name, number, child.file_no, 1611.4, "金丝雀", "6222000011112222") for name, number, child in children]
    return client.post(f"/funds/payouts/{row.id}/bring/", {"file": sheet(HEADS, *rows)})


def test_goes_from_a_file_of_children_to_receipts(cast: world.World, office: SignedIn, time: Clock) -> None:
    one = cast.child("童小雨", id_kind="resident_id", id_no="110101201203052117")
    two, three = cast.child("童小雪"), cast.child("童小风")
    asker, clerk, desk = office("王督导"), office("方经办"), office("郑管理")
    row = payout(asker, fund(desk))
    answer = listed(asker, row, ("童小雨", "110101201203052117", one), ("童小雪", "", two), ("童小风", "", three))
    assert answer.status_code == 302, text(answer)
    page = text(asker.get(f"/funds/payouts/{row.id}/"))
    assert "童小雨" in page and "4,834.20 元" in page and "6222000011112222" not in page
    assert "童小雨" not in text(clerk.get(f"/funds/payouts/{row.id}/")) and one.file_no in text(
        clerk.get(f"/funds/payouts/{row.id}/")
    )
    assert asker.post(f"/funds/payouts/{row.id}/ask/").status_code == 302
    request = Request.objects.get()
    assert Notice.objects.filter(kind="fund.asked", post_id=cast.posts["方经办"].id).exists()
    assert "等您审批" in text(clerk.get("/funds/")) and "等您审批" not in text(asker.get("/funds/"))
    assert asker.post(f"/funds/requests/{request.id}/answer/", {"answer": "yes"}).status_code == 404
    assert clerk.post(f"/funds/requests/{request.id}/answer/", {"answer": "yes"}).status_code == 302
    assert desk.post(f"/funds/payouts/{row.id}/file/", {"password": "short"}).status_code == 422
    made = desk.post(f"/funds/payouts/{row.id}/file/", {"password": PASSWORD})
    assert clerk.post(f"/funds/payouts/{row.id}/file/", {"password": PASSWORD}).status_code == 404
    with pyzipper.AESZipFile(io.BytesIO(made.content)) as archive:
        archive.setpassword(PASSWORD.encode())
        (name,) = archive.namelist()
        found = openpyxl.load_workbook(io.BytesIO(archive.read(name))).active
    assert [cell.value for cell in found[2]][:5] == ["1", "童小雨", "金丝雀", "6222000011112222", "1,611.40"]
    assert Export.objects.get().way == "bank_file" and Included.objects.count() == 3
    assert desk.post(f"/funds/payouts/{row.id}/send/").status_code == 302
    result = sheet(("序号", "结果", "原因"), (1, "成功", ""), (2, "失败", "账户已销"))
    assert asker.post(f"/funds/payouts/{row.id}/bank/", {"file": result}).status_code == 302
    assert asker.post(f"/funds/payouts/{row.id}/rest/", {"on": MORNING.date().isoformat()}).status_code == 302
    assert list(Grant.objects.order_by("number").values_list("state", flat=True)) == ["paid", "returned", "paid"]
    row.refresh_from_db()
    stands = booking.balances(row.fund)
    assert row.state == Payout.SETTLED and stands["reserved"] == 0 and stands["spent_study"] == 322_280
    _signed_for(cast, office, time, row, one)


def _signed_for(cast: world.World, office: SignedIn, time: Clock, row: Payout, one: Child) -> None:
    """The last of it: a receipt, what the child's own page says, and who is late."""
    asker, first = office("王督导"), Grant.objects.get(number=1)
    url = f"/funds/payouts/{row.id}/grants/{first.id}/"
    assert asker.post(f"{url}receive/", {"by": "nobody", "on": MORNING.date().isoformat()}).status_code == 422
    assert asker.post(f"{url}receive/", {"by": "guardian", "on": MORNING.date().isoformat()}).status_code == 302
    helped = text(office("周主任").get(f"/children/{one.id}/helped/"))
    assert "1,611.40 元" in helped and "监护人" in helped and "阳光助学" not in helped
    time.now = MORNING + timedelta(days=31)
    assert "1 人没有签收" in text(office("郑管理").get("/funds/"))
    assert not [each for each in Event.objects.filter(kind__startswith="grant.") if "amount" in each.clear]
    assert Access.objects.filter(purpose="payout", person_id=cast.people["郑管理"].id).exists()


def test_what_came_back_after_it_was_paid_is_booked_back(cast: world.World, office: SignedIn) -> None:
    asker, clerk, desk = office("王督导"), office("方经办"), office("郑管理")
    row = payout(asker, fund(desk), "cash")
    listed(asker, row, ("童小雨", "", cast.child("童小雨")))
    asker.post(f"/funds/payouts/{row.id}/ask/")
    clerk.post(f"/funds/requests/{Request.objects.get().id}/answer/", {"answer": "yes"})
    desk.post(f"/funds/payouts/{row.id}/send/")
    url = f"/funds/payouts/{row.id}/grants/{Grant.objects.get().id}/settle/"
    day = MORNING.date().isoformat()
    for _ in range(2):
        assert asker.post(url, {"result": "paid", "on": day}).status_code == 302
    assert asker.post(url, {"result": "returned", "on": day, "reason": ""}).status_code == 422
    for _ in range(2):
        assert asker.post(url, {"result": "returned", "on": day, "reason": "closed"}).status_code == 302
    assert booking.balances(row.fund)["bank"] == 21_915_000 and booking.balances(row.fund)["spent_study"] == 0
    assert asker.post(url, {"result": "paid", "on": day}).status_code == 422
    assert Posting.objects.count() == 4
    for wrong in ("²", "9999-12-31", "0001-01-01", ""):
        assert asker.post(url, {"result": "paid", "on": wrong}).status_code == 422


def test_the_same_again_from_another_fund_asks_why_and_tells_nothing_of_it(cast: world.World, office: SignedIn) -> None:
    child, asker, desk = cast.child("童小雨"), office("王督导"), office("郑管理")
    listed(asker, payout(asker, fund(desk)), ("童小雨", "", child))
    second = payout(asker, fund(desk, title="暗号第二笔"))
    answer = listed(asker, second, ("童小雨", "", child))
    assert answer.status_code == 422 and "2025年的“助学金”已有另一笔" in text(answer) and "阳光" not in text(answer)
    given = {"file_no": child.file_no, "amount": "800", "payee": "金丝雀", "account": "62", "again": "more"}
    assert asker.post(f"/funds/payouts/{second.id}/add/", given | {"again": ""}).status_code == 422
    assert asker.post(f"/funds/payouts/{second.id}/add/", given).status_code == 302
    assert "同一期另有一笔同类的" in text(asker.get(f"/funds/payouts/{second.id}/"))
    assert "已在名单里" in text(asker.post(f"/funds/payouts/{second.id}/add/", given))


def test_no_child_gets_more_than_its_ceiling(cast: world.World, office: SignedIn) -> None:
    child, asker, desk = cast.child("童小雨"), office("王督导"), office("郑管理")
    row = payout(asker, fund(desk), "cash")
    given = {"file_no": child.file_no, "amount": "5000.01"}
    answer = asker.post(f"/funds/payouts/{row.id}/add/", given)
    assert answer.status_code == 422 and "最多 5,000.00 元" in text(answer)
    assert asker.post(f"/funds/payouts/{row.id}/add/", given | {"amount": "5000"}).status_code == 302


def test_a_file_with_a_fault_adds_nobody_and_names_the_row(cast: world.World, office: SignedIn) -> None:
    child, asker, desk = cast.child("童小雨"), office("王督导"), office("郑管理")
    row = payout(asker, fund(desk))
    elsewhere = cast.child("外地", by="陈督导", village="510104017001")
    answer = listed(asker, row, ("童小雨", "", child), ("外地", "", elsewhere), ("童小云", "", child))
    page = text(answer)
    assert answer.status_code == 422 and "第 3 行：没有找到" in page and "第 4 行：姓名和档案里的不一样" in page
    assert not Grant.objects.exists()
    for wrong in (sheet(("甲", "乙")), SimpleUploadedFile("a.xlsx", b"nothing"), SimpleUploadedFile("a.csv", b"")):
        assert asker.post(f"/funds/payouts/{row.id}/bring/", {"file": wrong}).status_code == 422
    for bad in ({"file_no": elsewhere.file_no, "amount": "5"}, {"file_no": child.file_no, "amount": "²"}, {}):
        assert asker.post(f"/funds/payouts/{row.id}/add/", bad).status_code == 422


def test_another_county_and_a_village_see_none_of_it(cast: world.World, office: SignedIn) -> None:
    row = fund(office("郑管理"))
    assert office("陈管理").get(f"/funds/{row.id}/").status_code == 404
    assert "阳光助学" not in text(office("陈管理").get("/funds/"))
    for address in ("/funds/", f"/funds/{row.id}/", "/funds/months/", "/programmes/"):
        assert office("周主任").get(address).status_code == 404


def test_a_month_is_told_written_out_and_closed(cast: world.World, office: SignedIn, time: Clock) -> None:
    desk = office("郑管理")
    fund(desk)
    assert "219,150.00 元" in text(desk.get("/funds/months/?month=2025-09"))
    table = desk.get("/funds/months/table/?month=2025-09")
    assert openpyxl.load_workbook(io.BytesIO(table.content)).active["F2"].value == "219,150.00"
    for wrong in ("²", "0001-01", "9999-99", "1" * 40):
        assert desk.get(f"/funds/months/?month={wrong}").status_code == 200
    assert desk.post("/funds/months/", {"month": "2025-09"}).status_code == 422
    time.now = MORNING + timedelta(days=40)
    desk = office("郑管理")
    assert office("王督导").post("/funds/months/", {"month": "2025-09"}).status_code == 404
    assert desk.post("/funds/months/", {"month": "2025-09"}).status_code == 302
    assert desk.post("/funds/months/", {"month": "2025-09"}).status_code == 422
    assert "已结账" in text(desk.get("/funds/months/?month=2025-08"))
