"""What pages of rooms, rota and bookings share: reading times, naming people, writing rows."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tongxin.accounts.models import Post
from tongxin.bookings.models import Booking, Room
from tongxin.bookings.selectors import day_of
from tongxin.bookings.times import minutes_in, moment_of
from tongxin.core.forms import Problem
from tongxin.flows import booking
from tongxin.flows.booking_clashes import hours_zh
from tongxin.flows.refusals import Refused
from tongxin.flows.rota import Named
from tongxin.groups.models import Meeting
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in
from tongxin.people.models import Child
from tongxin.web.console.names import Names, open_names
from tongxin.web.doors import Request

WEEKDAYS = "一二三四五六日"
PURPOSE = "bookings"
STATES = dict(Booking.STATES)
# Of minutes, people and weeks; what is more refuses itself as out of bounds.
LARGE = 99_999


def named_in(text: str) -> Named | None:
    """Somebody with their post, as pages send them."""
    post, _, person = text.partition(":")
    found = id_in(post), id_in(person)
    return Named(found[0], found[1]) if found[0] and found[1] else None


def people_of(rows: Sequence[tuple[Post, UUID]], names: Names) -> list[dict[str, str]]:
    """People to choose from, as pages send them."""
    return [{"value": f"{post.id}:{person}", "zh": f"{names.person(person)}　{post.title}"} for post, person in rows]


def day_at(text: str, path: str) -> date:
    """A day that a page sends."""
    found = day_in(text)
    if found is None:
        raise Refused([Problem(path, "没有保存：请选日期。", True)])
    return found


def moment_at(day: str, text: str, path: str) -> datetime:
    """A moment that a page sends as a day and a time."""
    try:
        return moment_of(day_at(day, path), minutes_in(text))
    except ValueError:
        raise Refused([Problem(path, "没有保存：请写日期和几点几分，例如 14:00。", True)]) from None


def day_zh(day: date) -> str:
    """12月29日（周一）."""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def room_zh(room: Room) -> str:
    """Body, name and door."""
    return "　".join(each for each in (room.organisation.name, room.name, room.door) if each)


def opened(
    request: Request, rows: Sequence[Booking], *, route: str, people: Iterable[UUID | None] = ()
) -> tuple[Names, dict[UUID, UUID]]:
    """The names on a page of bookings by one look, and by booking the child whom the viewer may see."""
    mine = booking.children_of(rows, viewer=request.viewer, at=request.at)
    children = Child.objects.filter(id__in=set(mine.values()))
    named = [*people, *(each.person_id for each in rows)]
    return open_names(request, listed=children, people=named, purpose=PURPOSE, route=route, part="care"), mine


def meeting_link(meeting: Meeting | None) -> dict[str, str]:
    """Where the group's meeting is that takes place then; nothing where there is none."""
    if meeting is None:
        return {}
    return {"meeting_url": f"/groups/{meeting.group_id}/meetings/{meeting.number}/",
            "meeting_zh": f"第 {meeting.number} 场活动"}


def booking_row(row: Booking, names: Names, mine: dict[UUID, UUID], *, whom: dict[str, str]) -> dict[str, Any]:
    """One booking as a list shows it; of a child whom the viewer may not see only that it is booked."""
    child = mine.get(row.id)
    return {
        "id": row.id, "day": day_zh(day_of(row.starts_at)), "hours": hours_zh(row.starts_at, row.ends_at),
        "who": names.person(row.person_id), "state": row.state, "state_zh": STATES[row.state], "room": row.room,
        "room_zh": room_zh(row.room), "child_id": child, "name": names.children.get(child, "") if child else "",
        "whom_zh": whom.get(row.whom, "") if child or row.whom in ("group", "walk_in") else "",
        "people": row.people, "weekly": row.series is not None,
    }
