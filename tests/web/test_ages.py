"""The identification form opens by the child's age; outside its ages a form is refused."""

from collections.abc import Callable
from datetime import date

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Office
from tongxin.assessments.ages import years_on
from tongxin.core.forms import Years
from tongxin.flows.refusals import Refused
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
OLDER, YOUNGER = "identification_form", "identification_form_0_3"
# On 2025-09-02: three years old until the month is over, in the month of the birthday, just four, seventeen, eighteen.
THREE, BORDER, FOUR, SEVENTEEN, EIGHTEEN = "2021-10-01", "2021-09-20", "2021-08-31", "2007-10-01", "2007-08-31"


def _to(client: Office, child: Child, form: str) -> str:
    answer = client.get(f"/children/{child.id}/forms/{form}/?about=x")
    return form if answer.status_code == 200 else answer.headers["Location"]


@pytest.mark.parametrize(("birth", "opens"), [
    (THREE, {YOUNGER}), (BORDER, {OLDER, YOUNGER}), (FOUR, {OLDER}), (SEVENTEEN, {OLDER}), (EIGHTEEN, set()),
])
def test_the_file_offers_the_forms_for_the_age(
    cast: world.World, office: SignedIn, birth: str, opens: set[str]
) -> None:
    child = cast.child(birth=birth)
    page = office("周主任").get(f"/children/{child.id}/")
    offered = {form.id for group in page.context["offered"] for form in group["forms"]}
    assert offered & {OLDER, YOUNGER} == opens


def test_the_task_opens_the_form_for_the_age(cast: world.World, office: SignedIn) -> None:
    client, small, big = office("周主任"), cast.child("小苗", birth=THREE), cast.child("小雨", birth=FOUR)
    assert _to(client, small, OLDER) == f"/children/{small.id}/forms/{YOUNGER}/?about=x"
    assert _to(client, small, YOUNGER) == YOUNGER
    assert _to(client, big, OLDER) == OLDER
    assert _to(client, big, YOUNGER) == f"/children/{big.id}/forms/{OLDER}/?about=x"


def test_nobody_of_eighteen_is_asked(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(birth=EIGHTEEN), office("周主任")
    answer = client.get(f"/children/{child.id}/forms/{OLDER}/", follow=True)
    assert "用于 4–17 周岁的儿童，这名儿童 18 周岁" in answer.content.decode()


def test_an_unknown_age_leaves_the_choice_and_asks(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(), office("周主任")
    Child.objects.filter(id=child.id).update(birth_month=None)
    for form, other in ((OLDER, YOUNGER), (YOUNGER, OLDER)):
        page = client.get(f"/children/{child.id}/forms/{form}/")
        assert "年龄不详" in page.context["age_notice"]["zh"]
        assert page.context["age_notice"]["others"][0]["url"] == f"/children/{child.id}/forms/{other}/?earlier=1"


def test_the_day_in_the_form_decides(cast: world.World, office: SignedIn) -> None:
    """A visit in July is about a child of three, though the child is four when it is written down."""
    child, client = cast.child(birth=FOUR), office("周主任")
    url = f"/children/{child.id}/forms/"
    late = client.send(f"{url}{OLDER}/", fill(child, OLDER, MORNING, done_on="2025-07-01"))
    assert late.status_code == 422
    problem = late.json()["problems"][0]
    assert problem["path"] == "done_on"
    assert "2025年7月1日，这名儿童 3 周岁" in problem["zh"]
    assert "（0–3 岁）" in problem["zh"]
    kept = client.send(f"{url}{YOUNGER}/?earlier=1", fill(child, YOUNGER, MORNING, done_on="2025-07-01"))
    assert kept.status_code == 200


@pytest.mark.parametrize(("form", "birth", "stands"), [
    (OLDER, THREE, False), (OLDER, BORDER, True), (OLDER, FOUR, True), (OLDER, SEVENTEEN, True),
    (OLDER, EIGHTEEN, False), (YOUNGER, THREE, True), (YOUNGER, BORDER, True), (YOUNGER, FOUR, False),
])
def test_the_server_refuses_outside_the_ages(cast: world.World, form: str, birth: str, stands: bool) -> None:
    child = cast.child(birth=birth)
    answers = fill(child, form, MORNING)
    if stands:
        cast.record(child, form, answers, by="周主任", at=MORNING)
        return
    with pytest.raises(Refused):
        cast.record(child, form, answers, by="周主任", at=MORNING)


@pytest.mark.parametrize(("day", "years"), [
    (date(2025, 8, 31), Years(3, 3)), (date(2025, 9, 1), Years(3, 4)), (date(2025, 9, 30), Years(3, 4)),
    (date(2025, 10, 1), Years(4, 4)),
])
def test_years_are_what_the_birth_month_tells(day: date, years: Years) -> None:
    assert years_on(date(2021, 9, 1), day) == years
