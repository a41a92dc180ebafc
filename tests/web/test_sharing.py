"""Sharing over the pages: writing, both sides' words, the boxes, a request, the end; and the child's list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.assessed import assess
from tests.flows.sharing import JUDGE, NOW, OFFICER, consent, in_force, officer, pupil, under_way, wish
from tests.web.conftest import Clock, Office
from tongxin.flows.sharing_sending import send_queued
from tongxin.ledger.models import Access
from tongxin.notices.models import Notice
from tongxin.sharing.models import Agreement, Delivery, Duty, Request, Version

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def body(cast: world.World, **more: Any) -> dict[str, Any]:
    said = wish(cast)
    return {
        "organisation": said.organisation_id, "purpose": "schooling", "flow": "standing", "fields": ["name", "sex"],
        "categories": ["poor_family"], "begins_on": "2025-09-02", "ends_on": "2026-06-30", "why": "核对在不在学",
        "age_from": "6", "age_to": "15", **more,
    }


class TestAgreeing:
    def test_written_agreed_to_by_two_others_and_in_force(self, cast: world.World, office: SignedIn) -> None:
        desk = office("郑管理")
        officer(cast)
        assert "还没有审过" in text(desk.get("/sharing/"))
        assess(cast, "sharing")
        first = text(desk.get("/sharing/new/"))
        assert "下一步" in first and "给哪几项" not in first
        of_body = f"/sharing/new/?organisation={cast.posts[OFFICER].organisation_id}"
        assert "为了什么" in text(desk.get(of_body))
        chosen = text(desk.get(f"{of_body}&purpose=schooling"))
        assert "义务教育法" in chosen and "联系电话" not in chosen
        wrong = desk.post("/sharing/new/", body(cast, fields=["phone"], ends_on="9999-12-31"))
        assert wrong.status_code == 422 and "最长 366 天" in text(wrong) and "核对在不在学" in text(wrong)
        assert desk.post("/sharing/new/", body(cast)).status_code == 302
        row = Agreement.objects.get()
        page = f"/sharing/{row.id}/"
        assert "由另一个人代表给出的一方同意" in text(desk.get(page))
        assert desk.post(f"{page}decide/", {"agrees": "yes", "of": "1", "side": "giver"}).status_code == 422
        assert "请您代表这一方" in text(office(JUDGE).get(page))
        for side, name in (("giver", JUDGE), ("receiver", OFFICER)):
            said = {"agrees": "yes", "of": "1", "side": side}
            assert office(name).post(f"{page}decide/", said).status_code == 302
            assert office(name).post(f"{page}decide/", said).status_code == 422
        row.refresh_from_db()
        assert row.state == Agreement.IN_FORCE
        for stranger in ("陈管理", "周主任", "林社工"):
            assert office(stranger).get(page).status_code == 404

    def test_strange_input_is_told_and_never_a_fault(self, cast: world.World, office: SignedIn) -> None:
        desk = office("郑管理")
        for more in (
            {"organisation": "²"}, {"age_from": "9" * 30}, {"begins_on": "0001-01-01"}, {"towns": ["9" * 25]},
            {"purpose": "x"}, {"flow": "x"}, {"categories": ["hiv_affected"]},
        ):
            answer = desk.post("/sharing/new/", body(cast, **more))
            assert answer.status_code == 422 , more
        assert desk.get("/sharing/new/?organisation=²&purpose=x").status_code == 200


class TestTheBoxes:
    def test_a_list_tells_nothing_opening_is_a_look_and_the_file_says_who_has_it(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = pupil(cast)
        in_force(cast)
        send_queued(NOW)
        row, client = Delivery.objects.get(), office(OFFICER)
        listed = text(client.get("/sharing/inbox/"))
        assert row.code in listed and "小雨" not in listed and child.file_no not in listed
        page = f"/sharing/deliveries/{row.id}/"
        assert "小雨" not in text(client.get(page)) and "里面有：姓名、性别、镇街" in text(client.get(page))
        assert client.post(f"{page}receive/", follow=True).status_code == 200
        row.refresh_from_db()
        assert row.state == Delivery.WAITING
        shown = text(client.post(f"{page}open/", follow=True))
        assert "小雨" in shown and child.file_no not in shown and "2012" not in shown
        assert Access.objects.filter(
            purpose="sharing", subjects__owner_id=child.id, person_id=cast.people[OFFICER].id
        ).exists()
        assert client.post("/sharing/inbox/", {"delivery": [str(row.id)]}).status_code == 302
        row.refresh_from_db()
        assert row.state == Delivery.RECEIVED
        assert client.get(f"/children/{child.id}/").status_code == 404
        desk = office("郑管理")
        assert "小雨" in text(desk.get("/sharing/outbox/"))
        given = text(desk.get(f"/children/{child.id}/given/"))
        assert "莱芜区教育局" in given and "还在对方" in given and row.code in given
        for stranger in ("陈管理", "周主任"):
            assert office(stranger).get(f"/children/{child.id}/given/").status_code == 404
        assert office("陈管理").get(page).status_code == 404
        assert not Notice.objects.filter(kind__startswith="share.", child_id__isnull=False).exists()

    def test_what_waits_stands_above_any_number_that_were_received(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = pupil(cast)
        officer(cast)
        names = under_way(cast, child, body=cast.posts[OFFICER].organisation_id)
        one = Delivery.objects.get(id=names["delivery_id"])
        Delivery.objects.bulk_create(
            Delivery(
                agreement=one.agreement, version=one.version, child_id=child.id, code=f"20250902-{number:05}",
                fields=one.fields, state=Delivery.RECEIVED, queued_at=NOW, sent_at=NOW + timedelta(hours=1),
            )
            for number in range(230)
        )
        page = text(office(OFFICER).get("/sharing/inbox/"))
        assert one.code in page and "没有等签收的" not in page and "下一页" in page
        shown = [text(office(OFFICER).get(f"/sharing/inbox/?page={each}")) for each in (1, 2, 3)]
        assert all(any(f"20250902-{number:05}" in each for each in shown) for number in range(230))

    def test_a_late_receipt_leads_the_giving_desk_to_a_page_that_it_has(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        pupil(cast)
        in_force(cast)
        send_queued(NOW)
        duty = Duty.objects.get(kind=Duty.RECEIVE, done_at__isnull=True)
        duty.owner_post_id = cast.posts["郑管理"].id
        duty.save()
        desk = office("郑管理")
        (line,) = [each for each in desk.get("/sharing/").context["duties"] if each["zh"] == duty.get_kind_display()]
        assert desk.get(line["url"]).status_code == 200

    def test_withdrawn_consent_shuts_it_and_a_person_confirms_the_end(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = pupil(cast)
        in_force(cast)
        send_queued(NOW)
        row, client = Delivery.objects.get(), office(OFFICER)
        page = f"/sharing/deliveries/{row.id}/"
        client.post(f"{page}open/")
        consent(cast, child, "withdrawn")
        shut = text(client.get(page))
        assert "内容已经关闭" in shut and "小雨" not in shut
        assert "没有同意共享，或撤回了同意" in text(client.get("/sharing/"))
        duty = Duty.objects.get(kind=Duty.DISPOSE)
        where = f"/sharing/duties/{duty.id}/"
        assert client.post(where, {"outcome": "x", "words": ""}).status_code == 422
        assert office(JUDGE).post(where, {"outcome": "destroyed", "words": "删"}).status_code == 404
        assert "等接收单位的人确认" in text(office(JUDGE).get(where))
        assert client.post(where, {"outcome": "destroyed", "words": "于联络删了电子版"}).status_code == 302
        assert "于联络删了电子版" in text(client.get(where))
        assert "已经销毁" in text(office("郑管理").get(f"/children/{child.id}/given/"))


class TestARequest:
    def test_the_desk_chooses_the_children_and_only_who_agreed_is_given(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, kept = pupil(cast), pupil(cast, "小雪", shares=False)
        row = in_force(cast, flow=Version.ASKED)
        assert not Delivery.objects.exists()
        client, desk = office(OFFICER), office("郑管理")
        asked = {"fields": ["name", "sex"], "whom": "童小雨、小雪", "why": "补学籍", "until": "2025-09-04"}
        assert client.post(f"/sharing/{row.id}/ask/", {**asked, "until": "2027-01-01"}).status_code == 422
        assert client.post(f"/sharing/{row.id}/ask/", {**asked, "fields": ["id_no"]}).status_code == 422
        assert client.post(f"/sharing/{row.id}/ask/", asked).status_code == 302
        page = f"/sharing/requests/{Request.objects.get().id}/"
        assert desk.post(f"/sharing/{row.id}/ask/", asked).status_code == 404
        assert "补学籍" in text(desk.get(page)) and "找一找" not in text(client.get(page))
        assert client.post(f"{page}answer/", {"deed": "search", "text": "小雨"}).status_code == 404
        found = text(desk.post(f"{page}answer/", {"deed": "search", "text": "小雨"}))
        assert str(child.id) in found
        both = {"deed": "agree", "child": [str(child.id), str(kept.id)]}
        assert desk.post(f"{page}answer/", {"deed": "agree"}).status_code == 422
        assert desk.post(f"{page}answer/", both).status_code == 302
        assert desk.post(f"{page}answer/", both).status_code == 422
        send_queued(NOW)
        assert Delivery.objects.get(child_id=kept.id).reason == "consent"
        sent = Delivery.objects.get(child_id=child.id)
        assert (sent.state, sent.fields) == ("waiting", ["name", "sex"])
        time.now = NOW + timedelta(days=3)
        assert "已经关闭" in text(office(OFFICER).post(f"/sharing/deliveries/{sent.id}/open/", follow=True))

    def test_refused_with_a_reason_or_taken_back(self, cast: world.World, office: SignedIn) -> None:
        row = in_force(cast, flow=Version.ASKED)
        client, desk = office(OFFICER), office("郑管理")
        asked = {"fields": ["name"], "everyone": "yes", "why": "补学籍", "until": "2025-12-31"}
        for _ in range(2):
            assert client.post(f"/sharing/{row.id}/ask/", asked).status_code == 302
        one, two = Request.objects.order_by("at", "id")
        assert desk.post(f"/sharing/requests/{one.id}/answer/", {"deed": "agree"}).status_code == 422
        refuse = {"deed": "refuse", "reason": "otherwise"}
        assert desk.post(f"/sharing/requests/{one.id}/answer/", refuse).status_code == 422
        refuse["words"] = "请看学籍系统"
        assert desk.post(f"/sharing/requests/{one.id}/answer/", refuse).status_code == 302
        assert "请看学籍系统" in text(client.get(f"/sharing/requests/{one.id}/"))
        client.post(f"/sharing/requests/{two.id}/answer/", {"deed": "withdraw"})
        two.refresh_from_db()
        assert two.state == Request.WITHDRAWN and not Duty.objects.filter(done_at__isnull=True).exists()


def test_either_side_ends_it_at_once(cast: world.World, office: SignedIn) -> None:
    pupil(cast)
    row = in_force(cast)
    send_queued(NOW)
    client = office(OFFICER)
    assert client.post(f"/sharing/{row.id}/revoke/", {"reason": "otherwise"}).status_code == 422
    assert client.post(f"/sharing/{row.id}/revoke/", {"reason": "done"}).status_code == 302
    shown = text(office("郑管理").get(f"/sharing/{row.id}/"))
    assert "已终止" in shown and "事情办完了" in shown and "没有打开就关了" in shown
    assert client.post(f"/sharing/{row.id}/revoke/", {"reason": "done"}).status_code == 422
