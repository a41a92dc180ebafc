"""Many people book at once: of each time one gets it, and nobody waits for ever."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from tests import world
from tests.flows.rooms import book, moment, room, wish
from tests.flows.test_concurrent import at_once
from tongxin.bookings.models import Booking, Slot
from tongxin.flows import booking
from tongxin.flows.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("苏咨询", "林社工", "秦医生", "何老师")


@pytest.fixture
def cast(transactional_db: None) -> world.World:
    """Written for good, for each thread sees it over a connection of its own."""
    return world.build()


def tried(cast: world.World, wanted: booking.BookingWish, by: str) -> str:
    try:
        book(cast, wanted, by=by)
    except Refused as refused:
        return refused.zh
    return ""


def test_of_six_who_want_one_hour_one_gets_it(cast: world.World) -> None:
    here = room(cast)
    said = at_once(*(
        partial(tried, cast, wish(cast, here, PEOPLE[each % 4], moment(8, 9), minutes=60), PEOPLE[each % 4])
        for each in range(6)
    ))
    assert sorted(map(bool, said)) == [False] + [True] * 5
    assert all("已被占用" in str(each) or "已有预约" in str(each) or "在另一处" in str(each) for each in said if each)
    assert Booking.objects.count() == 1 and Slot.objects.count() == 8


def test_one_child_with_two_counsellors_in_two_rooms_at_once(cast: world.World) -> None:
    one, two, child = room(cast), room(cast, "二号"), cast.child()
    said = at_once(
        partial(tried, cast, wish(cast, one, "苏咨询", moment(8, 9), child=child.id), "苏咨询"),
        partial(tried, cast, wish(cast, two, "林社工", moment(8, 9, 30), child=child.id), "林社工"),
    )
    assert sorted(map(bool, said)) == [False, True]
    assert "孩子这时已有另一个预约" in "".join(map(str, said))


def test_two_who_change_places_at_once_do_not_wait_for_each_other(cast: world.World) -> None:
    here = room(cast)
    one = book(cast, wish(cast, here, "苏咨询", moment(8, 9)))[0]
    two = book(cast, wish(cast, here, "林社工", moment(8, 10)), by="林社工")[0]

    def move(row: Booking, name: str, hour: int) -> bool:
        try:
            booking.move(
                booking_id=row.id, wish=wish(cast, here, name, moment(8, hour)), actor=cast.viewer(name),
                at=world.START,
            )
        except Refused:
            return False
        return True

    for _ in range(5):
        at_once(partial(move, one, "苏咨询", 10), partial(move, two, "林社工", 9))
    _nothing_twice()


def test_a_crowd_that_books_moves_and_calls_off(cast: world.World) -> None:
    rooms = [room(cast), room(cast, "二号")]
    children = [cast.child(), cast.child("小雪")]

    def busy(seed: int) -> None:
        chance, name = random.Random(seed), PEOPLE[seed % 2]
        mine: list[Booking] = []
        for _ in range(12):
            starts = moment(8, 9) + timedelta(minutes=15 * chance.randrange(8))
            wanted = wish(cast, chance.choice(rooms), name, starts, minutes=chance.choice((15, 45)),
                          child=chance.choice(children).id)
            try:
                if mine and chance.random() < 0.3:
                    booking.cancel(booking_id=mine.pop().id, why="other", with_later=False, actor=cast.viewer(name),
                                   at=world.START)
                elif mine and chance.random() < 0.5:
                    booking.move(booking_id=mine[-1].id, wish=wanted, actor=cast.viewer(name), at=world.START)
                else:
                    mine += book(cast, wanted, by=name)
            except Refused:
                continue

    at_once(*(partial(busy, seed) for seed in range(4)))
    _nothing_twice()


def _nothing_twice() -> None:
    """Found by comparing the bookings themselves, without the rows that forbid it."""
    taken: Counter[tuple[str, object, object]] = Counter()
    rows = Booking.objects.filter(state__in=(Booking.BOOKED, Booking.ARRIVED)).select_related("booked")
    for row in rows:
        child = getattr(row, "booked", None)
        at = row.starts_at
        while at < row.ends_at:
            taken["room", row.room_id, at] += 1
            taken["person", row.person_id, at] += 1
            if child is not None:
                taken["child", child.child_id, at] += 1
            at += timedelta(minutes=15)
    assert not [key for key, count in taken.items() if count > 1]
    assert Slot.objects.count() == sum(taken.values())
