"""Whatever is booked, moved and called off in whatever order, the book agrees with a plain list of times."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import world
from tests.conftest import taken_back
from tests.flows.rooms import moment, room, wish
from tongxin.bookings.models import Booking, Room, Slot
from tongxin.flows import booking
from tongxin.flows.refusals import Refused

pytestmark = pytest.mark.django_db
STEPS = st.integers(0, 8)
PEOPLE = st.sampled_from(("苏咨询", "林社工"))
ONE_OF_TWO = st.integers(0, 1)
LENGTHS = st.sampled_from((15, 30, 60))


@dataclass
class Line:
    """One booking as somebody would write it on a sheet of paper."""

    room: int
    who: str
    child: int
    starts: int
    ends: int

    def meets(self, other: "Line") -> bool:
        same = self.room == other.room or self.who == other.who or self.child == other.child
        return same and self.starts < other.ends and other.starts < self.ends


class Book(RuleBasedStateMachine):
    """A morning of two rooms, two counsellors and two children."""

    cast: world.World

    @initialize()
    def begin(self) -> None:
        self.back = taken_back()
        self.back.__enter__()
        self.rooms: list[Room] = [room(self.cast), room(self.cast, "二号")]
        self.children = [self.cast.child(), self.cast.child("小雪")]
        self.lines: dict[object, Line] = {}

    def teardown(self) -> None:
        if hasattr(self, "back"):
            self.back.__exit__(None, None, None)

    @rule(where=ONE_OF_TWO, who=PEOPLE, child=ONE_OF_TWO, step=STEPS, minutes=LENGTHS)
    def book(self, where: int, who: str, child: int, step: int, minutes: int) -> None:
        line = Line(where, who, child, step * 15, step * 15 + minutes)
        try:
            row = booking.book(wish=self._wish(line), actor=self.cast.viewer(who), at=world.START)[0]
        except Refused:
            assert any(line.meets(other) for other in self.lines.values())
            return
        assert not any(line.meets(other) for other in self.lines.values())
        self.lines[row.id] = line

    @precondition(lambda self: self.lines)
    @rule(which=st.integers(0, 50), where=ONE_OF_TWO, step=STEPS, minutes=LENGTHS)
    def move(self, which: int, where: int, step: int, minutes: int) -> None:
        key = list(self.lines)[which % len(self.lines)]
        old = self.lines[key]
        line = Line(where, old.who, old.child, step * 15, step * 15 + minutes)
        others = [each for id, each in self.lines.items() if id != key]
        try:
            booking.move(booking_id=key, wish=self._wish(line), actor=self.cast.viewer(old.who), at=world.START)
        except Refused:
            assert any(line.meets(other) for other in others)
            return
        assert not any(line.meets(other) for other in others)
        self.lines[key] = line

    @precondition(lambda self: self.lines)
    @rule(which=st.integers(0, 50))
    def cancel(self, which: int) -> None:
        key = list(self.lines)[which % len(self.lines)]
        line = self.lines.pop(key)
        booking.cancel(
            booking_id=key, why="other", with_later=False, actor=self.cast.viewer(line.who), at=world.START
        )

    @invariant()
    def the_slots_are_those_of_the_lines(self) -> None:
        if hasattr(self, "lines"):
            quarters = sum((each.ends - each.starts) // 15 for each in self.lines.values())
            assert Slot.objects.count() == 3 * quarters
            assert Booking.objects.filter(state=Booking.BOOKED).count() == len(self.lines)

    def _wish(self, line: Line) -> booking.BookingWish:
        starts = moment(8, 9) + timedelta(minutes=line.starts)
        return wish(self.cast, self.rooms[line.room], line.who, starts, minutes=line.ends - line.starts,
                    child=self.children[line.child].id)


def test_the_book_agrees_with_a_list(cast: world.World) -> None:
    Book.cast = cast
    run_state_machine_as_test(Book, settings=settings(max_examples=15, stateful_step_count=14, deadline=None))
