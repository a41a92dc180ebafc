"""A file opened from a clue: what was told stands in the form, and the clue in the new file; nothing is asked twice."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world
from tests.flows.forms import _value
from tests.web.conftest import Clock, Office
from tests.web.test_clues import page, text, told
from tongxin.cases.models import Case, Task
from tongxin.clues.models import Clue, Step
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
KNOWN = {"child_name": "童小草", "child_looks": "八岁左右，女孩", "family": "跟奶奶住，13900001111"}


def address(clue: Clue) -> str:
    return f"/children/new/file/?about={clue.id}"


def prefilled(client: Office, clue: Clue) -> dict[str, Any]:
    """The fields that stand in the form already, with where they come from."""
    definition = client.get(address(clue)).context["definition"]
    fields = [field for section in definition["sections"] for field in section["fields"]]
    return {field["id"]: field for field in fields if field.get("known")}


def filled(client: Office, clue: Clue, time: Clock, **more: Any) -> dict[str, Any]:
    asked = client.get(address(clue)).context["form"]
    on = time.now.date()
    calm = {field.id: _value(field, time.now, on) for field in asked.fields if field.required}
    carried = {name: field["prefill"] for name, field in prefilled(client, clue).items()}
    return {**calm, **carried, "id_kind": "none", "residence_division": "370116001001", **more}


def test_carries_what_was_told_and_says_from_where(office: SignedIn) -> None:
    client = office("王督导")
    clue = told(client, channel="walk_in", **KNOWN)
    asked = client.post(f"{page(clue)}match/", {"decision": "find", "text": "童小草"})
    assert address(clue) in text(asked)
    found = prefilled(client, clue)
    assert found["name"]["prefill"] == "童小草" and found["residence_address"]["prefill"] == "张家洼村口"
    note = found["source_note"]["prefill"]
    assert note.startswith(f"线索 2025-{clue.number}（当面来说）：八岁左右，女孩；跟奶奶住，13900001111；邻居说")
    assert found["name"]["known"]["zh"] == f"线索 2025-{clue.number}，2025年9月2日"
    shown = text(client.get(address(clue)))
    assert "跟奶奶住" in shown and "报信人甲" not in shown


def test_keeps_the_clue_in_the_new_file_at_once_and_once(office: SignedIn, time: Clock) -> None:
    client = office("王督导")
    clue = told(client, channel="walk_in", harmed="yes", **KNOWN)
    answers = filled(client, clue, time)
    entry_id = Entry.objects.model._meta.get_field("id").default()
    answer = client.send(address(clue), answers, entry_id=entry_id)
    assert answer.status_code == 200, text(answer)
    clue.refresh_from_db()
    child = Child.objects.get(id=clue.child_id)
    assert answer.json()["next"] == f"/children/{child.id}/"
    assert Case.objects.get(id=child.id).in_crisis and clue.steps.get().kind == Step.MATCHED
    assert Entry.objects.get(id=clue.entry_id).subject_id == child.id
    assert client.get(address(clue)).status_code == 404 and address(clue) not in text(client.get(page(clue)))


def test_a_danger_without_a_name_is_asked_for_on_the_clue(office: SignedIn, time: Clock) -> None:
    client = office("王督导")
    clue = told(client, channel="walk_in", matter="missing", **KNOWN)
    answer = client.send(address(clue), filled(client, clue, time))
    following = answer.json()["next"]
    clue.refresh_from_db()
    assert following.startswith(f"{page(clue)}?child=") and clue.child_id is None
    shown = text(client.get(following.partition("#")[0]))
    assert "就是 童小草" in shown and "哪一种" in shown
    child = following.partition("child=")[2].partition("#")[0]
    body = {"decision": "same", "child": child, "sign": "unguarded"}
    assert client.post(f"{page(clue)}match/", body).status_code == 302
    assert Case.objects.get(id=child).in_crisis


def test_opens_no_second_file_once_somebody_matched_it(cast: world.World, office: SignedIn, time: Clock) -> None:
    client, child = office("王督导"), cast.child("童小雨")
    clue = told(client, channel="walk_in", **KNOWN)
    answers = filled(client, clue, time)
    page_of = client.get(address(clue))
    client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)})
    body = {
        "form_hash": page_of.context["definition"]["hash"], "answers": answers, "started_at": "2025-01-01T00:00:00Z",
        "entry_id": "01990000-0000-7000-8000-000000000001",
    }
    answer = client.post(page_of.context["action"], body, content_type="application/json")
    assert answer.status_code == 422 and "没有另建档案" in answer.json()["problems"][0]["zh"]
    assert Child.objects.count() == 1


def test_of_staff_carries_the_name_alone(office: SignedIn) -> None:
    clue = told(office("周主任"), channel="walk_in", about_staff="yes", staff_level="town", **KNOWN)
    found = prefilled(office("郑管理"), clue)
    assert found["name"]["prefill"] == "童小草" and "residence_address" not in found
    assert found["source_note"]["prefill"] == f"线索 2025-{clue.number}"


def test_is_nobodys_who_may_not_work_on_it(office: SignedIn) -> None:
    clue = told(office("郑管理"), **KNOWN)
    assert office("陈管理").get(address(clue)).status_code == 404
    assert office("郑管理").get("/children/new/file/?about=x").status_code == 200


def test_a_danger_stays_in_the_file_until_answered_there(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child("童小雨"), office("郑管理")
    clue = told(client, child_name="童小雨", harmed="yes")
    assert client.get("/clues/").context["rows"][0]["is_danger"]
    client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)})
    waiting = Task.objects.filter(case_id=child.id, step="resolve_flag", state=Task.OPEN)
    assert waiting.count() == 1 and not client.get("/clues/").context["rows"][0]["is_danger"]
    client.post(f"{page(clue)}steps/responded/", {
        "state": "received", "happened_at": "2025-09-02T08:50", "way": "phone", "said": "打了电话",
    })
    answer = client.post(f"{page(clue)}steps/handled/", {
        "state": "responded", "happened_at": "2025-09-02T09:00", "result": "in_file", "said": "去看过",
        "answer": "looked",
    })
    assert answer.status_code == 302 and waiting.count() == 1
