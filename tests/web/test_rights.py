"""Rights over HTTP: what a copy holds and never holds, what a family is told of a grade, two people to erase."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pyzipper
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from tests import world
from tests.documents.files import png
from tests.flows import sharing
from tests.flows.story import Story, phq_a
from tests.web.conftest import Clock, Office
from tongxin.accounts.models import Organisation
from tongxin.cases.models import Case
from tongxin.documents.models import Attachment
from tongxin.flows.sharing_receiving import open_delivery
from tongxin.flows.sharing_sending import send_queued
from tongxin.ledger.models import Entry, Event
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rights.models import Ending, Tombstone
from tongxin.sharing.models import Delivery

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SECRETS = ("刘秀英", "邻居张婶", "我怕爸爸", "13712345678", "只有我知道")


@pytest.fixture
def told(cast: world.World, time: Clock) -> Story:
    """A child's file with words of others in it, and a father who asks."""
    story = Story(cast, at=time.now)
    story.record(
        "carer_change", "王督导", event="starts", name="刘秀英", relation="father", is_guardian="yes",
        phone="13712345678",
    )
    story.record("visit_record", "周主任", child_words="我怕爸爸", carer_words="邻居张婶说的")
    story.record("case_note", "林社工", noted="只有我知道")
    time.now = story.at
    return story


def ask(story: Story, kind: str, clock: Clock, **more: str) -> str:
    told = {"right_kind": kind, "asker": "guardian", "asker_relation": "father", "identity_by": "document"} | more
    request = story.record("rights_request", "周主任", **told).entry.id
    clock.now = story.at
    return str(request)


def made(office: SignedIn, story: Story, request: str) -> dict[str, bytes]:
    client, url = office("郑管理"), f"/children/{story.child.id}/rights/{request}/copy/"
    password = client.post(url).context["password"]
    answer = client.post(url, {"password": password})
    assert answer.status_code == 200, answer.content.decode()
    event = Event.objects.filter(subject_id=story.child.id, kind="copy.issued").latest("at")
    assert event.clear["sha256"] == hashlib.sha256(answer.content).hexdigest()
    with pyzipper.AESZipFile(io.BytesIO(answer.content)) as archive:
        with pytest.raises(RuntimeError):
            archive.read(archive.namelist()[0])
        archive.setpassword(password.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_copy_is_readable_and_data_and_holds_nobody_elses_words(told: Story, office: SignedIn, time: Clock) -> None:
    request = ask(told, "copy", time)
    parts = made(office, told, request)
    data = json.loads(parts["个人信息副本.json"])
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(parts["个人信息副本.pdf"])).pages)
    assert data["基本情况"]["姓名"] == "小雨" and "小雨" in paper
    assert [each["表"] for each in data["记录"]] and "没有提供" in parts["说明.txt"].decode("utf-8-sig")
    everything = parts["个人信息副本.json"].decode() + paper + parts["说明.txt"].decode("utf-8-sig")
    assert [each for each in SECRETS if each in everything] == []
    page = office("郑管理").get(f"/children/{told.child.id}/rights/").content.decode()
    assert "第1份" in page and "监护人（父亲）" in page
    told.record("rights_answer", "郑管理", about=request, outcome="granted")
    assert not told.tasks("answer_right")


def test_the_grown_child_has_more_than_a_guardian_and_still_nobody_elses_words(
    told: Story, office: SignedIn, time: Clock,
) -> None:
    guardian = json.loads(made(office, told, ask(told, "copy", time))["个人信息副本.json"])
    told.at += timedelta(days=365 * 6)
    own = json.loads(made(office, told, ask(told, "copy", time, asker="former_child"))["个人信息副本.json"])
    assert {each["表"] for each in guardian["记录"]} < {each["表"] for each in own["记录"]}
    assert [each for each in SECRETS if each in json.dumps(own, ensure_ascii=False)] == []


def test_a_copy_says_to_whom_something_was_given_what_for_and_whether_it_still_stands_there(
    office: SignedIn, time: Clock, cast: world.World
) -> None:
    """Under an agreement, by a referral; and of another child's deliveries nothing."""
    told, other = Story(cast, sharing.pupil(cast), at=sharing.NOW), sharing.pupil(cast, "小雪")
    agreement = sharing.in_force(cast)
    send_queued(sharing.NOW)
    mine = Delivery.objects.get(child_id=told.child.id)
    open_delivery(delivery_id=mine.id, actor=cast.viewer(sharing.OFFICER, sharing.NOW), at=sharing.NOW)
    told.record(
        "carer_change", "王督导", event="starts", name="刘秀英", relation="father", is_guardian="yes",
        phone="13712345678",
    )
    told.record(
        "referral", "林社工", basis="legal_basis", legal_basis="emergency",
        to_organisation=str(cast.posts["秦医生"].organisation_id),
    )
    data = json.loads(made(office, told, ask(told, "copy", time))["个人信息副本.json"])
    given = data["给过谁"]
    assert len(given) == 2 and Delivery.objects.filter(child_id=other.id).exists()
    body = Organisation.objects.get(id=agreement.to_organisation_id).name
    assert any(body in each and "保障入学" in each and "姓名" in each and "还在对方" in each for each in given)
    assert any(cast.posts["秦医生"].organisation.name in each for each in given)


def test_somebody_who_may_be_the_danger_is_given_nothing(told: Story, office: SignedIn, time: Clock) -> None:
    request = ask(told, "copy", time)
    told.record("crisis_report", "王督导", kind="harmed", is_concern="yes")
    time.now = told.at
    answer = office("郑管理").post(f"/children/{told.child.id}/rights/{request}/copy/", follow=True)
    assert "现在不能给这位提出人副本" in answer.content.decode()
    assert not Event.objects.filter(kind="copy.issued").exists()
    assert "现在不办" in answer.content.decode() and "制作副本" not in answer.content.decode()


def test_a_guardian_hears_the_rule_and_a_child_the_reason(told: Story, office: SignedIn, time: Clock) -> None:
    told.graded("mid_low", 0, 0, 1, 0, 0)
    time.now = told.at
    url = f"/children/{told.child.id}/rights/explain/"
    page = office("郑管理").get(url).content.decode()
    assert "不是诊断" in page and "确认" in page

    def sheet(to: str) -> str:
        content = office("郑管理").post(f"{url}print/", {"to": to}).content
        return "".join(each.extract_text() for each in PdfReader(io.BytesIO(content)).pages).replace("\n", "")

    assert "只给孩子本人看" in sheet("guardian") and "只给孩子本人看" not in sheet("own")
    assert office("周主任").get(url).status_code == 404
    told.record("assessment_form", "林社工", **phq_a(q9="3"))
    time.now = told.at
    shut = office("郑管理").post(f"{url}print/", {"to": "guardian"}, follow=True).content.decode()
    assert "现在不能交监护人" in shut


def test_a_copy_holds_the_signed_consent_and_who_looked_and_not_other_papers(
    told: Story, office: SignedIn, time: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TONGXIN_ATTACHMENTS", str(tmp_path))
    consent = told.record(
        "consent", "王督导", answer="given", purposes=["share"], signer_relation="father", child_agrees="yes"
    ).entry
    note = told.record("case_note", "林社工", noted="只有我知道").entry
    time.now = told.at
    at = f"/children/{told.child.id}/attachments/"
    for entry in (consent, note):
        scan = SimpleUploadedFile("a.png", png())
        sent = {"id": str(ids.new_id()), "kind": "signed_scan", "entry": str(entry.id), "file": scan}
        office("林社工" if entry is note else "王督导").post(at, sent)
    assert Attachment.objects.count() == 2
    office("王督导").get(f"/children/{told.child.id}/")
    parts = made(office, told, ask(told, "copy", time))
    assert [name for name in parts if name.startswith("附件")] == ["附件1.png"]
    assert parts["附件1.png"].startswith(b"\x89PNG")
    data = json.loads(parts["个人信息副本.json"])
    assert any("儿童督导员" in each for each in data["谁看过"])
    assert any("评估表" in each and "误解" in each for each in data["没有提供的"])
    url = f"/children/{told.child.id}/rights/looks/"
    assert "儿童督导员" in office("郑管理").get(url).content.decode()
    assert office("周主任").get(url).status_code == 404
    told.record("crisis_report", "王督导", kind="harmed", is_concern="yes")
    time.now = told.at
    shut = office("郑管理").get(url).content.decode()
    assert "现在不向监护人提供" in shut and "儿童督导员 ·" not in shut


def test_a_child_is_told_in_a_childs_words(told: Story, office: SignedIn, time: Clock) -> None:
    told.graded("mid_low", 0, 0, 2, 0, 0)
    time.now = told.at
    page = office("郑管理").get(f"/children/{told.child.id}/rights/explain/").content.decode()
    assert "有一件事让你有点难，我们想和你一起想办法。" in page and "维度" not in page


def test_two_posts_erase_and_every_door_is_shut_behind_it(
    told: Story, office: SignedIn, time: Clock, django_capture_on_commit_callbacks: object,
) -> None:
    told.record("case_closure", "王督导", reason="died")
    told.record("closure_decision", "郑管理", outcome="approved")
    ask(told, "erase", time)
    child, url = told.child.id, f"/children/{told.child.id}/rights/end/"
    page = office("王督导").get(url).content.decode()
    assert "删除以后还留着的" in page and "提出删除" in page
    assert office("王督导").post(f"{url}erase/").status_code == 302
    again = office("王督导").post(f"{url}confirm/", follow=True).content.decode()
    assert "不能是提出的人" in again and Case.objects.filter(id=child).exists()
    assert Ending.objects.get().state == Ending.OPEN
    assert "看内容，再决定" in office("郑管理").get("/ended/").content.decode()
    assert "等另一个岗位确认" in office("郑管理").get("/").content.decode()
    assert "等另一个岗位确认" not in office("王督导").get("/").content.decode()
    with django_capture_on_commit_callbacks(execute=True, using="default"):  # type: ignore[operator]
        done = office("郑管理").post(f"{url}confirm/", follow=True)
    assert "已删除的档案" in done.content.decode() and Tombstone.objects.get(child_id=child).request_id
    assert Entry.objects.filter(subject_id=child, kind="rights_answer").exists()
    for who in ("周主任", "王督导", "郑管理", "林社工"):
        for path in ("", "rights/", "rights/end/", "consent/", "paper/", "attachments/", "forms/visit_record/"):
            assert office(who).get(f"/children/{child}/{path}").status_code == 404, (who, path)
        found = office(who).post("/children/search/", {"text": "小雨"})
        assert f"/children/{child}/" not in found.content.decode()
    assert Child.objects.get(id=child).name is None
