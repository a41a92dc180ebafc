"""Booking a room, a counsellor and a child: what stands against it is said in words, and nothing is half booked."""

from datetime import date, timedelta

import pytest

from tests import world
from tests.flows import rooms as at
from tests.flows.counselling import begin, meet
from tests.flows.rooms import book, moment, room, sits, wish
from tests.flows.story import Story
from tongxin.bookings.models import BookedChild, Booking, Slot
from tongxin.flows import booking, booking_finding, booking_watch, rooms, stripping
from tongxin.flows.booking_finding import Need
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db


def refused(cast: world.World, wanted: booking.BookingWish, by: str = "苏咨询") -> str:
    with pytest.raises(Refused) as said:
        book(cast, wanted, by=by)
    return said.value.zh


def test_what_is_taken_is_said_in_words(cast: world.World) -> None:
    child, other = cast.child(), cast.child("小雪")
    one, two = room(cast), room(cast, "二号")
    book(cast, wish(cast, one, "苏咨询", moment(8, 14), child=child.id))
    assert "9月8日 14:30–15:30：房间已被占用 14:00–15:00" in refused(
        cast, wish(cast, one, "林社工", moment(8, 14, 30), child=other.id)
    )
    assert "咨询师这时在另一处有预约 14:00–15:00" in refused(cast, wish(cast, two, "苏咨询", moment(8, 14)))
    assert "孩子这时已有另一个预约 14:00–15:00" in refused(
        cast, wish(cast, two, "林社工", moment(8, 14, 45), child=child.id)
    )
    assert Booking.objects.count() == 1
    book(cast, wish(cast, one, "林社工", moment(8, 15), child=child.id))


def test_a_closed_room_an_hour_outside_and_a_holiday_are_refused(cast: world.World) -> None:
    one = room(cast)
    rooms.close(room_id=one.id, first_day=date(2025, 9, 9), last_day=date(2025, 9, 10), reason="repair",
                actor=cast.viewer("郑管理"), at=world.START)
    assert "房间关闭（维修，到9月10日）" in refused(cast, wish(cast, one, "苏咨询", moment(9, 9)))
    assert "房间这时不开放（这一天开放 08:30–12:00、13:30–17:30）" in refused(
        cast, wish(cast, one, "苏咨询", moment(8, 12))
    )
    assert "这一天不开放" in refused(cast, wish(cast, one, "苏咨询", moment(13, 9)))
    october = moment(8, 9).replace(month=10, day=1)
    assert "这一天放假" in refused(cast, wish(cast, one, "苏咨询", october))
    assert not Slot.objects.exists()


def test_a_room_with_bookings_is_not_closed_over_them(cast: world.World) -> None:
    one = room(cast)
    book(cast, wish(cast, one, "苏咨询", moment(9, 9)))
    with pytest.raises(Refused, match="problems") as said:
        rooms.close(room_id=one.id, first_day=date(2025, 9, 9), last_day=date(2025, 9, 9), reason="repair",
                    actor=cast.viewer("郑管理"), at=world.START)
    assert "这几天已有 1 个预约（9月9日 09:00–10:00）" in said.value.zh


def test_the_rota_counts(cast: world.World) -> None:
    one, two = room(cast), room(cast, "二号")
    sits(cast, one, "苏咨询", 0)
    assert "咨询师这时在另一处：一号，坐班 08:30–12:00" in refused(cast, wish(cast, two, "苏咨询", moment(8, 9)))
    assert "房间这时由别的咨询师坐班" in refused(cast, wish(cast, one, "林社工", moment(8, 9)))
    book(cast, wish(cast, one, "苏咨询", moment(8, 9)))


def test_odd_times_and_too_many_people_are_refused(cast: world.World) -> None:
    one = room(cast)
    assert "按一刻钟写" in refused(cast, wish(cast, one, "苏咨询", moment(8, 9, 10)))
    assert "最长 4 小时" in refused(cast, wish(cast, one, "苏咨询", moment(8, 9), minutes=300))
    assert "已经过去" in refused(cast, wish(cast, one, "苏咨询", world.START - timedelta(hours=1)))
    assert "最多 3 人" in refused(cast, wish(cast, one, "苏咨询", moment(8, 9), people=9, whom="group"))
    assert "看不到这个孩子的档案" in refused(
        cast, wish(cast, one, "何老师", moment(8, 9), child=cast.child().id)
    )


def test_every_week_is_all_or_none_with_the_days_that_clash(cast: world.World) -> None:
    one, child = room(cast), cast.child()
    book(cast, wish(cast, one, "林社工", moment(15, 9)), by="林社工")
    said = refused(cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id, weeks=5))
    assert "一次也没有约：5 次里有 2 次不行" in said
    assert "9月15日 09:00–10:00：房间已被占用" in said and "10月6日 09:00–10:00：这一天放假" in said
    assert Booking.objects.count() == 1
    rows = book(cast, wish(cast, one, "苏咨询", moment(8, 10), child=child.id, weeks=4))
    assert len(rows) == 4 and len({each.series for each in rows}) == 1
    assert booking.cancel(
        booking_id=rows[1].id, why="family", with_later=True, actor=cast.viewer("苏咨询"), at=moment(9, 9)
    ) == 3
    assert Slot.objects.filter(booking__in=rows).count() == 3 * 4


def test_a_move_that_clashes_stays_where_it_was(cast: world.World) -> None:
    one, child = room(cast), cast.child()
    first = book(cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id))[0]
    book(cast, wish(cast, one, "林社工", moment(8, 10)), by="林社工")
    actor = cast.viewer("苏咨询")
    with pytest.raises(Refused):
        booking.move(booking_id=first.id, wish=wish(cast, one, "苏咨询", moment(8, 9, 30)), actor=actor, at=world.START)
    first.refresh_from_db()
    assert (first.starts_at, first.moves) == (moment(8, 9), 0)
    booking.move(booking_id=first.id, wish=wish(cast, one, "苏咨询", moment(8, 8, 45)), actor=actor, at=world.START)
    assert sorted(Slot.objects.filter(booking=first, kind="room").values_list("at", flat=True))[0] == moment(8, 8, 45)
    assert Slot.objects.filter(booking=first).count() == 12


def test_only_who_has_made_or_keeps_it_changes_a_booking(cast: world.World) -> None:
    one, child = room(cast), cast.child()
    row = book(cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id))[0]
    for name in ("林社工", "何老师", "陈管理"):
        with pytest.raises(NotAllowed):
            booking.cancel(booking_id=row.id, why="family", with_later=False, actor=cast.viewer(name), at=world.START)
    with pytest.raises(NotAllowed):
        book(cast, wish(cast, one, "苏咨询", moment(8, 14), child=child.id), by="何老师")
    with pytest.raises(NotAllowed):
        book(cast, wish(cast, one, "苏咨询", moment(8, 14)), by="陈管理")
    assert booking.children_of([row], viewer=cast.viewer("何老师"), at=world.START) == {}
    assert booking.children_of([row], viewer=cast.viewer("林社工"), at=world.START) == {row.id: child.id}
    booking.cancel(booking_id=row.id, why="room", with_later=False, actor=cast.viewer("郑管理"), at=world.START)


def test_nothing_that_is_kept_of_a_booking_names_the_child(cast: world.World) -> None:
    one, child = room(cast), cast.child()
    row = book(cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id), by="林社工")[0]
    assert str(child.id) not in str(list(Slot.objects.values_list("key", flat=True)))
    event = Event.objects.get(kind="booking.placed")
    assert event.clear == {"booking": str(row.id), "bookings": 1}
    told = Notice.objects.get(event_id=event.id)
    assert (told.post_id, told.child_id) == (cast.posts["苏咨询"].id, None)


def test_an_erased_child_is_in_no_booking(cast: world.World) -> None:
    one, child = room(cast), cast.child()
    book(cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id))
    assert stripping.strip(child, at=world.START)["bookings"] == 1
    assert not BookedChild.objects.exists() and not Slot.objects.filter(kind="child").exists()


def test_the_next_free_hour(cast: world.World) -> None:
    one, two, child = room(cast), room(cast, "二号", equipment={"sandplay": "good"}), cast.child()
    sits(cast, one, "苏咨询", 0, 1)
    sits(cast, two, "何老师", 0, 1)
    sits(cast, two, "林社工", 2)
    book(cast, wish(cast, one, "苏咨询", moment(8, 8, 30), minutes=120))

    def found(**need: object) -> list[tuple[str, object]]:
        wanted = Need(minutes=60, first_day=at.MONDAY, **need)
        offers = booking_finding.find(need=wanted, viewer=cast.viewer("林社工"), at=moment(5, 9))
        return [(each.room.name, each.starts_at) for each in offers]

    assert found()[:2] == [("二号", moment(8, 8, 30)), ("二号", moment(8, 9, 30))]
    assert found(equipment=frozenset({"sofa"}))[0] == ("一号", moment(8, 10, 30))
    assert found(equipment=frozenset({"venting"})) == []
    assert found(child_id=child.id, equipment=frozenset({"sandplay"}))[0] == ("二号", moment(10, 8, 30))
    assert found(person_id=cast.people["苏咨询"].id)[0] == ("一号", moment(8, 10, 30))


def test_reminded_the_day_before_and_asked_when_nothing_was_recorded(cast: world.World) -> None:
    one, child = room(cast), cast.child()
    rows = book(cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id, weeks=2))
    booking_watch.follow_bookings(moment(7, 15))
    assert not Event.objects.filter(kind="booking.reminded").exists()
    booking_watch.follow_bookings(moment(7, 16))
    booking_watch.follow_bookings(moment(7, 17))
    assert Event.objects.get(kind="booking.reminded").clear == {"day": "2025-09-08", "bookings": 1}
    booking_watch.follow_bookings(moment(9, 9))
    assert not Event.objects.filter(kind="booking.missed").exists()
    booking_watch.follow_bookings(moment(9, 10))
    booking_watch.follow_bookings(moment(9, 11))
    assert Event.objects.get(kind="booking.missed").clear == {"booking": str(rows[0].id)}
    person = cast.people["苏咨询"].id
    assert [each.id for each in booking_watch.unrecorded(person, at=moment(9, 11))] == [rows[0].id]
    booking.mark(booking_id=rows[0].id, state="no_show", actor=cast.viewer("苏咨询"), at=moment(9, 12))
    assert booking_watch.unrecorded(person, at=moment(9, 13)) == []


def test_a_recorded_session_ends_the_line(cast: world.World) -> None:
    story = Story(cast)
    one = room(cast)
    course = begin(story)
    book(cast, wish(cast, one, "苏咨询", moment(8, 9), child=story.child.id))
    booking_watch.follow_bookings(moment(9, 10))
    person = cast.people["苏咨询"].id
    assert len(booking_watch.unrecorded(person, at=moment(9, 11))) == 1
    story.at = moment(8, 10)
    story.record("case_note", "苏咨询")
    assert len(booking_watch.unrecorded(person, at=moment(9, 11))) == 1
    meet(story, course)
    assert booking_watch.unrecorded(person, at=moment(9, 11)) == []
