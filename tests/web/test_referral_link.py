"""A body without accounts answers by link and spoken code; the desk sees where each referral stands."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.documents.files import pdf
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.assessments.models import Result
from tongxin.documents.models import Attachment
from tongxin.ledger.models import Access
from tongxin.people.models import Child
from tongxin.referrals.models import Referral, ReferralLink

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SIGNER = {"signer": "心理科 李医生"}


@pytest.fixture
def referral(cast: world.World) -> Referral:
    child = cast.child("张小雨")
    answers = fill(
        child, "referral", MORNING, basis="legal_basis", legal_basis="emergency", kind="medical", urgency="days_3",
        to_organisation=str(cast.body("hospital")), summary="最近睡不好，不愿出门", reason="请评估",
    )
    cast.record(child, "referral", answers, by="林社工", at=MORNING)
    return Referral.objects.get(child_id=child.id)


def said(answer: Any) -> str:
    return str(answer.content.decode())


def keys(client: Office, row: Referral) -> dict[str, str]:
    page = said(client.post(f"/children/{row.child_id}/referrals/{row.entry_id}/link/"))
    token = re.search(r'id="link">[^<]*/r/#([A-Z0-9]+)<', page)
    code = re.search(r'id="spoken" value="(\d{6})"', page)
    assert token and code, page
    return {"token": token[1], "code": code[1]}


def stands(row: Referral) -> str:
    row.refresh_from_db()
    return row.state


class TestTheOtherSide:
    def test_reads_the_sheet_and_nothing_else_and_answers_each_state_once(
        self, referral: Referral, office: SignedIn
    ) -> None:
        found, phone = keys(office("林社工"), referral), Client()
        page = phone.post("/r/open/", found)
        assert page.status_code == 200 and "张小雨" in said(page) and "最近睡不好" in said(page)
        assert "no-store" in page.headers["Cache-Control"]
        assert Access.objects.filter(purpose="referral_link", person_id__isnull=True).exists()
        first = phone.post("/r/answer/", found | SIGNER | {"answer": "received"})
        assert "已告诉转出单位" in said(first), re.findall(r"alert[^<]*<", said(first))
        again = phone.post("/r/answer/", found | SIGNER | {"answer": "received"})
        assert again.status_code == 422 and "已经答复过了" in said(again)
        phone.post("/r/answer/", found | SIGNER | {"answer": "accepted"})
        phone.post("/r/answer/", found | SIGNER | {"answer": "in_service", "first_contact_on": "2025-09-02"})
        assert stands(referral) == "in_service"
        done = {
            "answer": "done", "first_contact_on": "2025-09-02", "result": "已就诊", "result_kind": "medicine",
            "hospital_document": "yes", "hospital_summary": "照抄",
        }
        assert "还没有医院文书" in said(phone.post("/r/answer/", found | SIGNER | done))
        sent = SimpleUploadedFile("a.pdf", pdf(), "application/pdf")
        assert "已加密保存" in said(phone.post("/r/paper/", found | {"file": sent}))
        assert Attachment.objects.get(child_id=referral.child_id).kind == "referral_paper"
        assert "谢谢" in said(phone.post("/r/answer/", found | SIGNER | done))
        assert stands(referral) == "done" and phone.post("/r/open/", found).status_code == 404
        data = Result.objects.filter(child_id=referral.child_id, kind="referral_answer").values_list("data", flat=True)
        assert {each["way"] for each in data} == {"link"}

    def test_shows_how_to_reach_the_family_only_while_that_is_agreed_to(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("张小雨")
        agreed = fill(child, "consent", MORNING, purposes=["refer", "share"], answer="given")
        cast.record(child, "consent", agreed, by="王督导", at=MORNING)
        answers = fill(
            child, "referral", MORNING, basis="consent", kind="education", to_organisation=str(cast.body("school")),
            give_contact="yes", phone="13800000000", residence_address="一号楼三单元",
        )
        cast.record(child, "referral", answers, by="林社工", at=MORNING)
        found = keys(office("林社工"), Referral.objects.get(child_id=child.id))
        assert "13800000000" in said(Client().post("/r/open/", found))
        time.now += timedelta(minutes=5)
        ended = fill(child, "consent", time.now, purposes=["share"], answer="withdrawn")
        cast.record(child, "consent", ended, by="王督导", at=time.now)
        page = Client().post("/r/open/", found)
        assert page.status_code == 200
        assert "13800000000" not in said(page) and "一号楼三单元" not in said(page)

    def test_what_is_no_paper_is_not_taken(self, referral: Referral, office: SignedIn) -> None:
        found, phone = keys(office("林社工"), referral), Client()
        sent = SimpleUploadedFile("a.pdf", b"MZ this is a program", "application/pdf")
        assert phone.post("/r/paper/", found | {"file": sent}).status_code == 422
        assert not Attachment.objects.exists()

    def test_wrong_codes_end_the_link_and_nothing_tells_why(self, referral: Referral, office: SignedIn) -> None:
        found, phone = keys(office("林社工"), referral), Client()
        wrong = found | {"code": "000000" if found["code"] != "000000" else "111111"}
        pages = [phone.post("/r/open/", wrong) for _ in range(5)]
        assert {page.status_code for page in pages} == {404} and "张小雨" not in said(pages[0])
        assert phone.post("/r/open/", found).status_code == 404
        assert ReferralLink.objects.get().revoked_at

    def test_it_ends_by_time_by_a_newer_one_and_by_hand(
        self, referral: Referral, office: SignedIn, time: Clock
    ) -> None:
        desk, phone = office("林社工"), Client()
        first = keys(desk, referral)
        second = keys(desk, referral)
        assert phone.post("/r/open/", first).status_code == 404 and phone.post("/r/open/", second).status_code == 200
        desk.post(f"/children/{referral.child_id}/referrals/{referral.entry_id}/stop/")
        assert phone.post("/r/open/", second).status_code == 404
        third = keys(desk, referral)
        time.now += timedelta(days=31)
        assert phone.post("/r/open/", third).status_code == 404


class TestTheDesk:
    def test_only_who_refers_gives_a_link(self, referral: Referral, office: SignedIn) -> None:
        url = f"/children/{referral.child_id}/referrals/{referral.entry_id}/"
        assert office("周主任").get(url).status_code == 404
        assert office("王督导").post(f"{url}link/").status_code == 404
        assert office("秦医生").post(f"{url}link/").status_code == 404
        assert "给对方发链接" in said(office("林社工").get(url))
        mine = said(office("秦医生").get(url))
        assert "转给别的单位" in mine and "给对方发链接" not in mine

    def test_the_board_counts_what_it_lists(
        self, cast: world.World, referral: Referral, office: SignedIn, time: Clock
    ) -> None:
        other = Child.objects.get(id=referral.child_id)
        answers = fill(
            other, "referral", MORNING, basis="legal_basis", legal_basis="emergency", kind="education",
            urgency="days_7", to_organisation=str(cast.body("school")),
        )
        cast.record(other, "referral", answers, by="林社工", at=MORNING + timedelta(minutes=1))
        time.now += timedelta(days=1, hours=12)
        board = office("郑管理").get("/referrals/board/")
        numbers = {each["zh"]: each["number"] for name in ("groups", "lates", "kinds") for each in board.context[name]}
        assert (numbers["等答复"], numbers["逾期"], numbers["医疗"], numbers["教育"]) == (2, 1, 1, 1)
        for each in (*board.context["groups"], *board.context["lates"], *board.context["kinds"]):
            shown = office("郑管理").get(each["url"])
            assert len(shown.context["rows"]) == shown.context["total"] == each["number"], each
        late = office("郑管理").get("/referrals/board/?late=late")
        assert "应答：已逾期" in said(late)
        assert office("周主任").get("/referrals/board/").status_code == 404
