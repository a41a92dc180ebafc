"""The county's 综治中心: rooms in which twelve counsellors take turns, and what is booked in the last weeks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Organisation, Post
from tongxin.bookings.models import Booking, Room, Shift
from tongxin.bookings.selectors import booked_of, day_of
from tongxin.bookings.times import moment_of
from tongxin.cases.models import Case
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import booking, booking_watch, rooms, rota
from tongxin.flows.booking import PART, BookingWish
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rooms import RoomWish
from tongxin.flows.rota import Named, ShiftWish
from tongxin.lib import ids

SEED = 20251228
BODY, PLACE = "governance_center", "社会治安综合治理中心"
BEGINS, PAST = timedelta(days=42), timedelta(days=21)
MORNING, AFTERNOON = (510, 720), (810, 1050)
HOURS = {str(day): [list(MORNING), list(AFTERNOON)] for day in range(5)}
# Name, door, kind, how many fit in, what is in it.
ROOMS: tuple[tuple[str, str, str, int, dict[str, str]], ...] = (
    ("心理咨询室一", "二楼201", "counselling", 4, {"sofa": "good", "drawing": "good", "alarm": "good"}),
    ("心理咨询室二", "二楼202", "counselling", 4, {"sofa": "worn", "toys": "good", "alarm": "good"}),
    ("沙盘室", "二楼205", "sandplay", 4, {"sandplay": "good", "toys": "good"}),
    ("宣泄室", "二楼206", "venting", 3, {"venting": "repair", "mats": "good"}),
    ("团体辅导室", "三楼301", "group", 14, {"mats": "good", "projector": "good", "step_free": "good"}),
)
NAMES = (
    "周静怡", "吴海涛", "郑晓琳", "冯玉洁", "蒋文博", "沈佳慧", "韩志强", "杨雪梅", "朱明远", "秦思雨", "许丽华",
    "何俊杰",
)
# The weekday and half of a day of each of the twelve, in the first room and then in the second.
TURNS = tuple((room, day, half) for room in (0, 1) for day in (0, 2, 3, 4) for half in (MORNING, AFTERNOON))[:12]
# The county's own counsellor sits on Tuesdays in the first room, when the demonstration opens.
OWN = ((0, 1, MORNING), (0, 1, AFTERNOON))


@dataclass
class BookingDays:
    """Rooms, a rota with gaps, bookings of children ahead and of walk-ins behind, a swap that waits for an answer."""

    year: Year
    county: Division
    chance: Random = field(default_factory=lambda: Random(SEED))
    rooms: list[Room] = field(default_factory=list)
    people: list[Named] = field(default_factory=list)

    def plan_all(self) -> None:
        """The day on which the rooms open, the days behind, and the last evening before the end."""
        self.year.plan(self.year.end - BEGINS, self._open)
        day = day_of(self.year.end - PAST)
        while day < day_of(self.year.end):
            self.year.plan(moment_of(day, 480), self._walk_ins)
            day += timedelta(days=1)
        self.year.plan(self.year.end - timedelta(days=8, hours=1), self._missed)
        self.year.plan(self.year.end - timedelta(days=1, hours=1), self._ahead)

    def _open(self, at: datetime) -> None:
        desk = self.year.cast.at_place("case_manager", self.county.id, at=at)
        own = self.year.cast.at_place("counsellor", self.county.id, at=at)
        if desk is None or own is None or own.viewer.person_id is None:
            return
        body = Organisation.objects.create(kind=BODY, name=f"{self.county.name}{PLACE}", division=self.county)
        for name, door, kind, capacity, equipment in ROOMS:
            wish = RoomWish(body.id, name, door, kind, capacity, True, kind != "group", equipment, HOURS)
            self.rooms.append(rooms.keep(wish=wish, room_id=None, actor=desk.viewer, at=at))
        self.people = [self._newcomer(name, body, desk, at) for name in NAMES]
        for who, turns in [(Named(own.post_id, own.viewer.person_id), OWN), *(
            (who, (each,)) for who, each in zip(self.people, TURNS, strict=False)
        )]:
            for room, weekday, (starts, ends) in turns:
                turn = ShiftWish(self.rooms[room].id, who, (weekday,), starts, ends, day_of(at), None)
                self._try(at, partial(rota.write, wish=turn, actor=desk.viewer, at=at))

    def _newcomer(self, name: str, body: Organisation, desk: Actor, at: datetime) -> Named:
        post = Post.objects.create(
            id=ids.new_id(), role="counsellor", title=f"{self.county.name}综治中心心理咨询师", organisation=body,
            division=self.county, reports_to_id=desk.post_id,
        )
        self.year.cast.posts[post.id] = post
        person = self.year.cast.newcomer(name, actor=desk, at=at)
        self.year.cast.hand_over(post, person, actor=desk, at=at)
        return Named(post.id, person.id)

    def _walk_ins(self, at: datetime) -> None:
        """Who comes that day: mostly somebody without a name, who came or didn't."""
        if not self.rooms:
            return
        day = day_of(at)
        for sitting in rota.seated(self.rooms, first=day, last=day, at=at):
            actor = self._actor(sitting.post_id, at)
            is_full = self.chance.random() < 0.35 or bool(booked_of(
                [sitting.person_id] if sitting.person_id else [], since=sitting.from_at, until=sitting.to_at
            ))
            if actor is None or is_full:
                continue
            starts = sitting.from_at + timedelta(minutes=15 * self.chance.randrange(0, 8))
            rows = self._book(sitting.shift.room, actor, starts, at, whom="walk_in")
            state = Booking.NO_SHOW if self.chance.random() < 0.15 else Booking.ARRIVED
            for row in rows:
                self.year.plan(row.ends_at, self._mark, row_id=row.id, state=state, actor=actor)

    def _mark(self, at: datetime, row_id: UUID, state: str, actor: Actor) -> None:
        self._try(at, lambda: booking.mark(booking_id=row_id, state=state, actor=actor.viewer, at=at))

    def _missed(self, at: datetime) -> None:
        """One that nobody wrote anything of."""
        self._for_children(at, count=1, first=day_of(at))
        self.year.plan(self.year.end - timedelta(hours=2), booking_watch.follow_bookings)

    def _ahead(self, at: datetime) -> None:
        """Children on the last day and in the weeks after it, a group, and a swap that the counsellor is asked for."""
        own = self.year.cast.at_place("counsellor", self.county.id, at=at)
        if own is None or not self.rooms:
            return
        self._for_children(at, count=6, first=day_of(self.year.end))
        group = next(each for each in self.rooms if each.kind == "group")
        later = moment_of(day_of(self.year.end) + timedelta(days=6), AFTERNOON[0])
        self._book(group, own, later, at, whom="group", people=9, minutes=90)
        self._swap(own, at)

    def _for_children(self, at: datetime, *, count: int, first: date) -> None:
        own = self.year.cast.at_place("counsellor", self.county.id, at=at)
        if own is None or own.viewer.person_id is None or not self.rooms:
            return
        graded = self._graded(count, own, at)
        shifts = Shift.objects.filter(person_id=own.viewer.person_id).order_by("weekday", "starts")
        starts = [
            moment_of(first + timedelta(days=ahead), minutes)
            for ahead in range(14) for shift in shifts if (first + timedelta(days=ahead)).weekday() == shift.weekday
            for minutes in (shift.starts + 30, shift.starts + 105)
        ]
        free = [each for each in starts if each > max(at, self.year.end if count > 1 else at)]
        for child_id, moment in zip(graded, free, strict=False):
            self._book(self.rooms[0], own, moment, at, whom="child", child_id=child_id)

    def _graded(self, count: int, own: Actor, at: datetime) -> list[UUID]:
        """Children of whom the counsellor knows that they are counselled, in the order of the year's own list."""
        known = dict(Case.objects.filter(is_open=True, in_crisis=False).values_list("id", "level"))
        found = [child for child in self.year.lives if known.get(child) not in (None, "", "low")]
        mine = (child for child in found if access.may(viewer=own.viewer, child_id=child, part=PART, at=at))
        return list(islice(mine, count))

    def _swap(self, own: Actor, at: datetime) -> None:
        first = day_of(at)
        seated = rota.seated(self.rooms, first=first, last=first + timedelta(days=20), at=at)
        ahead = [each for each in seated if each.day > day_of(self.year.end)]
        mine = [each for each in ahead if each.person_id == own.viewer.person_id]
        theirs = [each for each in ahead if each.person_id == self.people[3].person_id]
        actor = self._actor(self.people[3].post_id, at)
        if mine and theirs and actor is not None:
            self._try(at, lambda: rota.swap(
                shift_id=theirs[0].shift.id, day=theirs[0].day, other_shift_id=mine[0].shift.id,
                other_day=mine[0].day, actor=actor.viewer, at=at,
            ))

    def _actor(self, post_id: UUID | None, at: datetime) -> Actor | None:
        return self.year.cast.acting(post_id, at=at) if post_id else None

    def _book(
        self, room: Room, actor: Actor, starts: datetime, at: datetime, *, minutes: int = 60, **more: Any
    ) -> list[Booking]:
        if actor.viewer.person_id is None:
            return []
        wish = BookingWish(
            room.id, Named(actor.post_id, actor.viewer.person_id), starts, starts + timedelta(minutes=minutes), **more
        )
        made = self._try(at, lambda: booking.book(wish=wish, actor=actor.viewer, at=at))
        return made if isinstance(made, list) else []

    def _try(self, at: datetime, act: Callable[[], object]) -> object:
        try:
            return act()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("booking", refused, at=at)
        return None
