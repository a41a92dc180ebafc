"""One tablet for a class: nobody is signed in on it, nothing of one child is left for the next."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.answer.conftest import Phone
from tests.screening.school import School
from tests.web.conftest import Clock, Office
from tongxin.flows import screening
from tongxin.screening.models import Participant, Sitting

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
PASSWORD = "spring-at-the-window"


class Tablet(Phone):
    """The shared tablet."""

    def ask(self, path: str, **body: Any) -> Any:
        return self.post(f"/a/kiosk/{path}/", json.dumps(body), content_type="application/json")

    def seat(self, number: int) -> Any:
        found = self.ask("who", number=str(number)).json()
        sat = self.ask("sit", ticket=found["ticket"])
        self.key = sat.json().get("key", "")
        return sat


@pytest.fixture
def tablet(school: School) -> Tablet:
    client = Tablet()
    person = school.world.people["何老师"]
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    client.force_login(person)
    opened = client.post(f"/rounds/{school.round.id}/kiosk/", {"group": str(school.pupil(1).school_class_id)})
    assert (opened.status_code, opened["Location"]) == (302, "/a/kiosk/")
    return client


def test_whoever_opens_it_is_signed_out(school: School, tablet: Tablet) -> None:
    assert tablet.get("/a/kiosk/").status_code == 200
    for page in ("/", "/children/", f"/rounds/{school.round.id}/answering/"):
        assert tablet.get(page)["Location"] == "/sign-in/"
    assert tablet.cookies["kiosk"]["httponly"] and tablet.cookies["kiosk"]["path"] == "/a/kiosk/"


def test_a_number_tells_only_as_much_as_its_bearer_needs(school: School, tablet: Tablet) -> None:
    found = tablet.ask("who", number="2").json()
    assert found["name"] == "孙*2" and found["number"] == 2
    assert "孙小2" not in json.dumps(found, ensure_ascii=False)
    screening.put_down(
        participant_ids=[school.pupil(4).id], state=Participant.EXCLUDED, reason="moved", actor=school.teacher,
        at=school.at,
    )
    said = [tablet.ask("who", number=number) for number in ("4", "99", "", "x", "²")]
    assert {answer.status_code for answer in said} == {404} and len({answer.content for answer in said}) == 1


def test_two_pupils_one_after_the_other(school: School, tablet: Tablet) -> None:
    for number in (1, 2):
        assert tablet.seat(number).status_code == 200
        assert tablet.say("state").json()["answered"] == []
        assert tablet.say("state").json()["is_shared"]
        tablet.say("agree", {"is_willing": True})
        assert tablet.tap("q1", str(number)).status_code == 200
        before = tablet.key
        assert tablet.say("finish").status_code == 200
        tablet.get("/a/kiosk/")
        tablet.key = before
        assert tablet.say("state").status_code == 401
    assert [school.pupil(number).state for number in (1, 2)] == [Participant.ANSWERED] * 2
    assert set(Sitting.objects.values_list("way", "person_id")) == {("kiosk", school.teacher.person_id)}
    assert tablet.ask("who", number="1").status_code == 404


def test_it_ends_with_the_password_of_whoever_opened_it(school: School, tablet: Tablet) -> None:
    for _ in range(5):
        assert tablet.post("/a/kiosk/close/", {"password": "guess"}).status_code == 422
    paused = tablet.post("/a/kiosk/close/", {"password": PASSWORD})
    assert paused.status_code == 429 and "分钟后" in paused.content.decode()
    assert tablet.get("/")["Location"] == "/sign-in/"


def test_the_right_password_signs_in_again_and_closes_it(school: School, tablet: Tablet) -> None:
    assert tablet.post("/a/kiosk/close/", {"password": "wrong"}).status_code == 422
    back = tablet.post("/a/kiosk/close/", {"password": PASSWORD})
    assert back["Location"] == f"/rounds/{school.round.id}/kiosk/"
    assert tablet.get("/a/kiosk/").status_code == 404


def test_it_ends_by_itself_with_the_day_the_round_or_the_post(school: School, tablet: Tablet, time: Clock) -> None:
    held = tablet.ask("who", number="1").json()["ticket"]
    time.now += timedelta(minutes=4)
    assert tablet.ask("sit", ticket=held).status_code == 401
    person = school.world.people["何老师"]
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert tablet.ask("who", number="1").status_code == 401
    person.is_active = True
    person.save(update_fields=["is_active"])
    assert tablet.ask("who", number="1").status_code == 200
    time.now += timedelta(hours=4)
    assert tablet.ask("who", number="1").status_code == 401
    assert "重新登录" in tablet.get("/a/kiosk/").content.decode()


def test_who_may_not_see_names_opens_none(school: School, office: SignedIn) -> None:
    for outsider in ("王督导", "陈老师", "周主任"):
        assert office(outsider).get(f"/rounds/{school.round.id}/kiosk/").status_code == 404
    refused = office("何老师").post(f"/rounds/{school.round.id}/kiosk/", {"group": "none"})
    assert refused.status_code == 422


@pytest.mark.parametrize("number", ["9" * 5000, "²", "٣", "-1", ""])
def test_what_is_no_number_is_nobodys(tablet: Tablet, number: str) -> None:
    assert tablet.ask("who", number=number).status_code == 404
