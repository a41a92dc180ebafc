"""Bookings: what is mine today, one booking with what can be done about it, and who came."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.bookings.models import Booking
from tongxin.bookings.rules import rules_at
from tongxin.bookings.selectors import day_of
from tongxin.bookings.times import moment_of
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import booking, booking_groups, booking_watch, calendars, rota
from tongxin.flows.booking import BookingWish
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rooms import in_reach
from tongxin.lib.numbers import number_in
from tongxin.web.console.booking_forms import child_bookings, new_booking
from tongxin.web.console.booking_words import (
    LARGE,
    booking_row,
    day_zh,
    meeting_link,
    moment_at,
    named_in,
    opened,
    people_of,
    room_zh,
)
from tongxin.web.console.calendar_feeds import calendar_text, make_feed, stop_feed
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

AHEAD, BEFORE = timedelta(days=14), timedelta(hours=1)
MARKS = {"arrived": "已记下：已到。", "no_show": "已记下：没有来。"}


@door("office.book_rooms")
def my_bookings(request: Request) -> HttpResponse:
    """Today's bookings, what has no record yet, what comes in the next two weeks."""
    today = day_of(request.at)
    begins, ends = moment_of(today, 0), moment_of(today + timedelta(days=1), 0)
    rows = list(booking.mine(viewer=request.viewer, at=request.at).exclude(state=Booking.CANCELLED).filter(
        starts_at__gte=begins, starts_at__lt=ends + AHEAD
    ).order_by("starts_at", "id"))
    person = request.viewer.person_id
    missing = booking_watch.unrecorded(person, at=request.at) if person else []
    names, mine = opened(request, [*rows, *missing], route="bookings")
    whom = dict(rules_at(request.at).whom)
    meetings = booking_groups.meetings_of(rows, viewer=request.viewer, at=request.at)

    def shown(found: Iterable[Booking]) -> list[dict[str, Any]]:
        return [{**booking_row(each, names, mine, whom=whom), "is_own": each.person_id == person,
                 **_marking(request, each), **meeting_link(meetings.get(each.id))} for each in found]

    return show(request, "bookings/mine.html", {
        "today_zh": day_zh(today), "missing": shown(missing),
        "today": shown(each for each in rows if each.starts_at < ends),
        "later": shown(each for each in rows if each.starts_at >= ends),
        "feeds": [each for each in calendars.working(viewer=request.viewer, at=request.at) if each.room_id is None],
    })


@door("office.book_rooms")
def booking_page(request: Request, booking_id: UUID) -> HttpResponse:
    """One booking; who has it, made it or sees to the room may change it."""
    return _page(request, _booking(request, booking_id))


@door("office.book_rooms", methods=("POST",))
def move_booking(request: Request, booking_id: UUID) -> HttpResponse:
    """Another time, room or counsellor."""
    row, given = _booking(request, booking_id), request.POST
    try:
        starts = moment_at(given.get("day", ""), given.get("starts", ""), "starts")
        wish = BookingWish(
            room_id=id_for(given.get("room", "")), who=named_in(given.get("who", "")), starts_at=starts,
            ends_at=starts + timedelta(minutes=number_in(given.get("minutes", ""), most=LARGE) or 0), whom=row.whom,
        )
        booking.move(booking_id=booking_id, wish=wish, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, row, refused.problems, given=given.dict(), status=422)
    messages.success(request, _("已改期。"))
    return HttpResponseRedirect(f"/bookings/{booking_id}/")


@door("office.book_rooms", methods=("POST",))
def cancel_booking(request: Request, booking_id: UUID) -> HttpResponse:
    """Call it off, with those of the following weeks or without."""
    row = _booking(request, booking_id)
    try:
        count = booking.cancel(
            booking_id=booking_id, why=request.POST.get("why", ""), with_later=request.POST.get("later") == "yes",
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, row, refused.problems, status=422)
    messages.success(request, _("已取消 %(count)d 个预约，时间可以再约。") % {"count": count})
    return HttpResponseRedirect("/bookings/")


@door("office.book_rooms", methods=("POST",))
def mark_booking(request: Request, booking_id: UUID) -> HttpResponse:
    """They came, or they didn't."""
    row, state = _booking(request, booking_id), request.POST.get("state", "")
    try:
        booking.mark(booking_id=booking_id, state=state, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, row, refused.problems, status=422)
    messages.success(request, MARKS[state])
    is_listed = request.POST.get("from") == "mine"
    return HttpResponseRedirect("/bookings/" if is_listed else f"/bookings/{booking_id}/")


def _is_open(request: Request, row: Booking) -> bool:
    return row.state in booking.OPEN and booking.may_change(row, viewer=request.viewer, at=request.at)


def _marking(request: Request, row: Booking) -> dict[str, bool]:
    """Whether the list itself asks who came: from an hour before until it was answered; missing ones after all."""
    is_new, is_past = row.state == Booking.BOOKED, day_of(row.starts_at) < day_of(request.at)
    is_open = request.at >= row.starts_at - BEFORE and _is_open(request, row)
    return {
        "may_arrive": is_open and is_new,
        "may_miss": is_open and (is_new or is_past) and request.at >= row.starts_at,
    }


def _booking(request: Request, booking_id: UUID) -> Booking:
    try:
        return booking.booking_for(booking_id=booking_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _page(
    request: Request, row: Booking, problems: Iterable[Problem] = (), *, given: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found, rooms = rules_at(request.at), list(in_reach(viewer=request.viewer, at=request.at).filter(is_used=True))
    people = rota.candidates(row.room, at=request.at)
    names, mine = opened(request, [row], route="booking", people=[person for _post, person in people])
    local = row.starts_at.astimezone(CHINA)
    is_open = _is_open(request, row)
    meeting = booking_groups.meetings_of([row], viewer=request.viewer, at=request.at).get(row.id)
    return show(request, "bookings/booking.html", {
        "row": booking_row(row, names, mine, whom=dict(found.whom))
        | meeting_link(meeting), "problems": list(problems),
        "may_change": is_open, "may_mark": is_open and request.at >= row.starts_at - BEFORE,
        "has_begun": request.at >= row.starts_at, "reasons": found.cancel, "why": found.cancel.get(row.why, ""),
        "rooms": [{"id": str(each.id), "zh": room_zh(each)} for each in rooms], "people": people_of(people, names),
        "given": given or {
            "room": str(row.room_id), "who": f"{row.post_id}:{row.person_id}", "day": f"{local:%Y-%m-%d}",
            "starts": f"{local:%H:%M}", "minutes": str(int((row.ends_at - row.starts_at).total_seconds() // 60)),
        },
    }, status=status)


urlpatterns = [
    path("bookings/", my_bookings), path("bookings/new/", new_booking),
    path("bookings/<uuid:booking_id>/", booking_page), path("bookings/<uuid:booking_id>/move/", move_booking),
    path("bookings/<uuid:booking_id>/cancel/", cancel_booking), path("bookings/<uuid:booking_id>/mark/", mark_booking),
    path("children/<uuid:child_id>/bookings/", child_bookings),
    path("calendars/make/", make_feed), path("calendars/<uuid:feed_id>/stop/", stop_feed),
    path("calendars/<str:token>.ics", calendar_text),
]
