"""Asking for a child whose file is kept elsewhere, and the directory of who takes whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.flows.asking_over import follow_asks
from tongxin.ledger.models import Access
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.referrals.models import Ask, Service

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
WORDS = {
    "child_name": "童小雨", "birth": "2012年3月", "known_by": "原住东升社区，跟外婆", "why": "随母亲搬来，要接着上学",
    "urgent": "no",
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def asked(cast: world.World, client: Office, **more: Any) -> Ask:
    body = {"kind": "transfer", "place": str(cast.place("370116").id), **WORDS, **more}
    answer = client.post("/asks/new/", body)
    assert answer.status_code == 302, text(answer)
    return Ask.objects.latest("id")


def page(ask: Ask) -> str:
    return f"/asks/{ask.id}/"


class TestAsking:
    def test_waits_for_the_desk_there_and_tells_whoever_asks_nothing(
        self, cast: world.World, office: SignedIn
    ) -> None:
        cast.child("童小雨")
        ask = asked(cast, office("陈管理"))
        desk = cast.posts["郑管理"]
        assert ask.owner_post_id == desk.id and ask.due_at and ask.due_at > MORNING
        assert Notice.objects.filter(kind="ask.received", post_id=desk.id).count() == 1
        assert "找一找" not in text(office("陈管理").get(page(ask)))
        assert office("陈管理").post(f"{page(ask)}match/", {"text": "童小雨"}).status_code == 404
        assert "童小雨" not in text(office("郑管理").get("/asks/"))
        assert "童小雨" in text(office("郑管理").get(page(ask)))
        assert Access.objects.filter(purpose="asks", person_id=cast.people["郑管理"].id).exists()
        for stranger in ("林社工", "王督导", "周主任"):
            assert office(stranger).get(page(ask)).status_code == 404

    def test_agreed_it_becomes_a_transfer_and_the_asker_is_told(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, client = cast.child("童小雨"), office("郑管理")
        ask = asked(cast, office("陈管理"))
        found = text(client.post(f"{page(ask)}match/", {"text": "童小雨"}))
        assert "同意转去：" in found
        client.post(f"{page(ask)}match/", {"decision": "same", "child": str(child.id)})
        ask.refresh_from_db()
        assert ask.state == Ask.AGREED and ask.child_id == child.id
        shown = text(client.get(page(ask)))
        assert f"/children/{child.id}/forms/transfer_out/?to_division=510104" in shown
        assert str(child.id) not in text(office("陈管理").get(page(ask)))
        form = client.get(f"/children/{child.id}/forms/transfer_out/?to_division=510104")
        fields = [each for section in form.context["definition"]["sections"] for each in section["fields"]]
        assert next(each for each in fields if each["id"] == "to_division")["prefill"] == "510104"
        answers = fill(child, "transfer_out", time.now, to_division="510104")
        cast.record(child, "transfer_out", answers, by="郑管理", at=time.now)
        ask.refresh_from_db()
        assert ask.state == Ask.DONE and ask.due_at is None
        assert Notice.objects.filter(kind="ask.carried", post_id=cast.posts["陈管理"].id).count() == 1

    def test_refused_needs_a_reason_and_withdrawn_is_over(self, cast: world.World, office: SignedIn) -> None:
        ask = asked(cast, office("陈管理"))
        assert office("郑管理").post(f"{page(ask)}refuse/", {"reason": "otherwise"}).status_code == 422
        told = {"reason": "stays", "words": "还住在这里"}
        assert office("郑管理").post(f"{page(ask)}refuse/", told).status_code == 302
        assert "还住在这里" in text(office("陈管理").get(page(ask)))
        assert office("郑管理").post(f"{page(ask)}refuse/", {"reason": "stays"}).status_code == 422
        again = asked(cast, office("陈管理"))
        assert office("郑管理").post(f"{page(again)}withdraw/").status_code == 404
        assert office("陈管理").post(f"{page(again)}withdraw/").status_code == 302
        again.refresh_from_db()
        assert again.state == Ask.WITHDRAWN and again.ring_at is None

    def test_late_ones_climb(self, cast: world.World, office: SignedIn) -> None:
        ask = asked(cast, office("陈管理"), urgent="yes")
        assert ask.due_at == MORNING + timedelta(hours=24)
        assert follow_asks(MORNING + timedelta(hours=25)) == 1
        ask.refresh_from_db()
        assert ask.climbed == 1 and Notice.objects.filter(kind="ask.climbed").exists()
        assert follow_asks(MORNING + timedelta(hours=26)) == 0

    def test_says_what_is_wrong(self, cast: world.World, office: SignedIn) -> None:
        answer = office("陈管理").post("/asks/new/", {"kind": "x", "place": "x"})
        assert answer.status_code == 422 and "请选要对方怎么办" in text(answer)
        assert "“孩子的姓名”还没有填" in text(answer)
        own = {"kind": "transfer", "place": str(cast.place("510104").id), **WORDS}
        assert "档案就在本区县的" in text(office("陈管理").post("/asks/new/", own))
        town = {"kind": "transfer", "place": str(cast.place("370116").id), **WORDS}
        assert "要由能接收迁入的岗位" in text(office("陈老师").post("/asks/new/", town))
        assert office("周主任").get("/asks/new/").status_code == 404 and not Ask.objects.exists()


LINE = {
    "kind": "medical", "state": "accepting", "age_from": "6", "age_to": "18", "zh": "儿童心理门诊",
    "where": "门诊楼三楼", "opens": "周一到周五 8:00—17:00", "phone": "0531-70000001", "how": "先打电话约号，带转介单",
}


class TestServices:
    def _line(self, cast: world.World, client: Office, **more: str) -> Any:
        return client.post("/services/new/", {**LINE, "organisation": str(cast.body("hospital")), **more})

    def test_are_kept_by_few_and_found_by_all(self, cast: world.World, office: SignedIn) -> None:
        assert self._line(cast, office("郑管理")).status_code == 302
        assert office("林社工").get("/services/new/").status_code == 404
        assert "儿童心理门诊" in text(office("周主任").get("/services/?text=心理&age=9"))
        assert "没有这样的服务" in text(office("周主任").get("/services/?age=3"))
        assert "儿童心理门诊" not in text(office("陈管理").get("/services/"))
        line = Service.objects.get()
        assert office("陈管理").get(f"/services/{line.id}/").status_code == 404
        wrong = self._line(cast, office("郑管理"), age_from="19", how="")
        assert wrong.status_code == 422 and "岁数要写 0 到 18" in text(wrong) and "“怎么转介”还没有填" in text(wrong)

    def test_suggest_whom_to_refer_to(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        self._line(cast, office("郑管理"))
        self._line(cast, office("郑管理"), zh="满了的门诊", state="full")
        self._line(cast, office("郑管理"), zh="幼儿门诊", age_to="8")
        child: Child = cast.child("小雨")
        address = f"/children/{child.id}/forms/referral/"
        shown = office("林社工").get(address)
        assert [each["zh"] for each in shown.context["services"]] == ["儿童心理门诊"]
        chosen = office("林社工").get(address + shown.context["services"][0]["choose"])
        fields = [each for section in chosen.context["definition"]["sections"] for each in section["fields"]]
        given = {each["id"]: each.get("prefill") for each in fields}
        assert given["kind"] == "medical" and given["to_organisation"] == str(cast.body("hospital"))
        time.now = MORNING + timedelta(days=120)
        assert "很久没有核对" in text(office("林社工").get("/services/"))
