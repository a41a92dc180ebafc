"""Mistakes with money can be mended by two people, a child is one child, a fund ends, the unusual is asked about."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests import world
from tests.funds.story import ASKER, FIRST, NOW, SECOND, agreed, deposit, fund, payout
from tests.programmes.test_programmes import LATER, accepted, contract, drawn, programme, visited
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.funds import asking, booking, paying, received, results
from tongxin.flows.funds.paying import Row
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Grant, Payout, Request, Settlement
from tongxin.lib import ids
from tongxin.people.models import Alias, Child
from tongxin.programmes.models import Acceptance, Counted

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
BODY = "林社工"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def two_files(cast: world.World) -> tuple[Child, Child]:
    one, other = cast.child("童小雨"), cast.child("童小雨")
    Alias.objects.create(child=other, same_as=one, event_id=ids.new_id())
    return one, other


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        what()
    return str(found.value.zh)


def said_yes(cast: world.World, request: Request, by: str = FIRST) -> None:
    asking.answer(request_id=request.id, agrees=True, reason="", actor=cast.viewer(by, request.at), at=request.at)


def test_two_files_of_one_child_are_one_child_on_a_list(cast: world.World) -> None:
    one, other = two_files(cast)
    row = payout(cast, fund(cast), one)
    for rows in ([Row(other, 100)], [Row(cast.child("童小雪"), 100), Row(other, 100)]):
        adding = partial(paying.add, payout_id=row.id, rows=rows, actor=cast.viewer(ASKER, NOW), at=NOW)
        assert "已在名单里" in refused(adding)
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("step", ["ask", "agree", "send"])
def test_files_joined_after_they_were_listed_are_found_before_money_moves(cast: world.World, step: str) -> None:
    one, other = cast.child("童小雨"), cast.child("童小雨")
    row = payout(cast, fund(cast), one, other)
    asker = cast.viewer(ASKER, NOW)
    request = paying.ask(payout_id=row.id, actor=asker, at=NOW) if step != "ask" else None
    if request and step == "send":
        said_yes(cast, request)
    Alias.objects.create(child=other, same_as=one, event_id=ids.new_id())
    told = refused({
        "ask": lambda: paying.ask(payout_id=row.id, actor=asker, at=NOW),
        "agree": lambda: said_yes(cast, Request.objects.get()),
        "send": lambda: paying.send(payout_id=row.id, actor=cast.viewer(SECOND, NOW), at=NOW),
    }[step])
    assert "名单第 1 和第 2 个是同一个孩子" in told


def test_lists_of_joined_files_need_a_reason_and_stay_within_the_ceiling(cast: world.World, office: SignedIn) -> None:
    one, other = cast.child("童小雨"), cast.child("童小雨")
    made = fund(cast, "20000.00")
    first, second = payout(cast, made, one, fen=300_000), payout(cast, made, other, fen=300_000)
    Alias.objects.create(child=other, same_as=one, event_id=ids.new_id())
    assert "已有另一笔" in refused(lambda: agreed(cast, first))
    Grant.objects.filter(payout=second).update(again="more")
    assert "超过 5,000.00 元" in refused(lambda: agreed(cast, second))
    page = text(office("周主任").get(f"/children/{one.id}/helped/"))
    assert page.count("3,000.00 元") == 2
    Payout.objects.update(state=Payout.AGREED)
    assert len(received.received_by(one, at=NOW)) == 2


@pytest.mark.parametrize("way", ["refused", "withdrawn", "undone"])
def test_records_of_a_payment_that_is_not_made_can_be_counted_again(cast: world.World, way: str) -> None:
    visited(cast, cast.child("童小雨"), 2)
    made = fund(cast, at=LATER)
    row = contract(cast, programme(cast, made))
    accepted(cast, drawn(cast, row))
    request = Request.objects.get()
    if way == "refused":
        asking.answer(
            request_id=request.id, agrees=False, reason="papers", actor=cast.viewer(SECOND, LATER), at=LATER
        )
    elif way == "withdrawn":
        asking.withdraw(request_id=request.id, actor=cast.viewer(ASKER, LATER), at=LATER)
    else:
        said_yes(cast, request, SECOND)
        undoing = asking.ask_undoing(request_id=request.id, actor=cast.viewer(ASKER, LATER), at=LATER)
        assert "正在等答复" in refused(
            lambda: asking.pay(request_id=request.id, actor=cast.viewer(FIRST, LATER), at=LATER)
        )
        said_yes(cast, undoing, SECOND)
    assert Acceptance.objects.get().state == Acceptance.UNPAID and not Counted.objects.filter(is_live=True).exists()
    assert booking.balances(made).get("reserved", 0) == 0
    assert drawn(cast, row).amount == 10_000


def test_an_agreed_list_is_taken_back_by_two_people_and_then_mended_or_dropped(
    cast: world.World, office: SignedIn
) -> None:
    made, asker, clerk, desk = fund(cast, at=MORNING), office("王督导"), office("方经办"), office("郑管理")
    row = payout(cast, made, cast.child("童小雨"), at=MORNING)
    request = agreed(cast, row, at=MORNING)
    url = f"/funds/payouts/{row.id}/"
    assert "撤回已同意的用款" in text(asker.get(url))
    assert asker.post(f"/funds/requests/{request.id}/undo/").status_code == 302
    undoing = Request.objects.get(kind=Request.UNDOING)
    assert asker.post(f"/funds/requests/{request.id}/undo/").status_code == 422
    assert "正在等答复" in text(desk.post(f"{url}send/"))
    assert "撤回第" in text(clerk.get(f"/funds/requests/{undoing.id}/"))
    assert asker.post(f"/funds/requests/{undoing.id}/answer/", {"answer": "yes"}).status_code == 404
    assert clerk.post(f"/funds/requests/{undoing.id}/answer/", {"answer": "yes"}).status_code == 302
    row.refresh_from_db()
    stands = booking.balances(made)
    assert row.state == Payout.DRAFT and stands["reserved"] == 0 and stands["bank"] == 500_000
    for _ in range(2):
        assert asker.post(f"{url}discard/").status_code == 302
    row.refresh_from_db()
    assert row.state == Payout.DROPPED and "不发了" in text(asker.get(url))
    assert payout(cast, made, Child.objects.get(), at=MORNING).grants.get().again == ""


def test_what_was_sent_is_not_taken_back(cast: world.World) -> None:
    row = payout(cast, fund(cast), cast.child())
    request = agreed(cast, row)
    undoing = asking.ask_undoing(request_id=request.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    asking.answer(request_id=undoing.id, agrees=False, reason="other", actor=cast.viewer(FIRST, NOW), at=NOW)
    paying.send(payout_id=row.id, actor=cast.viewer(SECOND, NOW), at=NOW)
    assert "已经发出" in refused(
        lambda: asking.ask_undoing(request_id=request.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    )


def sent(cast: world.World, child: Child) -> Grant:
    row = payout(cast, fund(cast), child)
    agreed(cast, row)
    paying.send(payout_id=row.id, actor=cast.viewer(SECOND, NOW), at=NOW)
    return Grant.objects.get(payout=row)


def settle(cast: world.World, grant: Grant, is_paid: bool, reason: str = "", by: str = ASKER) -> Grant:
    return results.settle(
        grant_id=grant.id, is_paid=is_paid, on=NOW.date().isoformat(), reason=reason, actor=cast.viewer(by, NOW), at=NOW
    )


def test_a_return_that_was_wrong_is_corrected_by_another_person_and_both_stay(cast: world.World) -> None:
    grant = sent(cast, cast.child())
    settle(cast, grant, False, "number")
    assert "另一位同事" in refused(lambda: settle(cast, grant, True, "typed"))
    assert "为什么改" in refused(lambda: settle(cast, grant, True, by=SECOND))
    settle(cast, grant, True, "typed", by=SECOND)
    made = Fund.objects.get()
    assert booking.balances(made)["spent_study"] == 100_000 and booking.balances(made)["bank"] == 400_000
    settle(cast, grant, False, "closed")
    settle(cast, grant, True, "bank", by=SECOND)
    assert booking.balances(made)["spent_study"] == 100_000
    assert list(Settlement.objects.order_by("at", "id").values_list("said", "reason")) == [
        ("returned", "number"), ("paid", "typed"), ("returned", "closed"), ("paid", "bank"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM funds_settlement")


@pytest.mark.parametrize(("fen", "told"), [(300_000, "超过 5,000.00 元"), (100_000, "没有写为什么再发")])
def test_a_corrected_return_stays_within_what_a_child_may_get(cast: world.World, fen: int, told: str) -> None:
    child, made = cast.child(), fund(cast, "20000.00")
    grants: list[Grant] = []
    for _ in range(2):
        row = payout(cast, made, child, fen=fen)
        agreed(cast, row)
        paying.send(payout_id=row.id, actor=cast.viewer(SECOND, NOW), at=NOW)
        grants.append(settle(cast, Grant.objects.get(payout=row), bool(grants), "" if grants else "number"))
    assert told in refused(lambda: settle(cast, grants[0], True, "typed", by=SECOND))
    settle(cast, grants[1], False, "closed")
    settle(cast, grants[0], True, "typed", by=SECOND)
    assert booking.balances(made)["spent_study"] == fen


def test_who_was_taken_off_a_list_gets_nothing_of_it(cast: world.World) -> None:
    one, gone = cast.child("童小雨"), cast.child("童小雪")
    made = fund(cast)
    row = payout(cast, made, one, gone)
    taken = Grant.objects.get(child_id=gone.id)
    paying.remove(grant_id=taken.id, actor=cast.viewer(ASKER, NOW), at=NOW)
    agreed(cast, row)
    paying.send(payout_id=row.id, actor=cast.viewer(SECOND, NOW), at=NOW)
    stood = booking.balances(made)
    for is_paid, reason in ((True, "typed"), (False, "number")):
        with pytest.raises(NotAllowed):
            settle(cast, taken, is_paid, reason)
    assert booking.balances(made) == stood and not Settlement.objects.exists()
    assert results.settle_rest(payout_id=row.id, on=NOW.date().isoformat(), actor=cast.viewer(ASKER, NOW), at=NOW) == 1


@pytest.mark.parametrize(("birth", "by", "is_taken"), [
    ("2019-03-05", "child", False), ("2009-10-20", "child", False), ("2009-09-20", "child", True),
    ("2019-03-05", "worker", True), ("2019-03-05", "guardian", True),
])
def test_a_child_signs_from_sixteen(cast: world.World, birth: str, by: str, is_taken: bool) -> None:
    grant, day = sent(cast, cast.child(birth=birth)), NOW.date().isoformat()
    settle(cast, grant, True)

    def sign() -> Grant:
        return results.receive(
            grant_id=grant.id, by=by, on=day, attachment_id=None, actor=cast.viewer(ASKER, NOW), at=NOW
        )

    if not is_taken:
        assert "还没有满 16 岁" in refused(sign)
        return
    for _ in range(2):
        assert sign().receipt_by == by
    assert Settlement.objects.filter(kind=Settlement.RECEIPT).count() == 1


def test_a_fund_whose_day_has_passed_is_not_used_until_it_is_extended(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    until = (MORNING + timedelta(days=2)).date().isoformat()
    made = fund(cast, until_on=[until], at=MORNING)
    asked, agreed_to = (payout(cast, made, cast.child(name), at=MORNING) for name in ("童甲", "童乙"))
    agreed(cast, agreed_to, at=MORNING)
    request = paying.ask(payout_id=asked.id, actor=cast.viewer(ASKER, MORNING), at=MORNING)
    draft = payout(cast, made, cast.child("童丙"), at=MORNING)
    time.now = MORNING + timedelta(days=3)
    asker, clerk, desk = office("王督导"), office("方经办"), office("郑管理")
    for answer in (
        asker.post(f"/funds/payouts/{draft.id}/ask/"), desk.post(f"/funds/payouts/{agreed_to.id}/send/"),
        clerk.post(f"/funds/requests/{request.id}/answer/", {"answer": "yes"}),
    ):
        assert answer.status_code == 422 and "登记延期" in text(answer)
    url, given = f"/funds/{made.id}/extend/", {"term": str(ids.new_id()), "basis": "延期批复 3 号"}
    for wrong in (until, "9999-99-99", "²", ""):
        assert desk.post(url, given | {"until": wrong}).status_code == 422
    assert desk.post(url, given | {"until": "2025-12-31", "basis": " "}).status_code == 422
    for _ in range(2):
        assert desk.post(url, given | {"until": "2025-12-31"}).status_code == 302
    assert "延期批复 3 号" in text(desk.get(f"/funds/{made.id}/"))
    assert clerk.post(f"/funds/requests/{request.id}/answer/", {"answer": "yes"}).status_code == 302


def test_an_unusual_amount_is_asked_about_before_it_is_kept(cast: world.World, office: SignedIn) -> None:
    desk, asker = office("郑管理"), office("王督导")
    made = fund(cast, "", at=MORNING)
    given = {"posting": str(ids.new_id()), "amount": "6000000", "booked_on": "2025-09-01", "note": "票据"}
    answer = desk.post(f"/funds/{made.id}/deposit/", given)
    assert answer.status_code == 422 and "超过 5,000,000.00 元" in text(answer) and 'name="sure"' in text(answer)
    assert desk.post(f"/funds/{made.id}/deposit/", given | {"sure": "paper"}).status_code == 302
    assert "和文件、协议原件核对过" in text(desk.get(f"/funds/{made.id}/"))
    body = {"payout": str(ids.new_id()), "purpose": "medical", "way": "cash"}
    assert asker.post(f"/funds/{made.id}/payouts/new/", body).status_code == 302
    row, child = Payout.objects.get(), cast.child("童小雨")
    add, one = f"/funds/payouts/{row.id}/add/", {"file_no": child.file_no, "amount": "12000"}
    answer = asker.post(add, one)
    assert answer.status_code == 422 and "超过 10,000.00 元" in text(answer)
    assert asker.post(add, one | {"sure": "bill"}).status_code == 302
    assert "和医院、学校的票据核对过" in text(asker.get(f"/funds/payouts/{row.id}/"))
    Request.objects.create(
        county_id=made.county_id, number=9, fund=made, kind="payout", about_id=ids.new_id(), amount=49_500_000,
        needed=1, at=MORNING, person_id=ids.new_id(), post_id=ids.new_id(),
    )
    answer = asker.post(f"/funds/payouts/{row.id}/ask/")
    assert answer.status_code == 422 and "这个月" in text(answer)
    assert asker.post(f"/funds/payouts/{row.id}/ask/", {"sure": "asked"}).status_code == 302


def test_a_body_reads_its_own_money_only(cast: world.World, office: SignedIn) -> None:
    made = fund(cast, at=MORNING, title=["暗号资金"])
    row = programme(cast, made)
    strange = contract(cast, row)
    strange.organisation_id = cast.posts["王督导"].organisation_id
    strange.save()
    theirs = payout(cast, made, cast.child("童小雨"), at=MORNING)
    body = office(BODY)
    for address in (
        f"/programmes/{row.id}/", f"/programmes/contracts/{strange.id}/", f"/funds/payouts/{theirs.id}/",
        "/funds/months/", "/funds/outcomes/",
    ):
        assert body.get(address).status_code == 404, address
    page = text(body.get(f"/funds/{made.id}/"))
    assert "5,000.00" not in page and "票据 12 号" not in page and str(theirs.id) not in page
    assert "5,000.00" not in text(body.get("/funds/")) and "按月看" not in text(body.get("/funds/"))
    own = contract(cast, row)
    page = text(body.get(f"/programmes/{row.id}/"))
    assert str(own.id) in page and str(strange.id) not in page and "3,000.00" not in page
    mine = paying.create(
        fund_id=made.id, payout_id=ids.new_id(), given={"purpose": ["study"], "way": ["cash"]},
        actor=cast.viewer(BODY, MORNING), at=MORNING,
    )
    assert body.get(f"/funds/payouts/{mine.id}/").status_code == 200


def test_few_children_whom_one_does_not_see_are_not_told_in_number_or_amount(
    cast: world.World, office: SignedIn
) -> None:
    far = cast.child("童小雨", by="吴主任", village="370116104230")
    row = payout(cast, fund(cast, at=MORNING), at=MORNING, by=SECOND)
    paying.add(payout_id=row.id, rows=[Row(far, 123_400)], actor=cast.viewer(SECOND, MORNING), at=MORNING)
    request = paying.ask(payout_id=row.id, actor=cast.viewer(SECOND, MORNING), at=MORNING)
    for address in (f"/funds/payouts/{row.id}/", f"/funds/requests/{request.id}/", f"/funds/{row.fund_id}/"):
        assert "1,234.00" not in text(office("王督导").get(address)), address
        if "requests" in address:
            assert "1,234.00" in text(office("方经办").get(address))
    said_yes(cast, request)
    undoing = asking.ask_undoing(request_id=request.id, actor=cast.viewer(SECOND, MORNING), at=MORNING)
    pages = (f"/funds/{row.fund_id}/", "/funds/", "/funds/months/?month=2025-09", f"/funds/requests/{undoing.id}/",
             f"/funds/{row.fund_id}/payouts/new/", "/funds/outcomes/")
    for address in pages:
        page, clerks = text(office("王督导").get(address)), text(office("方经办").get(address))
        assert "1,234.00" not in page and "3,766.00" not in page, address
        assert "1,234.00" in clerks or "3,766.00" in clerks or "months" in address or "outcomes" in address, address


def test_a_deposit_of_the_same_form_is_booked_once(cast: world.World) -> None:
    made, same = fund(cast, ""), ids.new_id()
    for _ in range(2):
        deposit(cast, made, "5", id=same)
    assert booking.balances(made)["bank"] == 500


def test_a_day_long_before_the_fund_is_asked_about(cast: world.World, office: SignedIn) -> None:
    desk, made = office("郑管理"), fund(cast, "", at=MORNING)
    given = {"posting": str(ids.new_id()), "amount": "5", "booked_on": "1900-01-01", "note": "票据"}
    answer = desk.post(f"/funds/{made.id}/deposit/", given)
    assert answer.status_code == 422 and "比它早很多" in text(answer) and 'name="sure"' in text(answer)
    assert desk.post(f"/funds/{made.id}/deposit/", given | {"booked_on": "2024-09-10"}).status_code == 302
    old = given | {"posting": str(ids.new_id()), "sure": "paper"}
    assert desk.post(f"/funds/{made.id}/deposit/", old).status_code == 302
    assert "和文件、协议原件核对过" in text(desk.get(f"/funds/{made.id}/"))


@pytest.mark.parametrize(("form", "ways"), [("money", {"bank", "cash", "hospital"}), ("goods", {"goods"})])
def test_money_is_paid_and_goods_are_brought(
    cast: world.World, office: SignedIn, form: str, ways: set[str]
) -> None:
    asker = office("王督导")
    made = fund(cast, "100", form=[form], purposes=["study", "goods"], at=MORNING)
    url = f"/funds/{made.id}/payouts/new/"
    shown = {row["name"]: row["options"] for row in asker.get(url).context["rows"] if row["name"] == "way"}
    assert {each["id"] for each in shown["way"]} == ways
    for way in ("bank", "cash", "goods", "hospital"):
        answer = asker.post(url, {"payout": str(ids.new_id()), "purpose": "study", "way": way})
        assert answer.status_code == (302 if way in ways else 422), way
        assert way in ways or "不能用“" in text(answer)
