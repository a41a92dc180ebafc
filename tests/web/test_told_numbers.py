"""Numbers and days that somebody sends, at every door that reads one: said in words, never an error."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import world
from tests.flows import rooms as meeting
from tests.flows.group_story import GroupStory
from tests.flows.rooms import room
from tests.web.conftest import MORNING, Clock, Office
from tests.web.test_clues import CALL
from tests.web.test_groups import _body
from tests.web.test_report import TOLD
from tongxin.bookings.models import Booking, Closure, Shift
from tongxin.clues.models import Clue
from tongxin.groups.models import Presence
from tongxin.referrals.models import Ask
from tongxin.sync.limits import version_of

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
NUMBERS = ("9" * 5000, "9" * 30, "²", "٣", "-1")
DAYS = ("9999-12-31", "0001-01-01", "9" * 5000, "²")
FINE = {200, 302, 404, 422}


def fine(answer: Any, *what: object) -> None:
    assert answer.status_code in FINE, (answer.status_code, *(str(each)[:40] for each in what))


@pytest.fixture(params=DAYS, ids=[each[:10] for each in DAYS])
def day(request: Any) -> str:
    return str(request.param)


@pytest.fixture(params=NUMBERS, ids=["5000 digits", "30 digits", "superscript", "arabic", "negative"])
def number(request: Any) -> str:
    return str(request.param)


def test_a_day_of_rooms_rota_and_bookings(cast: world.World, office: SignedIn, day: str) -> None:
    here, desk = room(cast), office("郑管理")
    who = meeting.named(cast, "苏咨询")
    seat = {"room": str(here.id), "who": f"{who.post_id}:{who.person_id}"}
    for page in (f"/rooms/{here.id}/?week={day}", f"/rota/?month={day[:7]}", f"/bookings/new/?day={day}"):
        assert desk.get(page).status_code == 200, page[:60]
    for starts in ("23:45", "00:00", "²:00"):
        body = {**seat, "day": day, "starts": starts, "minutes": "60", "whom": "walk_in", "weeks": "1", "people": "1"}
        assert desk.post("/bookings/new/", body).status_code == 422
    closed = {"first_day": day, "last_day": day, "reason": "repair"}
    fine(desk.post(f"/rooms/{here.id}/close/", closed))
    fine(desk.post("/rota/write/", {**seat, "weekdays": ["0"], "starts": "08:30", "ends": "12:00", "first_day": day}))
    assert not Booking.objects.exists() and not Closure.objects.exists() and not Shift.objects.exists()


def test_a_number_of_rooms_rota_and_bookings(cast: world.World, office: SignedIn, number: str) -> None:
    here, desk = room(cast), office("郑管理")
    who = meeting.named(cast, "苏咨询")
    seat = {"room": str(here.id), "who": f"{who.post_id}:{who.person_id}"}
    right = {"day": "2025-09-08", "starts": "09:00", "minutes": "60", "whom": "walk_in", "weeks": "1", "people": "1"}
    for name in ("minutes", "people", "weeks"):
        assert desk.get("/bookings/new/", {name: number}).status_code == 200
        assert desk.post("/bookings/new/", {**seat, **right, name: number}).status_code == 422, name
    sent = {"organisation": number, "name": "新", "kind": "sandplay", "capacity": number}
    fine(desk.post("/rooms/new/", sent))
    assert desk.post(f"/rooms/{here.id}/change/", sent).status_code == 422
    rota = {**seat, "weekdays": [number], "starts": "08:30", "ends": "12:00", "first_day": "2025-09-08"}
    fine(desk.post("/rota/write/", rota))
    assert not Booking.objects.exists() and not Shift.objects.exists()


def test_groups_and_their_meetings(cast: world.World, office: SignedIn, time: Clock) -> None:
    story = GroupStory(cast, at=MORNING)
    story.members(1)
    time.now, client = story.at, office("苏咨询")
    url = f"/groups/{story.group.id}/meetings/1/"
    page = client.get(url)
    for number in NUMBERS:
        fine(client.post("/groups/new/", {"protocol": "ease", "room": "x", "first": "2025-09-08T14:00",
                                          "every": number}), number)
    for day in DAYS:
        sent = {"protocol": "ease", "room": "x", "first": f"{day}T23:59"}
        assert client.post("/groups/new/", sent).status_code == 422
        fine(client.post(f"{url}move/", {"to": f"{day}T23:59"}))
        fine(client.post(url, _body(page) | {"held_on": day, "minutes": "9999"}))
    assert not Presence.objects.exists()
    assert client.post(url, _body(page) | {"minutes": "9" * 5000}).status_code in {302, 422}


def test_desks_of_the_county(cast: world.World, office: SignedIn, number: str) -> None:
    child, desk = cast.child(), office("郑管理")
    for page in (f"/services/?age={number}", f"/children/?place={number}", f"/tasks/?place={number}"):
        fine(desk.get(page), page)
    fine(desk.post("/asks/new/", {"kind": "transfer", "place": number}))
    fine(desk.post("/services/new/", {"organisation": number, "age_from": number, "age_to": number}))
    fine(desk.post("/duty/write/", {"division": number, "first_day": "9999-12-31", "last_day": "0001-01-01"}))
    fine(desk.post("/clues/new/", {**CALL, "town": number}))
    fine(desk.post("/supervision/record/", {"post": str(cast.posts["苏咨询"].id), "held_on": number}))
    for name in ("林社工", "王督导"):
        fine(office(name).post(f"/children/{child.id}/consent/link/", {"carer": number, "purposes": ["assess"]}))
        fine(office(name).post("/clues/new/", {**CALL, "town": number}))
    assert not Ask.objects.exists()


def test_the_public_page(cast: world.World, time: Clock, number: str) -> None:
    client = Client()
    token = client.get("/report/").context["token"]
    time.now = MORNING.replace(minute=MORNING.minute + 5)
    fine(client.post("/report/send/", {**TOLD, "token": token, "town": number}))
    assert Clue.objects.filter(town_id__isnull=False).count() == 0


def test_a_phones_program_of_any_version(number: str) -> None:
    assert version_of(f"1.{number}") == (1 << 30,)
