"""The next free hour with a counsellor, in a room that has what is needed, within reach."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.bookings import selectors, services
from tongxin.bookings.models import GRID, Closure, Room, Slot
from tongxin.bookings.rules import Rules, rules_at
from tongxin.bookings.selectors import Sitting, day_of
from tongxin.bookings.times import Span, moment_of, without
from tongxin.core.pathway import CHINA
from tongxin.flows import rota
from tongxin.flows.booking import PART
from tongxin.flows.rooms import in_reach
from tongxin.flows.rota import Named

SHOWN = 12
EPOCH = datetime(2020, 1, 1, tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody looks for; `person_id` when it has to be with them, `child_id` for whom."""

    minutes: int
    first_day: date
    kind: str = ""
    equipment: frozenset[str] = frozenset()
    is_private: bool = False
    is_soundproof: bool = False
    people: int = 1
    person_id: UUID | None = None
    child_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A free time: a room, a counsellor who sits in it, from when to when."""

    room: Room
    who: Named
    starts_at: datetime
    ends_at: datetime


def find(*, need: Need, viewer: Viewer, at: datetime, limit: int = SHOWN) -> list[Offer]:
    """The earliest free times, each sitting's first one before its later ones."""
    found = rules_at(at)
    rooms = [room for room in in_reach(viewer=viewer, at=at) if _fits(room, need, found)]
    first = max(need.first_day, day_of(at))
    last = min(first + found.find_within, day_of(at + found.ahead))
    if not rooms or last < first or need.minutes < 1:
        return []
    seated = [
        each for each in rota.seated(rooms, first=first, last=last, at=at)
        if each.person_id is not None and need.person_id in (None, each.person_id) and each.to_at > at
    ]
    knows = _who_knows(seated, need.child_id, at)
    taken = _taken(seated, rooms, need, since=moment_of(first, 0), until=moment_of(last + timedelta(days=1), 0))
    closed = selectors.closures_of(rooms, first=first, last=last)
    offers: list[Offer] = []
    for each in seated:
        if each.person_id not in knows or not _is_open(each, closed):
            continue
        if each.person_id is None:
            continue
        busy = [*taken[Slot.ROOM, each.shift.room_id], *taken[Slot.PERSON, each.person_id]]
        busy += taken[Slot.CHILD, services.child_key(need.child_id)] if need.child_id else []
        for start, end in without((max(each.from_at, _next(at)), each.to_at), busy):
            offers += _pieces(each, start, end, need.minutes)
        if len(offers) >= limit * 4:
            break
    return sorted(offers, key=lambda each: (each.starts_at, str(each.room.id)))[:limit]


def _fits(room: Room, need: Need, found: Rules) -> bool:
    works = {code for code, state in room.equipment.items() if state in found.working}
    return (
        room.is_used and need.kind in ("", room.kind) and need.equipment <= works
        and (room.is_private or not need.is_private) and (room.is_soundproof or not need.is_soundproof)
        and need.people <= room.capacity
    )


def _who_knows(seated: list[Sitting], child_id: UUID | None, at: datetime) -> set[UUID | None]:
    """The counsellors who may know of the child."""
    people = {each.person_id: each.post_id for each in seated}
    if child_id is None:
        return set(people)
    rows = Person.objects.filter(id__in=[each for each in people if each], is_active=True)
    return {
        person.id for person in rows
        if access.may(viewer=viewer_of(person=person, at=at, post_id=people[person.id]), child_id=child_id, part=PART,
                      at=at)
    }


def _taken(
    seated: list[Sitting], rooms: list[Room], need: Need, *, since: datetime, until: datetime
) -> dict[tuple[str, UUID], list[Span]]:
    wanted = [(Slot.ROOM, room.id) for room in rooms]
    wanted += sorted({(Slot.PERSON, each.person_id) for each in seated if each.person_id}, key=str)
    if need.child_id is not None:
        wanted.append((Slot.CHILD, services.child_key(need.child_id)))
    found: dict[tuple[str, UUID], list[Span]] = defaultdict(list)
    for slot in services.taken_of(wanted, starts_at=since, ends_at=until):
        found[slot.kind, slot.key].append((slot.at, slot.at + GRID))
    return found


def _is_open(sitting: Sitting, closed: dict[UUID, list[Closure]]) -> bool:
    room = sitting.shift.room
    spans = selectors.open_spans(room, sitting.day, closed.get(room.id, ()))
    return any(start <= sitting.from_at and sitting.to_at <= end for start, end in spans)


def _next(at: datetime) -> datetime:
    """The next quarter of an hour that hasn't begun."""
    return EPOCH + -((EPOCH - at) // GRID) * GRID


def _pieces(sitting: Sitting, start: datetime, end: datetime, minutes: int) -> list[Offer]:
    if sitting.person_id is None or sitting.post_id is None:
        return []
    lasts, found = timedelta(minutes=minutes), []
    who = Named(sitting.post_id, sitting.person_id)
    while start + lasts <= end:
        found.append(Offer(sitting.shift.room, who, start, start + lasts))
        start += lasts
    return found


