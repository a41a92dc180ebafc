"""A calendar's address: valid RFC 5545 in China's time, without a name or a word that says what for."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from tests import world
from tests.flows.rooms import book, moment, room, sits, wish
from tongxin.bookings.models import Feed, Room
from tongxin.bookings.rules import rules_at
from tongxin.flows import booking, calendars
from tongxin.flows.refusals import NotAllowed

pytestmark = pytest.mark.django_db
NAMES = (*world.CAST, "小雨")


def read(feed: Feed) -> tuple[list[dict[str, object]], str]:
    text = calendars.text_of(feed, at=world.START)
    found = Calendar.from_ical(text)
    assert found.errors == [] and [each["tzid"] for each in found.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    events = [
        {"zh": str(each["summary"]), "from": each["dtstart"].dt, "to": each["dtend"].dt, "place": str(each["location"]),
         "uid": str(each["uid"]), "number": each["sequence"]}
        for each in found.walk("VEVENT")
    ]
    return events, text.decode()


@pytest.fixture
def here(cast: world.World) -> Room:
    return room(cast, "心理咨询室")


def test_what_a_counsellor_has_and_nothing_of_whom(cast: world.World, here: Room) -> None:
    child = cast.child()
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=child.id))[0]
    sits(cast, here, "苏咨询", 1, last_day=moment(16, 0).date())
    made = calendars.issue(room_id=None, actor=cast.viewer("苏咨询"), at=world.START)
    events, text = read(made.feed)
    assert [(each["zh"], each["from"]) for each in events] == [
        ("预约", moment(8, 9)), ("值班", moment(2, 8, 30)), ("值班", moment(9, 8, 30)), ("值班", moment(16, 8, 30)),
    ]
    assert "TZID=Asia/Shanghai:20250908T090000" in text
    assert not [word for word in (*NAMES, *rules_at(world.START).feed.never, str(child.id)) if word in text]
    booking.move(booking_id=row.id, wish=wish(cast, here, "苏咨询", moment(8, 10)), actor=cast.viewer("苏咨询"),
                 at=world.START)
    moved = read(made.feed)[0][0]
    assert (moved["uid"], moved["from"], moved["number"]) == (f"{row.id}@booking", moment(8, 10), 1)
    booking.cancel(booking_id=row.id, why="other", with_later=False, actor=cast.viewer("苏咨询"), at=world.START)
    assert "预约" not in read(made.feed)[1]


def test_a_room_has_its_own(cast: world.World, here: Room) -> None:
    book(cast, wish(cast, here, "林社工", moment(8, 9)), by="林社工")
    made = calendars.issue(room_id=here.id, actor=cast.viewer("郑管理"), at=world.START)
    events, text = read(made.feed)
    assert [each["zh"] for each in events] == ["预约"] and "心理" not in text and "三楼302" in text
    with pytest.raises(NotAllowed):
        calendars.issue(room_id=here.id, actor=cast.viewer("陈管理"), at=world.START)


def test_an_address_ends_when_taken_back_renewed_or_old(cast: world.World) -> None:
    su = cast.viewer("苏咨询")
    first = calendars.issue(room_id=None, actor=su, at=world.START)
    assert first.token not in first.feed.digest and calendars.find(first.token, at=world.START) == first.feed
    second = calendars.issue(room_id=None, actor=su, at=world.START)
    assert calendars.find(first.token, at=world.START) is None
    with pytest.raises(NotAllowed):
        calendars.revoke(feed_id=second.feed.id, actor=cast.viewer("林社工"), at=world.START)
    assert calendars.find(second.token, at=world.START + timedelta(days=366)) is None
    calendars.revoke(feed_id=second.feed.id, actor=su, at=world.START)
    assert calendars.find(second.token, at=world.START) is None
