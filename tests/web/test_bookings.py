"""Rooms, rota and bookings at the browser: what each sees of whom, and what is answered to a calendar program."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.flows import rooms as meeting
from tests.flows.rooms import book, moment, room, sits, wish
from tests.web.conftest import MORNING, Clock, Office
from tongxin.bookings.models import Booking, Change, Feed, Room, Shift
from tongxin.flows import booking_watch

pytestmark = pytest.mark.django_db
In = Callable[[str], Office]


def who(cast: world.World, name: str) -> str:
    named = meeting.named(cast, name)
    return f"{named.post_id}:{named.person_id}"


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_a_room_is_written_down_changed_and_closed(cast: world.World, office: In) -> None:
    desk = office("郑管理")
    assert "还没有登记房间" in text(desk.get("/rooms/"))
    said = {
        "organisation": str(cast.body("social_work_station")), "name": "沙盘室一", "door": "二楼", "kind": "sandplay",
        "capacity": "4", "is_private": "yes", "has-sandplay": "good", "has-sofa": "broken", "am-from-0": "08:30",
        "am-to-0": "12:00",
    }
    assert "请写全" not in text(desk.post("/rooms/new/", said | {"am-to-0": ""})) and not Room.objects.exists()
    assert desk.post("/rooms/new/", said).status_code == 302
    assert "已经有一个同名的房间" in text(desk.post("/rooms/new/", said))
    here = Room.objects.get()
    assert (here.hours, here.equipment) == ({"0": [[510, 720]]}, {"sofa": "broken", "sandplay": "good"})
    page = text(office("苏咨询").get(f"/rooms/{here.id}/"))
    assert "沙盘室一" in page and "坏了" in page and "登记关闭</button>" not in page and "不隔音" in page
    desk.post(f"/rooms/{here.id}/close/", {"first_day": "2025-09-08", "last_day": "2025-09-09", "reason": "repair"})
    assert "提前开放" in text(desk.get(f"/rooms/{here.id}/?week=2025-09-08"))
    desk.post(f"/rooms/{here.id}/closures/{here.closures.get().id}/end/")
    assert "提前开放" not in text(desk.get(f"/rooms/{here.id}/?week=2025-09-08"))
    for name in ("陈管理", "周主任"):
        assert office(name).get(f"/rooms/{here.id}/").status_code == 404
    assert office("苏咨询").post("/rooms/new/", said).status_code == 404


def test_a_child_is_booked_from_the_file_in_the_next_free_hour(cast: world.World, office: In) -> None:
    here, child = room(cast), cast.child()
    sits(cast, here, "苏咨询", 0)
    browser = office("林社工")
    assert f"/children/{child.id}/bookings/" in text(browser.get(f"/children/{child.id}/"))
    page = browser.get(f"/children/{child.id}/bookings/?day=2025-09-08&has=sofa")
    offer = page.context["offers"][0]
    assert (offer["zh"], offer["who"]) == ("9月8日（周一） 08:30–09:30", who(cast, "苏咨询"))
    sent = {key: str(offer[key]) for key in ("room", "who", "day", "starts", "minutes")}
    sent |= {"whom": "child", "weeks": "2"}
    assert browser.post(f"/children/{child.id}/bookings/", sent).status_code == 302
    assert Booking.objects.count() == 2
    again = browser.post(f"/children/{child.id}/bookings/", sent)
    assert again.status_code == 422 and "一次也没有约：2 次里有 2 次不行" in text(again)
    assert "有新的预约" in text(office("苏咨询").get("/"))


def test_a_rooms_week_says_only_that_it_is_booked_to_who_may_not_see_the_child(cast: world.World, office: In) -> None:
    here, child = room(cast), cast.child()
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=child.id))[0]
    known, unknown = (office(name).get(f"/rooms/{here.id}/?week=2025-09-08") for name in ("林社工", "何老师"))
    assert "小雨" in text(known)
    assert "小雨" not in text(unknown) and "已预约" in text(unknown) and str(child.id) not in text(unknown)
    assert office("何老师").get(f"/bookings/{row.id}/").status_code == 404
    assert "取消预约" not in text(office("林社工").get(f"/bookings/{row.id}/"))
    director = text(office("周主任").get(f"/children/{child.id}/bookings/"))
    assert "9月8日（周一） 09:00–10:00" in director and f"/bookings/{row.id}/" not in director


def test_moved_come_and_called_off(cast: world.World, office: In, time: Clock) -> None:
    here, child = room(cast), cast.child()
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=child.id))[0]
    browser = office("苏咨询")
    sent = {"room": str(here.id), "who": who(cast, "苏咨询"), "day": "2025-09-08", "starts": "10:05", "minutes": "60"}
    wrong = browser.post(f"/bookings/{row.id}/move/", sent)
    assert wrong.status_code == 422 and "按一刻钟写" in text(wrong) and 'value="10:05"' in text(wrong)
    browser.post(f"/bookings/{row.id}/move/", sent | {"starts": "10:15"})
    row.refresh_from_db()
    assert row.starts_at == moment(8, 10, 15)
    assert browser.post(f"/bookings/{row.id}/mark/", {"state": "arrived"}).status_code == 422
    time.now = moment(8, 10, 30)
    browser = office("苏咨询")
    (listed,) = browser.get("/bookings/").context["today"]
    assert (listed["may_arrive"], listed["may_miss"]) == (True, True)
    assert f'action="/bookings/{row.id}/mark/"' in text(browser.get("/bookings/"))
    back = browser.post(f"/bookings/{row.id}/mark/", {"state": "arrived", "from": "mine"})
    assert back["Location"] == "/bookings/"
    (again,) = browser.get("/bookings/").context["today"]
    assert not again["may_arrive"] and not again["may_miss"]
    assert "已到" in text(browser.get("/bookings/"))
    time.now = moment(9, 12)
    browser = office("苏咨询")
    booking_watch.follow_bookings(time.now)
    page = text(browser.get("/bookings/"))
    assert 'value="no_show"' in page and 'value="arrived"' not in page
    assert "1 次还没有记录" in page and f"/children/{child.id}/courses/" in page
    assert browser.post(f"/bookings/{row.id}/cancel/", {"why": "nonsense"}).status_code == 422
    assert browser.post(f"/bookings/{row.id}/cancel/", {"why": "other"}).status_code == 302


def test_a_walk_in_and_a_group_have_no_name(cast: world.World, office: In) -> None:
    here = room(cast)
    browser = office("苏咨询")
    sent = {"room": str(here.id), "who": who(cast, "苏咨询"), "day": "2025-09-08", "starts": "09:00", "minutes": "60",
            "whom": "group", "people": "3", "weeks": "1"}
    assert "请从孩子的档案里" in text(browser.post("/bookings/new/", sent | {"whom": "child"}))
    assert browser.post("/bookings/new/", sent).status_code == 302
    assert "小组" in text(office("何老师").get(f"/rooms/{here.id}/?week=2025-09-08"))
    for broken in ({"room": "x"}, {"day": "x"}, {"minutes": "abc"}, {"who": "a:b"}, {"weeks": "999"}, {"whom": "?"}):
        assert browser.post("/bookings/new/", sent | broken).status_code in (404, 422)


def test_the_rota_shows_its_gaps_and_takes_leave_and_swaps(cast: world.World, office: In) -> None:
    here, desk = room(cast), office("郑管理")
    sent = {"room": str(here.id), "who": who(cast, "苏咨询"), "weekdays": ["0", "1"], "starts": "08:30",
            "ends": "12:00", "first_day": "2025-09-01"}
    desk.post("/rota/write/", sent)
    desk.post("/rota/write/", sent | {"who": who(cast, "林社工"), "weekdays": ["2"]})
    assert Shift.objects.count() == 3
    page = text(desk.get("/rota/"))
    assert "本周三下午没有人值班：一号 9月3日 13:30–17:30" in page and "<p>放假</p>" not in page
    assert "<p>放假</p>" in text(desk.get("/rota/?month=2025-10"))
    monday, wednesday = (Shift.objects.get(weekday=day) for day in (0, 2))
    su, lin = office("苏咨询"), office("林社工")
    assert "排上" not in text(su.get("/rota/"))
    su.post("/rota/swap/", {"turn": f"{monday.id}:2025-09-08", "other": f"{wednesday.id}:2025-09-10"})
    asked = Change.objects.get(day="2025-09-08", state="asked")
    assert "想和您换班" in text(lin.get("/rota/"))
    lin.post(f"/rota/changes/{asked.id}/answer/", {"answer": "yes"})
    assert Change.objects.filter(state="agreed").count() == 2
    su.post("/rota/leave/", {"turn": f"{monday.id}:2025-09-15", "who": ""})
    assert "请假，没有人" in text(desk.get("/rota/"))
    assert lin.post("/rota/leave/", {"turn": f"{monday.id}:2025-09-22"}).status_code == 404
    desk.post(f"/rota/shifts/{monday.id}/end/", {"last_day": "2025-09-20"})
    monday.refresh_from_db()
    assert monday.last_day is not None


def test_a_calendar_program_gets_it_once_and_then_only_what_is_new(
    cast: world.World, office: In, time: Clock, client: Client
) -> None:
    here = room(cast)
    sits(cast, here, "苏咨询", 0, last_day=meeting.MONDAY)
    browser = office("苏咨询")
    shown = text(browser.post("/calendars/make/"))
    url = "/calendars/" + shown.split("/calendars/")[1].split(".ics")[0] + ".ics"
    assert url not in text(browser.get("/bookings/"))
    answer = client.get(url)
    assert answer["Content-Type"].startswith("text/calendar") and b"BEGIN:VCALENDAR" in answer.content
    time.now = MORNING + timedelta(minutes=20)
    assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 304
    book(cast, wish(cast, here, "苏咨询", moment(8, 9)))
    assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 200
    browser.post(f"/calendars/{Feed.objects.get().id}/stop/")
    assert client.get(url).status_code == 404


def test_reading_too_often_and_guessing_are_slowed_down(cast: world.World, office: In, client: Client) -> None:
    shown = text(office("苏咨询").post("/calendars/make/"))
    url = "/calendars/" + shown.split("/calendars/")[1].split(".ics")[0] + ".ics"
    said = [client.get(url).status_code for _ in range(32)]
    assert said[:30] == [200] * 30 and said[30:] == [429] * 2
    guessed = [client.get(f"/calendars/guess{each}.ics").status_code for each in range(12)]
    assert guessed[:10] == [404] * 10 and set(guessed[10:]) == {429}
