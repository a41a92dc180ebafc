"""Consent at the desk and on a guardian's own phone: what is shown, recorded, and closed to whom."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import world
from tests.documents.files import jpeg, pdf
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tests.web.test_attachments import send as attach
from tongxin.assessments.models import Result
from tongxin.consents.models import ConsentLink
from tongxin.ledger.models import Access, Entry, Event
from tongxin.people.models import Carer, Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
CARERS = [
    {"carer_name": "刘秀英", "relation": "mother", "is_guardian": "yes"},
    {"carer_name": "张大力", "relation": "father", "is_guardian": "yes"},
    {"carer_name": "王桂花", "relation": "paternal_grandmother", "is_guardian": "no"},
]


@pytest.fixture
def child(cast: world.World) -> Child:
    return cast.child("张小雨", carers=CARERS)


def send(client: Office, child: Child, *purposes: str, relation: str = "mother") -> Any:
    carer = Carer.objects.get(child=child, relation=relation, to_on__isnull=True)
    return client.post(f"/children/{child.id}/consent/link/", {"carer": carer.id, "purposes": purposes}, follow=True)


def token_in(answer: Any) -> str:
    found = re.search(r'id="token" value="([A-Z0-9]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def said(answer: Any) -> str:
    return str(answer.content.decode())


class TestAtTheDesk:
    def test_the_file_says_how_each_purpose_stands_and_leads_to_the_form(
        self, child: Child, office: SignedIn
    ) -> None:
        client = office("王督导")
        assert "还没有征求" in said(client.get(f"/children/{child.id}/"))
        page = said(client.get(f"/children/{child.id}/consent/"))
        assert "依法不需同意" in page and "只放在档案里，不对外发布" in page
        url = f"/children/{child.id}/forms/consent/?purposes=photo&answer=given"
        assert url.replace("&", "&amp;") in page
        parts = client.get(url).context["definition"]["sections"]
        shown = {each["id"]: each for part in parts for each in part["fields"]}
        assert shown["purposes"]["prefill"] == ["photo"] and shown["answer"]["prefill"] == "given"

    def test_only_who_reads_care_sees_it_and_only_who_records_sends(self, child: Child, office: SignedIn) -> None:
        assert office("方经办").get(f"/children/{child.id}/consent/").status_code == 404
        assert office("陈老师").get(f"/children/{child.id}/consent/").status_code == 404
        assert send(office("方经办"), child, "photo").status_code == 404

    def test_no_link_for_who_is_no_guardian_or_may_be_the_danger(
        self, cast: world.World, child: Child, office: SignedIn
    ) -> None:
        client = office("王督导")
        assert "不是监护人" in said(send(client, child, "photo", relation="paternal_grandmother"))
        mark = {"event": "changes", "name": "张大力", "relation": "father", "is_guardian": "yes", "is_concern": "yes"}
        cast.record(child, "carer_change", fill(child, "carer_change", MORNING, **mark), by="王督导", at=MORNING)
        assert "需要回避" in said(send(client, child, "photo", relation="father"))
        assert token_in(send(client, child, "photo", relation="mother"))


    def test_no_photo_against_a_no_and_signed_paper_all_the_same(self, child: Child, office: SignedIn) -> None:
        client = office("王督导")
        client.fill(child, "consent", purposes=["photo"], answer="refused", signer_relation="mother")
        assert "拍照这一项监护人不同意" in said(attach(client, child, jpeg(), kind="photo"))
        entry = Entry.objects.get(subject_id=child.id, kind="consent")
        assert attach(client, child, pdf(), name="a.pdf", kind="signed_scan", entry=str(entry.id)).status_code == 302


class TestOnAGuardiansPhone:
    def test_a_guardian_decides_once(self, child: Child, office: SignedIn) -> None:
        token, phone = token_in(send(office("王督导"), child, "photo", "share")), Client()
        page = phone.post("/g/open/", {"code": token})
        assert page.status_code == 200 and "张*雨" in said(page) and "张小雨" not in said(page)
        answers = {"answer-photo": "refused", "answer-share": "given", "signer": "刘秀英", "child_agrees": "yes"}
        assert "收到了" in said(phone.post("/g/decide/", {"code": token, **answers}))
        results = Result.objects.filter(child_id=child.id, kind="consent")
        data = {tuple(row.data["purposes"]): row.data for row in results}
        assert {each: row["answer"] for each, row in data.items()} == {("photo",): "refused", ("share",): "given"}
        assert data[("share",)]["way"] == "link" and data[("share",)]["child_agrees"] == "yes"
        assert phone.post("/g/decide/", {"code": token, **answers}).status_code == 404
        assert Access.objects.filter(purpose="family", person_id__isnull=True).exists()

    def test_a_wrong_a_used_and_an_ended_link_look_the_same(
        self, child: Child, office: SignedIn, time: Clock
    ) -> None:
        token, phone = token_in(send(office("王督导"), child, "photo")), Client()
        wrong = phone.post("/g/open/", {"code": "ABCDEFGH23456789"})
        time.now += timedelta(days=8)
        ended = phone.post("/g/open/", {"code": token})
        assert wrong.status_code == ended.status_code == 404
        assert _plain(said(wrong)) == _plain(said(ended))

    def test_nobody_tries_for_long(self, child: Child) -> None:
        phone = Client()
        tried = [phone.post("/g/open/", {"code": f"WRONG{number}"}).status_code for number in range(22)]
        assert tried[0] == 404 and tried[-1] == 429

    def test_a_link_dies_with_the_first_word_against_its_holder(
        self, cast: world.World, child: Child, office: SignedIn
    ) -> None:
        token, phone = token_in(send(office("王督导"), child, "photo")), Client()
        report = fill(child, "crisis_report", MORNING, is_concern="yes")
        cast.record(child, "crisis_report", report, by="周主任", at=MORNING)
        assert phone.post("/g/open/", {"code": token}).status_code == 404
        answers = {"answer-photo": "given", "signer": "刘秀英"}
        assert phone.post("/g/decide/", {"code": token, **answers}).status_code == 404
        assert not Entry.objects.filter(subject_id=child.id, kind="consent").exists()

    def test_a_withdrawal_in_a_crisis_waits_and_somebody_is_told(
        self, cast: world.World, child: Child, office: SignedIn, time: Clock
    ) -> None:
        client = office("王督导")
        client.fill(child, "consent", purposes=["share"], answer="given", signer_relation="mother")
        token, phone = token_in(send(client, child, "share")), Client()
        time.now += timedelta(hours=1)
        crisis = fill(child, "crisis_report", time.now, is_concern="no")
        cast.record(child, "crisis_report", crisis, by="周主任", at=time.now)
        ask = {"step": "ask_concern", "result": "done", "is_concern": "no"}
        time.now += timedelta(hours=1)
        cast.record(child, "crisis_step", fill(child, "crisis_step", time.now, **ask), by="郑管理", at=time.now)
        answer = phone.post("/g/decide/", {"code": token, "answer-share": "withdrawn", "signer": "刘秀英"})
        assert "暂时不能在这里撤回" in said(answer)
        assert Event.objects.filter(kind="withdrawal.deferred", subject_id=child.id).exists()
        assert Result.objects.filter(child_id=child.id, kind="consent").count() == 1

    def test_who_looked_is_told_by_post_and_purpose_and_never_while_danger_is_open(
        self, cast: world.World, child: Child, office: SignedIn, time: Clock
    ) -> None:
        client = office("王督导")
        client.get(f"/children/{child.id}/")
        phone = Client()
        page = said(phone.post("/g/open/", {"code": token_in(send(client, child, "photo"))}))
        assert "谁看过孩子的档案" in page and "儿童督导员 · " in page and "王督导" not in page
        cast.record(
            child, "crisis_report", fill(child, "crisis_report", MORNING, is_concern="no"), by="周主任", at=MORNING
        )
        time.now += timedelta(hours=1)
        ask = {"step": "ask_concern", "result": "done", "is_concern": "no"}
        cast.record(child, "crisis_step", fill(child, "crisis_step", time.now, **ask), by="郑管理", at=time.now)
        page = said(phone.post("/g/open/", {"code": token_in(send(office("王督导"), child, "photo"))}))
        assert "请您决定" in page and "谁看过孩子的档案" not in page

    def test_the_token_is_stored_nowhere(self, child: Child, office: SignedIn) -> None:
        token = token_in(send(office("王督导"), child, "photo"))
        assert token not in str(ConsentLink.objects.values().get())


def _plain(text: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{20,}"', "", text)
