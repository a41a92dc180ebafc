"""What a page tells between its lines: no list order, no task, no referral to others that the viewer has no need of."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.flows.story import Story
from tests.web.conftest import MORNING, Office
from tests.web.test_consent import CARERS, send, token_in
from tongxin.cases.models import Case
from tongxin.ledger.models import Entry

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def told(cast: world.World, name: str = "小雨", **more: object) -> Story:
    return Story(cast, cast.child(name, **more), at=MORNING - timedelta(days=1))


def test_a_list_without_colours_has_an_order_that_tells_none(cast: world.World, office: SignedIn) -> None:
    calm, grave = told(cast), told(cast, "小山")
    grave.record("crisis_report", "周主任")
    first = [row["id"] for row in office("郑管理").get("/children/").context["rows"]]
    assert first == [grave.child.id, calm.child.id]
    page = office("方经办").get("/children/")
    rows = page.context["rows"]
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert {(row["due_zh"], row["late_zh"], row["step"]) for row in rows} == {("", "", "")}
    assert "最紧急" not in page.content.decode()


def test_a_file_without_care_names_nobody_elses_task(cast: world.World, office: SignedIn) -> None:
    story = told(cast)
    story.record("mandatory_report", "周主任")
    assert office("郑管理").get(f"/children/{story.child.id}/").context["steps"]
    assert not office("方经办").get(f"/children/{story.child.id}/").context["steps"]


def test_healthy_calms_nobody_once_more_is_known(cast: world.World, office: SignedIn) -> None:
    story = told(cast)
    story.record("identification_form", "周主任")
    chips = office("周主任").get(f"/children/{story.child.id}/").context["chips"]
    assert [chip.zh for chip in chips] == ["健康"]
    Case.objects.filter(id=story.child.id).update(level="high")
    chips = office("周主任").get(f"/children/{story.child.id}/").context["chips"]
    assert [chip.zh for chip in chips] == ["识别后有新情况，专业人员在跟进"]


def test_a_receiver_reads_what_was_asked_of_it_and_no_other_referral(cast: world.World, office: SignedIn) -> None:
    story = told(cast)
    story.record("consent", "王督导", purposes=["refer"], answer="given")
    sent = {
        body: story.record("referral", "林社工", to_organisation=str(cast.body(body)), basis="consent", kind=kind).entry
        for body, kind in (("hospital", "medical"), ("school", "counselling"))
    }
    urls = {body: f"/children/{story.child.id}/entries/{entry.id}/" for body, entry in sent.items()}
    doctor, supervisor = office("秦医生"), office("王督导")
    assert doctor.get(urls["hospital"]).status_code == 200 and doctor.get(urls["school"]).status_code == 404
    page = doctor.get(f"/children/{story.child.id}/").content.decode()
    assert urls["hospital"] in page and urls["school"] not in page
    assert {supervisor.get(url).status_code for url in urls.values()} == {200}


def test_a_link_for_one_guardian_takes_no_other_name(cast: world.World, office: SignedIn) -> None:
    child = cast.child(carers=CARERS)
    token, phone = token_in(send(office("王督导"), child, "photo")), Client()
    answers = {"code": token, "answer-photo": "given", "child_agrees": "yes"}
    no = phone.post("/g/decide/", {**answers, "signer": "张三"})
    assert no.status_code == 422 and "不一样" in no.content.decode() and "刘秀英" not in no.content.decode()
    assert not Entry.objects.filter(subject_id=child.id, kind="consent").exists()
    assert phone.post("/g/decide/", {**answers, "signer": "刘 秀英"}).status_code == 200
    assert Entry.objects.filter(subject_id=child.id, kind="consent").exists()
