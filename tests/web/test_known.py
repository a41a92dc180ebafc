"""Opening a visit, an assessment or a referral after the file asks nothing that is known (promise 7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import Clock, Office
from tongxin.cases.models import Task
from tongxin.flows.rebuild import differences_of
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
TOLD = {
    "phone": "13800000000", "residence_address": "示例路12号", "school": "实验小学", "grade_class": "三年级二班",
    "stage": "primary", "medication": "无", "past_care": "no", "guardianship": "normal", "family_kind": "single",
    "disability": [],
}


def fields(page: Any) -> dict[str, dict[str, Any]]:
    assert page.status_code == 200
    return {field["id"]: field for each in page.context["definition"]["sections"] for field in each["fields"]}


@pytest.fixture
def child(cast: world.World) -> Child:
    told = {name: value for name, value in TOLD.items() if value}
    return cast.child("小雨", **told)


def address(child: Child, form: str) -> str:
    return f"/children/{child.id}/forms/{form}/"


HOME = {"phone", "residence_address"}


@pytest.mark.parametrize(("form", "who", "carried"), [
    ("visit_record", "周主任", HOME | {"school_name", "grade_class"}),
    ("assessment_form", "林社工", {"medication", "past_care", "guardianship", "family_kind", "stage", "school",
                                "grade_class"}),
    ("referral", "林社工", HOME),
])
def test_what_the_file_said_stands_there_with_its_source(
    child: Child, office: SignedIn, form: str, who: str, carried: set[str]
) -> None:
    asked = fields(office(who).get(address(child, form)))
    assert {id for id, field in asked.items() if "known" in field} == carried
    for id in carried:
        assert asked[id]["prefill"] == TOLD[id.removesuffix("_name")], id
        assert asked[id]["known"]["zh"].endswith("，2025年9月1日") and "档案表" in asked[id]["known"]["zh"]


def test_what_a_visit_corrects_goes_to_the_file_and_the_old_record_stays(
    child: Child, office: SignedIn, time: Clock
) -> None:
    office("周主任").fill(child, "visit_record", phone="13900000000", grade_class="四年级一班")
    time.now += timedelta(days=2)
    asked = fields(office("周主任").get(address(child, "detail_correction")))
    assert asked["phone"]["prefill"] == "13900000000"
    assert asked["phone"]["known"]["zh"].startswith("补正，2025年9月2日")
    asked = fields(office("林社工").get(address(child, "assessment_form")))
    assert asked["grade_class"]["prefill"] == "四年级一班" and "走访记录" in asked["grade_class"]["known"]["zh"]
    assert asked["school"]["prefill"] == "实验小学" and "档案表" in asked["school"]["known"]["zh"]
    first = Entry.objects.get(subject_id=child.id, kind="case_file")
    assert "13800000000" in office("周主任").get(f"/children/{child.id}/entries/{first.id}/").content.decode()


def test_emptying_a_known_answer_loses_nothing(child: Child, office: SignedIn, time: Clock) -> None:
    office("林社工").fill(child, "case_note")
    office("周主任").fill(child, "visit_record", phone="", residence_address="")
    time.now += timedelta(hours=1)
    asked = fields(office("周主任").get(address(child, "visit_record")))
    assert (asked["phone"]["prefill"], asked["residence_address"]["prefill"]) == ("13800000000", "示例路12号")


def test_correcting_an_old_visit_does_not_bring_an_old_number_back(
    child: Child, office: SignedIn, time: Clock
) -> None:
    office("周主任").fill(child, "visit_record", phone="13700000000")
    old = Entry.objects.get(kind="visit")
    time.now += timedelta(days=1)
    office("周主任").fill(child, "visit_record", time.now, phone="13900000000")
    office("周主任").send(
        f"{address(child, 'visit_record')}?corrects={old.id}",
        fill(child, "visit_record", time.now, phone="13700000000", carer_words="补一句"),
    )
    time.now += timedelta(hours=1)
    asked = fields(office("周主任").get(address(child, "detail_correction")))
    assert asked["phone"]["prefill"] == "13900000000"


def test_many_visits_do_not_hide_what_only_the_file_said(child: Child, office: SignedIn, time: Clock) -> None:
    for _ in range(14):
        time.now += timedelta(days=1)
        assert office("周主任").fill(child, "visit_record", time.now).status_code == 200
    asked = fields(office("林社工").get(address(child, "assessment_form")))
    assert asked["medication"]["prefill"] == "无"


def test_the_first_visit_is_chosen_as_such_and_later_ones_as_regular(
    child: Child, office: SignedIn, time: Clock
) -> None:
    asked = fields(office("周主任").get(address(child, "visit_record")))
    assert (asked["kind"]["prefill"], asked["method"]["prefill"]) == ("first", "home")
    office("周主任").fill(child, "visit_record")
    time.now += timedelta(days=1)
    assert fields(office("周主任").get(address(child, "visit_record")))["kind"]["prefill"] == "regular"


def test_a_walk_in_visit_leaves_little_to_answer(child: Child, office: SignedIn) -> None:
    asked = fields(office("周主任").get(address(child, "visit_record")))
    left = [id for id, field in asked.items() if field.get("required") and "prefill" not in field]
    assert set(left) == {
        "seen_in_person", "wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat",
    }


def test_what_somebody_finds_who_may_not_correct_it_is_a_task_for_who_may(
    child: Child, office: SignedIn, time: Clock
) -> None:
    office("林社工").fill(child, "visit_record", phone="13900000000")
    assert not Entry.objects.filter(kind="detail_correction").exists()
    (task,) = Task.objects.filter(case_id=child.id, step="complete_details", state=Task.OPEN)
    assert task.form == "detail_correction"
    page = office("周主任").get(f"/children/{child.id}/")
    assert page.context["details"] == ["别的记录里写的电话与档案不同"]
    assert differences_of(Child.objects.get(id=child.id), at=time.now) == []
    time.now += timedelta(hours=1)
    office("林社工").fill(child, "visit_record", time.now, phone="13900000000")
    assert Entry.objects.filter(kind="contact_doubt").count() == 1
    time.now += timedelta(hours=1)
    office("周主任").fill(child, "detail_correction", time.now, phone="13900000000")
    assert not Task.objects.filter(case_id=child.id, step="complete_details", state=Task.OPEN).exists()
