"""When rooms are open, who sits in them, and what is booked; the rota's pattern is laid out day by day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongxin.bookings.models import Booking, Change, Closure, Room, Shift
from tongxin.bookings.times import Span, days_between, moment_of, overlap, without
from tongxin.core.pathway import CHINA, Calendar

# What holds of a day, and what somebody was only asked.
AgreedAsked = tuple[Change | None, Change | None]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One day of a shift with who sits then; nobody where they are away. `asked`: somebody else was asked."""

    shift: Shift
    day: date
    from_at: datetime
    to_at: datetime
    person_id: UUID | None
    post_id: UUID | None
    asked: Change | None = None

    @property
    def span(self) -> Span:
        return self.from_at, self.to_at


@dataclass(frozen=True, slots=True)
class Gap:
    """Open hours of a room in which nobody sits."""

    room: Room
    from_at: datetime
    to_at: datetime


def closures_of(rooms: Iterable[Room], *, first: date, last: date) -> dict[UUID, list[Closure]]:
    """By room the closures that touch these days and still hold."""
    found: dict[UUID, list[Closure]] = defaultdict(list)
    rows = Closure.objects.filter(
        room__in=list(rooms), first_day__lte=last, last_day__gte=first, ended_at__isnull=True
    )
    for row in rows.order_by("first_day", "id"):
        found[row.room_id].append(row)
    return found


def open_spans(room: Room, day: date, closures: Sequence[Closure] = ()) -> list[Span]:
    """When a room can be used on a day."""
    if not room.is_used or any(each.first_day <= day <= each.last_day for each in closures):
        return []
    return [(moment_of(day, start), moment_of(day, end)) for start, end in room.hours.get(str(day.weekday()), ())]


def sittings(
    shifts: Iterable[Shift], *, first: date, last: date, calendar: Calendar
) -> list[Sitting]:
    """Each day of each shift with who sits; none on public holidays."""
    rows = list(shifts)
    changes = _changes(rows, first, last)
    found = []
    for shift in rows:
        for day in days_between(max(first, shift.first_day), min(last, shift.last_day or last)):
            if day.weekday() != shift.weekday or day in calendar.holidays:
                continue
            agreed, asked = changes.get((shift.id, day), (None, None))
            person, post = (shift.person_id, shift.post_id) if agreed is None else (agreed.person_id, agreed.post_id)
            span = moment_of(day, shift.starts), moment_of(day, shift.ends)
            found.append(Sitting(shift, day, *span, person, post, asked))
    return sorted(found, key=lambda each: (each.from_at, str(each.shift.room_id)))


def _changes(shifts: Sequence[Shift], first: date, last: date) -> dict[tuple[UUID, date], AgreedAsked]:
    found: dict[tuple[UUID, date], AgreedAsked] = {}
    rows = Change.objects.filter(shift__in=shifts, day__gte=first, day__lte=last).exclude(state=Change.REFUSED)
    for row in rows.order_by("answered_at", "asked_at", "id"):
        agreed, asked = found.get((row.shift_id, row.day), (None, None))
        found[row.shift_id, row.day] = (row, asked) if row.state == Change.AGREED else (agreed, row)
    return found


def shifts_in(rooms: Iterable[Room] | None = None, *, people: Iterable[UUID] | None = None, first: date,
              last: date) -> list[Shift]:
    """The shifts of rooms, or of people, that hold on some of these days."""
    rows = Shift.objects.filter(first_day__lte=last).exclude(last_day__lt=first)
    if rooms is not None:
        rows = rows.filter(room__in=list(rooms))
    if people is not None:
        rows = rows.filter(person__in=list(people))
    return list(rows.select_related("room", "room__organisation", "post").order_by("weekday", "starts", "id"))


def gaps(
    rooms: Sequence[Room], *, first: date, last: date, calendar: Calendar, seated: Iterable[Sitting]
) -> list[Gap]:
    """Where a room that has a rota is open on a working day and nobody sits in it."""
    closed = closures_of(rooms, first=first, last=last)
    sits: Mapping[tuple[UUID, date], list[Sitting]] = _by_day(seated)
    found = []
    for room in rooms:
        for day in days_between(first, last):
            if not calendar.is_working(day):
                continue
            there = [each.span for each in sits.get((room.id, day), ()) if each.person_id is not None]
            for span in open_spans(room, day, closed.get(room.id, ())):
                found += [Gap(room, *left) for left in without(span, there)]
    return sorted(found, key=lambda each: (each.from_at, str(each.room.id)))


def _by_day(seated: Iterable[Sitting]) -> dict[tuple[UUID, date], list[Sitting]]:
    found: dict[tuple[UUID, date], list[Sitting]] = defaultdict(list)
    for each in seated:
        found[each.shift.room_id, each.day].append(each)
    return found


def booked(rooms: Iterable[Room], *, since: datetime, until: datetime) -> list[Booking]:
    """What is booked in rooms between two moments, called off or not come left out."""
    rows = Booking.objects.filter(room__in=list(rooms), starts_at__lt=until, ends_at__gt=since)
    return list(rows.exclude(state=Booking.CANCELLED).order_by("starts_at", "id"))


def booked_of(people: Iterable[UUID], *, since: datetime, until: datetime) -> list[Booking]:
    """What is booked with people between two moments, wherever."""
    rows = Booking.objects.filter(person__in=list(people), starts_at__lt=until, ends_at__gt=since)
    rows = rows.exclude(state=Booking.CANCELLED).select_related("room", "room__organisation")
    return list(rows.order_by("starts_at", "id"))


def meets(seated: Iterable[Sitting], span: Span) -> list[Sitting]:
    """The sittings that have a moment of a stretch of time."""
    return [each for each in seated if overlap(each.span, span)]


def day_of(moment: datetime) -> date:
    """The day in China."""
    return moment.astimezone(CHINA).date()
