"""Rooms: what there is and which is free now, one room's week, and keeping them."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import path

from tongxin.access import selectors as access
from tongxin.bookings import selectors
from tongxin.bookings.models import Booking, Room
from tongxin.bookings.rules import rules_at
from tongxin.bookings.selectors import Sitting, day_of
from tongxin.bookings.times import days_between, moment_of
from tongxin.flows import calendars, rooms, rota
from tongxin.flows.booking_clashes import hours_zh
from tongxin.flows.refusals import NotAllowed
from tongxin.lib.numbers import day_in
from tongxin.rulebook import rules
from tongxin.web.console.booking_words import booking_row, day_zh, monday_of, opened
from tongxin.web.console.names import Names
from tongxin.web.console.room_forms import change_room, close_room, end_closure, new_room, room_facts
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

WEEK = timedelta(days=7)


@door("office.see_rooms")
def room_list(request: Request) -> HttpResponse:
    """The rooms in reach by body, each with what is going on there now and where nobody sits this week."""
    found, at = list(rooms.in_reach(viewer=request.viewer, at=request.at)), request.at
    today = day_of(at)
    first = monday_of(today)
    closed = selectors.closures_of(found, first=today, last=today)
    busy = {each.room_id for each in selectors.booked(found, since=at, until=at + timedelta(minutes=1))}
    seated = rota.seated(found, first=first, last=first + timedelta(days=6), at=at)
    with_rota = [room for room in found if any(each.shift.room_id == room.id for each in seated)]
    gaps: dict[UUID, int] = defaultdict(int)
    for gap in selectors.gaps(with_rota, first=today, last=first + timedelta(days=6),
                              calendar=rules.calendar_at(at), seated=seated):
        gaps[gap.room.id] += 1
    facts = rules_at(at)
    shown = [
        {**room_facts(room, facts), "now_zh": _now(room, closed.get(room.id, []), room.id in busy, request),
         "gaps": gaps[room.id]}
        for room in found
    ]
    bodies: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in shown:
        bodies[row["body"]].append(row)
    may_manage = access.may_do(viewer=request.viewer, action=rooms.MANAGE, at=at)
    return show(request, "bookings/rooms.html", {"bodies": dict(bodies), "may_manage": may_manage})


@door("office.see_rooms")
def room_page(request: Request, room_id: UUID) -> HttpResponse:
    """One room's week: when it is open, who sits there, what is booked; for its keeper the forms."""
    try:
        room = rooms.room_for(room_id=room_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    today = day_of(request.at)
    first = monday_of(day_in(request.GET.get("week", "")) or today)
    last, facts = first + timedelta(days=6), rules_at(request.at)
    booked = selectors.booked([room], since=moment_of(first, 0), until=moment_of(last + timedelta(days=1), 0))
    seated = rota.seated([room], first=first, last=last, at=request.at)
    names, mine = opened(request, booked, route="room", people=[each.person_id for each in seated])
    manages = rooms.managed(viewer=request.viewer, at=request.at).filter(id=room.id).exists()
    return show(request, "bookings/room.html", {
        "room": room, "facts": room_facts(room, facts), "days": _days(request, room, booked, seated, names, mine),
        "week_zh": f"{day_zh(first)} 到 {day_zh(last)}", "before": first - WEEK, "after": first + WEEK,
        "is_now": first == monday_of(today), "may_manage": manages, "reasons": facts.closures,
        "closures": [
            {"row": each, "zh": facts.closures.get(each.reason, "")}
            for each in room.closures.filter(ended_at__isnull=True, last_day__gte=today).order_by("first_day")
        ],
        "may_book": access.may_do(viewer=request.viewer, action=rooms.BOOK, at=request.at), "today": today,
        "feeds": [each for each in calendars.working(viewer=request.viewer, at=request.at) if each.room_id == room.id],
    })


def _days(
    request: Request, room: Room, booked: list[Booking], seated: list[Sitting], names: Names, mine: dict[UUID, UUID]
) -> list[dict[str, Any]]:
    first = monday_of(day_in(request.GET.get("week", "")) or day_of(request.at))
    calendar, whom = rules.calendar_at(request.at), dict(rules_at(request.at).whom)
    closed = selectors.closures_of([room], first=first, last=first + timedelta(days=6)).get(room.id, [])
    found = []
    for day in days_between(first, first + timedelta(days=6)):
        rows = [booking_row(each, names, mine, whom=whom) for each in booked if day_of(each.starts_at) == day]
        found.append({
            "zh": day_zh(day), "is_today": day == day_of(request.at), "is_holiday": day in calendar.holidays,
            "open": [hours_zh(*each) for each in selectors.open_spans(room, day, closed)],
            "is_closed": any(each.first_day <= day <= each.last_day for each in closed),
            "seated": [_sitting(each, names) for each in seated if each.day == day], "booked": rows,
        })
    return found


def _sitting(each: Sitting, names: Names) -> dict[str, Any]:
    return {"hours": hours_zh(*each.span), "who": names.person(each.person_id) if each.person_id else ""}


def _now(room: Room, closed: list[Any], is_busy: bool, request: Request) -> str:
    if not room.is_used:
        return "已停用"
    if closed or day_of(request.at) in rules.calendar_at(request.at).holidays:
        return "今天关闭"
    spans = selectors.open_spans(room, day_of(request.at))
    if not spans:
        return "今天不开放"
    if is_busy:
        return "正在使用"
    if any(start <= request.at < end for start, end in spans):
        return "现在空着"
    return "今天开放 " + "、".join(hours_zh(*each) for each in spans)


urlpatterns = [
    path("rooms/", room_list), path("rooms/new/", new_room), path("rooms/<uuid:room_id>/", room_page),
    path("rooms/<uuid:room_id>/change/", change_room), path("rooms/<uuid:room_id>/close/", close_room),
    path("rooms/<uuid:room_id>/closures/<int:closure_id>/end/", end_closure),
]
