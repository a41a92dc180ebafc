"""Booking: for a child from the child's file, else for a group or somebody who walks in; the next free hours first."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.bookings.models import BookedChild, Booking
from tongxin.bookings.rules import Rules, rules_at
from tongxin.bookings.selectors import day_of
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import booking, booking_finding, rooms, rota
from tongxin.flows.booking import BookingWish
from tongxin.flows.booking_clashes import hours_zh
from tongxin.flows.booking_finding import Need, Offer
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in, number_in
from tongxin.people.models import Child
from tongxin.web.console.booking_words import (
    LARGE,
    PURPOSE,
    booking_row,
    day_zh,
    moment_at,
    named_in,
    people_of,
    room_zh,
)
from tongxin.web.console.names import Names, open_names
from tongxin.web.doors import Request, child_for, door, id_for
from tongxin.web.pages import show

SHOWN, OFFERED = 20, 6


@door("child.read", methods=("GET", "POST"))
def child_bookings(request: Request, child_id: UUID) -> HttpResponse:
    """A child's bookings; whoever may book finds a free hour and takes it."""
    child = child_for(request, child_id, part=booking.PART)
    return _booked(request, child) if request.method == "POST" else _page(request, child, request.GET.dict())


@door("office.book_rooms", methods=("GET", "POST"))
def new_booking(request: Request) -> HttpResponse:
    """For a group, or for somebody who walks in without a name."""
    return _booked(request, None) if request.method == "POST" else _page(request, None, request.GET.dict())


def _booked(request: Request, child: Child | None) -> HttpResponse:
    given = request.POST.dict()
    try:
        starts = moment_at(given.get("day", ""), given.get("starts", ""), "starts")
        wish = BookingWish(
            room_id=id_for(given.get("room", "")), who=named_in(given.get("who", "")), starts_at=starts,
            ends_at=starts + timedelta(minutes=number_in(given.get("minutes", ""), most=LARGE) or 0),
            whom=given.get("whom", ""), people=number_in(given.get("people") or "1", most=LARGE) or 0,
            child_id=child.id if child else None, weeks=number_in(given.get("weeks") or "1", most=LARGE) or 0,
            meeting_id=id_in(given.get("meeting", "")),
        )
        rows = booking.book(wish=wish, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, child, given, refused.problems, status=422)
    said = f"{day_zh(day_of(rows[0].starts_at))} {hours_zh(rows[0].starts_at, rows[0].ends_at)}"
    messages.success(request, _("已约好：%(when)s，共 %(count)d 次。") % {"when": said, "count": len(rows)})
    return HttpResponseRedirect(f"/children/{child.id}/bookings/" if child else f"/bookings/{rows[0].id}/")


def _page(
    request: Request, child: Child | None, given: Mapping[str, str], problems: Iterable[Problem] = (), *,
    status: int = 200,
) -> HttpResponse:
    found, at = rules_at(request.at), request.at
    may_book = access.may_do(viewer=request.viewer, action=rooms.BOOK, at=at)
    reach = list(rooms.in_reach(viewer=request.viewer, at=at).filter(is_used=True)) if may_book else []
    people = {(post.id, person): (post, person) for room in reach for post, person in rota.candidates(room, at=at)}
    need = _need(given, child, found, request)
    offers = booking_finding.find(need=need, viewer=request.viewer, at=at, limit=OFFERED) if may_book else []
    rows = _of_child(child) if child else []
    names = open_names(
        request, children=[child] if child else [], purpose=PURPOSE, route="child_bookings", part="care",
        people=[*(person for _post, person in people.values()), *(each.person_id for each in rows),
                *(each.who.person_id for each in offers)],
    )
    mine = {each.id: child.id for each in rows} if child else {}
    whom = {id: zh for id, zh in found.whom.items() if (id in found.named) == (child is not None)}
    shown = [booking_row(each, names, mine, whom=dict(found.whom)) for each in rows]
    return show(request, "bookings/book.html", {
        "child": child, "name": names.children[child.id] if child else "", "may_book": may_book, "whom": whom,
        "has_no_pages": not may_book,
        "coming": [row for row, each in zip(shown, rows, strict=True) if each.ends_at > at],
        "past": [row for row, each in zip(shown, rows, strict=True) if each.ends_at <= at],
        "offers": [_offer(each, names) for each in offers], "problems": list(problems), "kinds": found.kinds,
        "equipment": found.equipment, "most_weeks": found.weeks, "days": found.find_within.days,
        "rooms": [{"id": str(each.id), "zh": room_zh(each)} for each in reach],
        "people": people_of(list(people.values()), names), "given": _usual(given, found, request) | dict(given),
    }, status=status)


def _of_child(child: Child) -> list[Booking]:
    ids = BookedChild.objects.filter(child_id=child.id).values_list("booking_id", flat=True)
    rows = Booking.objects.filter(id__in=list(ids)).select_related("room", "room__organisation", "post")
    return sorted(rows.order_by("-starts_at")[:SHOWN], key=lambda each: each.starts_at)


def _need(given: Mapping[str, str], child: Child | None, found: Rules, request: Request) -> Need:
    who, minutes = named_in(given.get("with", "")), number_in(given.get("minutes", ""), most=LARGE) or 0
    has = given.get("has", "")
    fits = minutes % 15 == 0 and 0 < minutes <= found.longest.total_seconds() // 60
    return Need(
        minutes=minutes if fits else _minutes(found),
        first_day=day_in(given.get("day", "")) or day_of(request.at), kind=given.get("kind", ""),
        equipment=frozenset({has} if has else ()), is_private=given.get("private") == "yes",
        people=max(1, number_in(given.get("people") or "1", most=LARGE) or 0), person_id=who.person_id if who else None,
        child_id=child.id if child else None,
    )


def _offer(each: Offer, names: Names) -> dict[str, Any]:
    local = each.starts_at.astimezone(CHINA)
    return {
        "zh": f"{day_zh(day_of(each.starts_at))} {hours_zh(each.starts_at, each.ends_at)}",
        "room_zh": room_zh(each.room), "room": str(each.room.id), "day": f"{local:%Y-%m-%d}",
        "starts": f"{local:%H:%M}", "minutes": int((each.ends_at - each.starts_at).total_seconds() // 60),
        "who": f"{each.who.post_id}:{each.who.person_id}", "who_zh": names.person(each.who.person_id),
    }


def _minutes(found: Rules) -> int:
    return int(found.usual.total_seconds() // 60)


def _usual(given: Mapping[str, str], found: Rules, request: Request) -> dict[str, str]:
    room = id_in(given.get("room", ""))
    return {
        "day": day_of(request.at).isoformat(), "minutes": str(_minutes(found)), "weeks": "1", "people": "1",
        "starts": "", "room": str(room) if room else "", "who": "", "whom": "", "with": "", "kind": "", "has": "",
        "meeting": "",
    }


