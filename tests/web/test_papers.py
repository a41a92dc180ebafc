"""Paper: the right words, no part that its printer may not read, and a fact for each copy."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader

from tests import world
from tests.rules.definitions import forms
from tests.web.conftest import Office
from tongxin.documents import typesetting
from tongxin.ledger.models import Access, Entry, Event
from tongxin.lib import definitions, places
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.rulebook.models import DefinitionVersion
from tongxin.web.console import attachments, papers
from tongxin.web.doors import ACTIONS

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
ID_NO = "370116201203051328"


def text_of(answer: Any) -> str:
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text() for page in pages).replace(typesetting.MAY_BREAK, "").split())


def printed(client: Office, child: Child, paper: str, *, purpose: str = "archive") -> str:
    return text_of(client.post(f"/children/{child.id}/paper/{paper}/", {"purpose": purpose}))


def newest(child: Child, kind: str) -> Entry:
    return Entry.objects.filter(subject_id=child.id, kind=kind).latest("subject_seq")


class TestTheFivePapers:
    def test_the_case_file_says_what_is_known(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child(id_kind="resident_id", id_no=ID_NO, residence_address="牡丹巷七十四号")
        text = printed(office("王督导"), child, "case_file")
        wanted = ("困境儿童心理健康状况识别评估档案表", "小雨", ID_NO, "牡丹巷七十四号", child.file_no)
        assert [each for each in wanted if each not in text] == []
        assert "童行未“莱”" in text and "（盖章处）" in text and "第1页共" in text and "没有打印：辅导内容。" in text

    def test_leaves_out_what_the_printer_may_not_read_and_says_so(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        office("林社工").fill(child, "assessment_form", psych_note="只给专业人员看的话")
        text = printed(office("周主任"), child, "case_file")
        assert "没有打印：心理评估、个案会商、矛盾纠纷调解、辅导内容、转介、强制报告与保护。" in text
        assert "评估表" not in text.partition("记录目录")[2] and "等级" not in text.partition("记录目录")[0][-400:]
        assert office("周主任").post(f"/children/{child.id}/paper/assessment/", {"purpose": "sign"}).status_code == 404

    def test_the_identification_ticks_what_was_answered(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        client.fill(child, "identification_form", place="孩子家里")
        text = printed(client, child, "identification", purpose="sign")
        assert "识别表（4–17岁）" in text and "孩子家里" in text and "√" in text and "儿童督导员审核" in text
        assert "用途：签字盖章" in text and "周主任" in text and "第1份" in text
        shown = client.get(f"/children/{child.id}/").context["identified"]
        assert f"识别结果{shown['zh']}（2025年9月2日）" in text and re.search(r"表样：.{5,40}，2025-01-01版。", text)

    def test_the_assessment_shows_its_grade_as_word_and_shape(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("林社工")
        client.fill(child, "assessment_form")
        text = printed(client, child, "assessment")
        shown = client.get(f"/children/{child.id}/").context["why"]["chip"]
        assert f"{shown.sign}{shown.zh}（{shown.state}）" in text

    def test_consent_can_be_printed_before_it_is_given(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("王督导")
        before = printed(client, child, "consent", purpose="sign")
        assert "知情同意书" in before and "小雨" in before
        assert "可以不同意，也可以随时撤回" in before and "√" not in before
        client.fill(child, "consent", text_version="第3版")
        assert "第3版" in printed(client, child, "consent") and "√" in printed(client, child, "consent")

    def test_the_referral_has_its_answer_to_tear_off_and_no_number(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(id_kind="resident_id", id_no=ID_NO), office("林社工")
        hospital = str(cast.body("hospital"))
        told = client.fill(child, "referral", to_organisation=hospital, reason="连续三周睡不着", basis="legal_basis")
        assert told.status_code == 200, told.content.decode()
        text = printed(client, child, "referral", purpose="hand_over")
        assert "连续三周睡不着" in text and "转介回执" in text and ID_NO not in text


class TestEachCopy:
    def test_is_a_fact_with_a_number_and_a_purpose_and_a_look(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        assert "第1份" in printed(client, child, "case_file")
        assert "第2份" in printed(client, child, "identification", purpose="sign")
        events = list(Event.objects.filter(kind="paper.printed").order_by("at", "id"))
        assert [event.clear["number"] for event in events] == [1, 2] and all(event.is_fact for event in events)
        assert events[1].clear == {"paper": "identification", "number": 2, "purpose": "sign"}
        assert Access.objects.filter(purpose="print", subjects__owner_id=child.id).exists()

    def test_needs_a_purpose(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        for purpose in ("", "curiosity"):
            answer = client.post(f"/children/{child.id}/paper/case_file/", {"purpose": purpose}, follow=True)
            assert "请先选用途" in answer.content.decode()
        assert not Event.objects.filter(kind="paper.printed").exists()

    def test_never_goes_to_a_guardian_who_is_kept_away(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("王督导")
        assert "交监护人" in printed(client, child, "case_file", purpose="family")
        client.fill(child, "crisis_report", is_concern="yes")
        assert "交监护人" not in client.get(f"/children/{child.id}/paper/").content.decode()
        answer = client.post(f"/children/{child.id}/paper/case_file/", {"purpose": "family"}, follow=True)
        assert "没有打印" in answer.content.decode()
        entry = newest(child, "case_file")
        answer = client.post(f"/children/{child.id}/entries/{entry.id}/paper/", {"purpose": "family"})
        assert answer.status_code == 302

    @pytest.mark.parametrize(("who", "form", "kind"), [
        ("王督导", "interview_record", "interview"), ("周主任", "visit_record", "visit"),
        ("王督导", "observation_record", "observation"), ("周主任", "identification_form", "identification"),
    ])
    def test_of_what_a_child_said_never_goes_to_a_family(
        self, cast: world.World, office: SignedIn, who: str, form: str, kind: str
    ) -> None:
        child, client = cast.child(), office(who)
        told = client.fill(child, form)
        assert told.status_code == 200, told.content.decode()
        entry = newest(child, kind)
        answer = client.post(f"/children/{child.id}/entries/{entry.id}/paper/", {"purpose": "family"}, follow=True)
        assert "能交监护人的只有档案表、知情同意、评估结果告知与监护人意见" in answer.content.decode()
        if form == "identification_form":
            answer = client.post(f"/children/{child.id}/paper/identification/", {"purpose": "family"})
            assert answer.status_code == 302
        assert not Event.objects.filter(kind="paper.printed").exists()

    def test_for_a_family_is_without_the_childs_words_and_the_records(
        self, cast: world.World, office: SignedIn
    ) -> None:
        child, client = cast.child(), office("王督导")
        client.fill(child, "case_file", wish="不想再住在家里", sudden_events="前年的火灾")
        own = printed(client, child, "case_file")
        assert "不想再住在家里" in own and "记录目录" in own
        given = printed(client, child, "case_file", purpose="family")
        assert child.file_no in given and "本份交监护人" in given
        assert [word for word in ("不想再住", "火灾", "相关经历", "记录目录", "没有打印：") if word in given] == []

    @pytest.mark.parametrize("said", ["no", "unknown", "yes"])
    def test_is_closed_to_the_family_as_soon_as_there_is_danger(
        self, cast: world.World, office: SignedIn, said: str
    ) -> None:
        child, client = cast.child(), office("王督导")
        assert "“交监护人”只能印" in client.get(f"/children/{child.id}/paper/").content.decode()
        client.fill(child, "crisis_report", is_concern=said)
        assert "交监护人" not in client.get(f"/children/{child.id}/paper/").content.decode()
        for paper in ("case_file", "consent"):
            assert client.post(f"/children/{child.id}/paper/{paper}/", {"purpose": "family"}).status_code == 302
        assert not Event.objects.filter(kind="paper.printed").exists()

    def test_is_named_by_the_file_number_only(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answer = office("周主任").post(f"/children/{child.id}/paper/case_file/", {"purpose": "archive"})
        assert answer.headers["Content-Disposition"] == f'inline; filename="{child.file_no}-case_file-1.pdf"'
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert "小雨" not in str(PdfReader(io.BytesIO(answer.content)).metadata)


def test_every_page_of_paper_and_attachments_names_an_action() -> None:
    routes = [*papers.urlpatterns, *attachments.urlpatterns]
    assert {getattr(route.callback, "action", None) for route in routes} <= ACTIONS.keys()


def test_before_its_rules_are_adopted_there_is_no_paper_and_every_other_page_works(
    cast: world.World, office: SignedIn
) -> None:
    child, client = cast.child(), office("周主任")
    DefinitionVersion.objects.filter(kind="documents").delete()
    rules._index.cache_clear()
    home, entry = f"/children/{child.id}/", newest(child, "case_file")
    assert [client.get(f"{home}{page}").status_code for page in ("paper/", "attachments/")] == [404, 404]
    assert client.get("/forms/visit_record/blank/").status_code == 404
    assert client.get(f"{home}entries/{entry.id}/").status_code == 200


def test_what_a_family_gets_names_forms_and_sections_that_exist() -> None:
    content = definitions.load_all(places.definitions_folder()).of("documents", "papers")[-1].content
    for each in content["family"]["forms"]:
        assert set(each.get("without", ())) <= {section["id"] for section in forms()[each["id"]]["sections"]}


class TestARecord:
    def test_prints_in_its_own_wording(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        client.fill(child, "visit_record", child_words="#strong[我想妈妈] $x$")
        entry = newest(child, "visit")
        text = text_of(client.post(f"/children/{child.id}/entries/{entry.id}/paper/", {"purpose": "archive"}))
        assert "走访记录" in text and "#strong[我想妈妈]$x$" in text

    def test_says_that_it_was_corrected(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        client.fill(child, "visit_record")
        entry = newest(child, "visit")
        client.post(f"/children/{child.id}/entries/{entry.id}/retract/", {"reason": "twice"})
        text = text_of(client.post(f"/children/{child.id}/entries/{entry.id}/paper/", {"purpose": "archive"}))
        assert "这条记录已被撤回，此处是原文。" in text

    def test_is_not_there_for_whoever_may_not_read_it(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        office("林社工").fill(child, "assessment_form")
        entry = newest(child, "assessment")
        for name in ("周主任", "陈老师", "陈管理"):
            answer = office(name).post(f"/children/{child.id}/entries/{entry.id}/paper/", {"purpose": "archive"})
            assert answer.status_code == 404
        assert office("陈老师").get(f"/children/{child.id}/paper/").status_code == 404
        assert not Event.objects.filter(kind="paper.printed").exists()


def has_words(instrument: str) -> bool:
    """Whether a questionnaire's words are free to print; those under licence stand on no empty paper."""
    found = world.library().of("instruments", instrument)[0].content
    return found.get("wording") != "external"


class TestEmptyForms:
    @pytest.mark.parametrize("form", sorted(forms()))
    def test_each_form_prints_all_its_questions(self, cast: world.World, office: SignedIn, form: str) -> None:
        text = text_of(office("周主任").get(f"/forms/{form}/blank/"))
        asked = [
            field["zh"] for section in forms()[form]["sections"] for field in section["fields"]
            if "instrument" not in field or has_words(field["instrument"])
        ]
        assert [zh for zh in asked if "".join(zh.split()) not in text] == []
        assert "√" not in text and "空白表" in text

    def test_are_listed_and_say_nothing_of_anybody(self, cast: world.World, office: SignedIn) -> None:
        cast.child()
        page = office("周主任").get("/forms/").content.decode()
        assert "/forms/visit_record/blank/" in page and "小雨" not in page
        assert office("周主任").get("/forms/nothing/blank/").status_code == 404
