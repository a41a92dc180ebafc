"""How much counselling took place: courses, children, sessions and person-times, by place; numbers only (S3-25, S3-26).

Counted is what stands after corrections. A group's meeting is one session, whoever came; `definitions/groups` says
what each number means.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.access.relations import barred_children
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.bookings.models import BookedChild, Booking
from tongxin.bookings.selectors import day_of
from tongxin.core.pathway import WITHDRAWN
from tongxin.core.pathway.courses import PRESENT, SESSION, START
from tongxin.core.screening import hide_small
from tongxin.groups.models import Meeting, Member
from tongxin.groups.selectors import OVERSEE
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules

GROUP = "group"
HELD = (Booking.BOOKED, Booking.ARRIVED)


@dataclass(slots=True)
class Tally:
    """Who and what was counted once; `person_times` counts each child of each session."""

    course_ids: set[str] = field(default_factory=set)
    child_ids: set[UUID] = field(default_factory=set)
    session_keys: set[Any] = field(default_factory=set)
    person_times: int = 0
    is_hidden: bool = False

    @property
    def courses(self) -> int:
        return len(self.course_ids)

    @property
    def people(self) -> int:
        return len(self.child_ids)

    @property
    def sessions(self) -> int:
        return len(self.session_keys)


@dataclass(frozen=True, slots=True)
class Counted:
    """All, by the town in which the children live, and by the room that was booked; no room is an empty name."""

    whole: Tally
    towns: list[tuple[str, Tally]]
    rooms: list[tuple[str, Tally]]


def counted(*, viewer: Viewer, first: date, last: date, small_below: int, at: datetime) -> Counted:
    """What was held between two days: of the area for whoever oversees groups, else by the viewer's own posts."""
    rows = Result.objects.filter(
        kind=SESSION, data__attended=PRESENT, data__held_on__gte=first.isoformat(), data__held_on__lte=last.isoformat()
    )
    with scope.widened():
        found = _standing(rows, viewer, at)
        children = Child.objects.in_bulk({row.child_id for row in found})
        groups = dict(Member.objects.filter(child_id__in=children).values_list("course_id", "group_id"))
        rooms, roots = _rooms(children, groups.values(), first, last), _roots(children)
        towns = dict(Division.objects.filter(id__in={child.town_id for child in children.values()}).values_list(
            "id", "name"
        ))
    whole, by_town, by_room = Tally(), defaultdict[str, Tally](Tally), defaultdict[str, Tally](Tally)
    for row in found:
        day, course = str(row.data["held_on"]), str(row.data.get("course") or "").partition(":")[0]
        course = roots.get(course, course)
        group = groups.get(UUID(course)) if course and row.data.get("way") == GROUP else None
        key: Any = (group, day) if group else row.entry_id
        town = towns.get(children[row.child_id].town_id or 0, "")
        room = rooms.get((group or row.child_id, day), "")
        for tally in (whole, by_town[town], by_room[room]):
            tally.course_ids.add(course or f"{row.child_id}")
            tally.child_ids.add(row.child_id)
            tally.session_keys.add(key)
            tally.person_times += 1
    return Counted(whole, _told(by_town, small_below), _told(by_room, small_below))


def _standing(rows: Iterable[Result], viewer: Viewer, at: datetime) -> list[Result]:
    """The sessions that the viewer's figures are about, as they stand."""
    told = {row.entry_id: row for row in rows}
    entries = Entry.objects.filter(id__in=told)
    area = [seat for seat in viewer.seats if rules.access_rules(at=at).may_do(role=seat.role, action=OVERSEE)]
    if area and access.may_do(viewer=viewer, action=OVERSEE, at=at):
        within = Child.objects.none()
        for seat in area:
            within = within | Child.objects.filter(**{f"{seat.division_level}_id": seat.division_id})
        entries = entries.filter(subject_id__in=within.values("id"))
    else:
        entries = entries.filter(post_id__in=viewer.post_ids)
    # Whoever is kept from a child doesn't count it either.
    barred = barred_children(people=viewer.people, at=at)
    found = [each for each in entries.only("id", "correction_kind", "subject_id") if each.subject_id not in barred]
    gone = set(Entry.objects.filter(supersedes_id__in=[each.id for each in found]).values_list(
        "supersedes_id", flat=True
    ))
    return [told[each.id] for each in found if each.id not in gone and each.correction_kind not in WITHDRAWN]


def _roots(children: Iterable[UUID]) -> dict[str, str]:
    """By a corrected beginning of a course the first one: it is the same course."""
    rows = Entry.objects.filter(subject_id__in=list(children), kind=START, supersedes_id__isnull=False)
    before = {str(id): str(first) for id, first in rows.values_list("id", "supersedes_id")}
    found = {}
    for id in before:
        root = id
        while root in before:
            root = before[root]
        found[id] = root
    return found


def _rooms(
    children: Iterable[UUID], groups: Iterable[UUID], first: date, last: date
) -> dict[tuple[UUID, str], str]:
    """By child or group and day the room that was booked."""
    ids = dict(BookedChild.objects.filter(child_id__in=list(children)).values_list("booking_id", "child_id"))
    meetings: Mapping[UUID, UUID] = dict(
        Meeting.objects.filter(group_id__in=set(groups)).values_list("id", "group_id")
    )
    rows = Booking.objects.filter(state__in=HELD).select_related("room", "room__organisation")
    found: dict[tuple[UUID, str], str] = {}
    for row in [*rows.filter(id__in=list(ids)), *rows.filter(meeting_id__in=list(meetings))]:
        day = day_of(row.starts_at)
        whose = ids.get(row.id) or meetings.get(row.meeting_id or row.id)
        if whose is not None and first <= day <= last:
            found[whose, day.isoformat()] = f"{row.room.organisation.name}　{row.room.name}"
    return found


def _told(rows: Mapping[str, Tally], small_below: int) -> list[tuple[str, Tally]]:
    """The rows by name, those of few children without their numbers, and with them another that would betray them."""
    names: Sequence[str] = sorted(rows)
    hidden = hide_small([[rows[name].people] for name in names], at_least=small_below)
    for at, name in enumerate(names):
        rows[name].is_hidden = (at, 0) in hidden
    return [(name, rows[name]) for name in names]
