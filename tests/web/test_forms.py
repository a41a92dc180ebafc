"""Filling in a form: what is carried over, refused, kept once, and told."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.ledger.models import Access, Entry, HeldEntry
from tongxin.lib import ids
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def _fields(page: Any) -> dict[str, dict[str, Any]]:
    return {field["id"]: field for section in page.context["definition"]["sections"] for field in section["fields"]}


def _visits(child: Child) -> int:
    return Entry.objects.filter(subject_id=child.id, kind="visit").count()


class TestForm:
    def test_is_kept_and_leads_back_to_the_file(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answer = office("周主任").fill(child, "visit_record")
        assert (answer.status_code, answer.json()) == (200, {"next": f"/children/{child.id}/"})
        assert _visits(child) == 1

    def test_sent_twice_is_one_entry(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child, client = cast.child(), office("周主任")
        page = client.get(f"/children/{child.id}/forms/visit_record/")
        body = json.dumps({
            "form_hash": page.context["definition"]["hash"], "answers": fill(child, "visit_record", MORNING),
            "started_at": "", "entry_id": str(ids.new_id()),
        })
        for _ in range(2):
            time.now += timedelta(seconds=3)
            answer = client.post(page.context["action"], body, content_type="application/json")
            assert answer.status_code == 200
        assert _visits(child) == 1
        assert not HeldEntry.objects.exists()

    def test_that_says_something_else_under_the_same_number_is_held(
        self, cast: world.World, office: SignedIn
    ) -> None:
        child, client, number = cast.child(), office("周主任"), ids.new_id()
        url = f"/children/{child.id}/forms/visit_record/"
        assert client.send(url, fill(child, "visit_record", MORNING), entry_id=number).status_code == 200
        other = fill(child, "visit_record", MORNING, wish_to_die="unknown")
        answer = client.send(url, other, entry_id=number)
        assert answer.status_code == 409
        assert "两份都已保存" in answer.json()["zh"]
        assert HeldEntry.objects.count() == 1

    def test_names_every_place_that_cannot_stand(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answer = office("周主任").send(f"/children/{child.id}/forms/visit_record/", {"unknown_key": 1})
        assert answer.status_code == 422
        problems = answer.json()["problems"]
        assert all(set(problem) == {"path", "zh", "kept"} for problem in problems)
        assert len(problems) > 2
        assert _visits(child) == 0

    def test_out_of_turn_is_refused_in_words(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answer = office("郑管理").fill(child, "crisis_close")
        assert answer.status_code == 422
        assert "没有正在处置的危机" in answer.json()["problems"][0]["zh"]

    def test_of_an_older_version_is_told_so(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answer = office("周主任").send(
            f"/children/{child.id}/forms/visit_record/", fill(child, "visit_record", MORNING), form_hash="0" * 64
        )
        assert answer.status_code == 409
        assert "表单已更新" in answer.json()["zh"]

    @pytest.mark.parametrize(
        "body",
        [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"answers": 1}', b"[" * 100_000,
         b'{"answers": {}, "entry_id": "x", "form_hash": ""}'],
    )
    def test_that_cannot_be_read_saves_nothing(self, cast: world.World, office: SignedIn, body: bytes) -> None:
        child = cast.child()
        answer = office("周主任").post(
            f"/children/{child.id}/forms/visit_record/", body, content_type="application/json"
        )
        assert answer.status_code == 400
        assert "没有保存" in answer.json()["zh"]

    @pytest.mark.parametrize(("who", "form"), [
        ("周主任", "assessment_form"), ("周主任", "grade_decision"), ("方经办", "visit_record"),
        ("王督导", "no_such_form"),
    ])
    def test_is_not_there_for_a_role_that_may_not_fill_it_in(
        self, cast: world.World, office: SignedIn, who: str, form: str
    ) -> None:
        child = cast.child()
        assert office(who).get(f"/children/{child.id}/forms/{form}/").status_code == 404
        assert office(who).post(f"/children/{child.id}/forms/{form}/").status_code == 404

    def test_raises_a_crisis_at_once(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        office("周主任").fill(child, "visit_record", wish_to_die="yes")
        assert office("周主任").get(f"/children/{child.id}/").context["card"] is not None


class TestPrefill:
    def test_carries_over_who_the_child_is(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨", residence_address="示例路12号")
        fields = _fields(office("周主任").get(f"/children/{child.id}/forms/detail_correction/"))
        assert fields["name"]["prefill"] == "小雨"
        assert fields["residence_address"]["prefill"] == "示例路12号"
        assert fields["residence_division"]["prefill"] == "370116001001"
        assert {"code": "370116001001", "zh": "凤城街道 东升社区居民委员会"} in fields["residence_division"]["options"]

    def test_fills_the_file_anew_with_what_it_said(self, cast: world.World, office: SignedIn) -> None:
        carer = {"carer_name": "赵奶奶", "relation": "paternal_grandmother"}
        child = cast.child("小雨", carers=[carer], wish="想要一个书包")
        fields = _fields(office("周主任").get(f"/children/{child.id}/forms/case_file/"))
        assert fields["wish"]["prefill"] == "想要一个书包"
        assert fields["carers"]["prefill"] == [carer]

    def test_never_carries_over_what_is_asked_each_time(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        office("周主任").fill(child, "identification_form", low_mood="often")
        fields = _fields(office("周主任").get(f"/children/{child.id}/forms/identification_form/"))
        assert "prefill" not in fields["low_mood"]
        assert "prefill" not in fields["wish_to_die"]

    def test_is_recorded_as_a_look(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        office("周主任").get(f"/children/{child.id}/forms/detail_correction/")
        assert Access.objects.filter(purpose="prefill", subjects__owner_id=child.id).exists()

    def test_signs_with_the_name_of_who_fills_it_in(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        fields = _fields(office("周主任").get(f"/children/{child.id}/forms/visit_record/"))
        assert {field.get("prefill") for field in fields.values() if field["type"] == "signature_name"} == {"周主任"}

    def test_takes_only_offered_codes_from_the_address(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        office("周主任").fill(child, "crisis_report")
        url = f"/children/{child.id}/forms/crisis_step/"
        assert _fields(client.get(f"{url}?step=stay"))["step"]["prefill"] == "stay"
        for forged in ("?step=%3Cscript%3E", "?note=x", "?step=nothing"):
            assert not {"step", "note"} & {
                name for name, field in _fields(client.get(url + forged)).items() if "prefill" in field
            }
