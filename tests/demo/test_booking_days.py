"""The demonstration's rooms: twelve take turns, some hours stand empty, and nothing that was planned is refused."""

from datetime import date, datetime, timedelta
from random import Random

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.bookings import selectors
from tongxin.bookings.models import BookedChild, Booking, Change, Room, Shift
from tongxin.core.pathway import CHINA
from tongxin.demo.booking_days import BookingDays
from tongxin.demo.cast import Cast
from tongxin.demo.district import district
from tongxin.demo.lives import lives_of
from tongxin.demo.year import Year
from tongxin.flows import rota
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
END = datetime(2025, 12, 30, 9, tzinfo=CHINA)


def test_the_last_weeks_of_the_rooms(cast: world.World) -> None:
    story = Story(cast)
    people = Cast(names={person.id: name for name, person in cast.people.items()})
    people.enter((cast.posts[name], person) for name, person in cast.people.items())
    found = Year(cast=people, district=district(), chance=Random(1), end=END, bodies={})
    found.lives = {
        life.child_id: life
        for life in lives_of([story.child], district=found.district, chance=found.chance, starts=date(2025, 1, 13))
    }
    BookingDays(found, county=cast.place("370116")).plan_all()
    found.run()
    assert [each for each in found.refused if each.startswith("booking")] == []
    assert Room.objects.count() == 5 and Shift.objects.values("person").distinct().count() == 13
    assert Booking.objects.filter(state=Booking.ARRIVED).count() > 20
    assert Booking.objects.filter(whom="group", people=9).count() == 1
    assert Change.objects.filter(state=Change.ASKED, asked_of=cast.people["苏咨询"]).count() == 2
    rooms, first = list(Room.objects.filter(shifts__isnull=False).distinct()), END.date()
    seated = rota.seated(rooms, first=first, last=first + timedelta(days=7), at=END)
    gaps = selectors.gaps(
        rooms, first=first, last=first + timedelta(days=7), calendar=rules.calendar_at(END), seated=seated
    )
    assert gaps
    assert BookedChild.objects.count() <= 7
