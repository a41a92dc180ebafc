"""Which meeting of a group a booking is for: the room knows of the meeting, the meeting of its room."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import Booking
from tongxin.bookings.selectors import day_of
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Meeting

GROUP = "group"
NO_MEETING = "没有约上：这一场已经登记或取消，请从小组的页面重新点“约房间”。"


def meeting_wanted(meeting_id: UUID | None, *, actor: Viewer, at: datetime) -> Meeting | None:
    """The planned meeting that somebody who leads the group wants a room for; none where none is named."""
    if meeting_id is None:
        return None
    found = Meeting.objects.filter(id=meeting_id).select_related("group").first()
    if found is None or not selectors.leads(found.group, viewer=actor, at=at):
        raise NotAllowed
    if found.state != Meeting.PLANNED:
        raise Refused([Problem("whom", NO_MEETING, True)])
    return found


def name_meetings(rows: Sequence[Booking], meeting: Meeting | None) -> None:
    """The first booking is for the meeting, each later one of a series for the group's planned meeting of that day."""
    if meeting is None:
        return
    planned = meeting.group.meetings.filter(state=Meeting.PLANNED)
    by_day = {day_of(each.planned_for): each.id for each in planned}
    for at, row in enumerate(rows):
        row.meeting_id = by_day.get(day_of(row.starts_at)) if at else meeting.id


def meetings_of(rows: Iterable[Booking], *, viewer: Viewer, at: datetime) -> dict[UUID, Meeting]:
    """By booking the meeting, of groups that the viewer has to do with."""
    wanted = {row.id: row.meeting_id for row in rows if row.meeting_id}
    if not wanted:
        return {}
    groups = selectors.groups_for(viewer=viewer, at=at)
    found = Meeting.objects.filter(group__in=groups.values("id")).in_bulk(list(wanted.values()))
    return {row: found[meeting] for row, meeting in wanted.items() if meeting in found}


def bookings_for(meeting: Meeting) -> list[Booking]:
    """The rooms that are booked for a meeting."""
    rows = Booking.objects.filter(meeting_id=meeting.id, state__in=(Booking.BOOKED, Booking.ARRIVED))
    return list(rows.select_related("room", "room__organisation").order_by("starts_at", "id"))
