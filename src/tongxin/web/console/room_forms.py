"""Writing down a room: what is in it, when it is open, when it is closed."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.bookings.models import Room
from tongxin.bookings.rules import Rules, rules_at
from tongxin.bookings.times import minutes_in, minutes_zh
from tongxin.core.forms import Problem
from tongxin.flows import rooms
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rooms import RoomWish
from tongxin.lib.numbers import number_in
from tongxin.web.console.booking_words import LARGE, WEEKDAYS, day_at
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HALVES = ("am", "pm")


def room_facts(room: Room, found: Rules) -> dict[str, Any]:
    """A room in words."""
    private = "单独" if room.is_private else "不单独"
    return {
        "id": room.id, "body": room.organisation.name, "name": room.name, "door": room.door,
        "kind_zh": found.kinds.get(room.kind, ""), "capacity": room.capacity, "is_used": room.is_used,
        "privacy_zh": f"{private}、{'隔音' if room.is_soundproof else '不隔音'}",
        "equipment": [
            {"zh": found.equipment.get(code, code), "state_zh": found.states.get(state, ""),
             "works": state in found.working}
            for code, state in room.equipment.items()
        ],
        "hours": [
            {"zh": f"周{WEEKDAYS[int(day)]}",
             "hours": "、".join(f"{minutes_zh(start)}–{minutes_zh(end)}" for start, end in spans)}
            for day, spans in sorted(room.hours.items())
        ],
    }


@door("office.manage_rooms", methods=("GET", "POST"))
def new_room(request: Request) -> HttpResponse:
    """A further room."""
    return _keep(request, None) if request.method == "POST" else _page(request, None, _blank())


@door("office.manage_rooms", methods=("GET", "POST"))
def change_room(request: Request, room_id: UUID) -> HttpResponse:
    """What stands of a room now."""
    room = rooms.managed(viewer=request.viewer, at=request.at).filter(id=room_id).first()
    if room is None:
        raise Http404
    return _keep(request, room) if request.method == "POST" else _page(request, room, _given_of(room))


@door("office.manage_rooms", methods=("POST",))
def close_room(request: Request, room_id: UUID) -> HttpResponse:
    """Days on which the room can't be used."""
    try:
        rooms.close(
            room_id=room_id, first_day=day_at(request.POST.get("first_day", ""), "first_day"),
            last_day=day_at(request.POST.get("last_day", ""), "last_day"), reason=request.POST.get("reason", ""),
            actor=request.viewer, at=request.at,
        )
        messages.success(request, _("已登记关闭。这些天不能再约，找空档时也不会出现。"))
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(f"/rooms/{room_id}/#closures")


@door("office.manage_rooms", methods=("POST",))
def end_closure(request: Request, room_id: UUID, closure_id: int) -> HttpResponse:
    """The room can be used again."""
    try:
        rooms.open_again(room_id=room_id, closure_id=closure_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已重新开放。"))
    return HttpResponseRedirect(f"/rooms/{room_id}/")


def _keep(request: Request, room: Room | None) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in request.POST}
    try:
        kept = rooms.keep(
            wish=_wish(given, room, rules_at(request.at)), room_id=room.id if room else None, actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, room, given, refused.problems, status=422)
    messages.success(request, _("已保存。"))
    return HttpResponseRedirect(f"/rooms/{kept.id}/")


def _wish(given: Mapping[str, str], room: Room | None, found: Rules) -> RoomWish:
    body = given.get("organisation", "")
    return RoomWish(
        organisation_id=room.organisation_id if room else number_in(body) or 0,
        name=given.get("name", ""), door=given.get("door", ""), kind=given.get("kind", ""),
        capacity=number_in(given.get("capacity", ""), most=LARGE) or 0, is_private="is_private" in given,
        is_soundproof="is_soundproof" in given, is_used=room is None or "is_used" in given,
        equipment={code: state for code in found.equipment if (state := given.get(f"has-{code}", ""))},
        hours={str(day): _spans(given, day) for day in range(7)},
    )


def _spans(given: Mapping[str, str], day: int) -> list[list[int]]:
    found = []
    for half in HALVES:
        start, end = given.get(f"{half}-from-{day}", ""), given.get(f"{half}-to-{day}", "")
        if start or end:
            try:
                found.append([minutes_in(start), minutes_in(end)])
            except ValueError:
                raise Refused([
                    Problem("hours", f"没有保存：周{WEEKDAYS[day]}的开放时间没有写全，例如 08:30 到 12:00。", True)
                ]) from None
    return found


def _blank() -> dict[str, str]:
    return {"capacity": "3", "is_private": "yes", "is_soundproof": "yes", **{
        key: value for day in range(5) for key, value in (
            (f"am-from-{day}", "08:30"), (f"am-to-{day}", "12:00"), (f"pm-from-{day}", "13:30"),
            (f"pm-to-{day}", "17:30"),
        )
    }}


def _given_of(room: Room) -> dict[str, str]:
    said = {"name": room.name, "door": room.door, "kind": room.kind, "capacity": str(room.capacity)}
    said |= {name: "yes" for name in ("is_private", "is_soundproof", "is_used") if getattr(room, name)}
    said |= {f"has-{code}": state for code, state in room.equipment.items()}
    for day, spans in room.hours.items():
        for half, (start, end) in zip(HALVES, spans, strict=False):
            said |= {f"{half}-from-{day}": minutes_zh(start), f"{half}-to-{day}": minutes_zh(end)}
    return said


def _page(
    request: Request, room: Room | None, given: Mapping[str, str], problems: Iterable[Problem] = (), *,
    status: int = 200,
) -> HttpResponse:
    found = rules_at(request.at)
    return show(request, "bookings/room_form.html", {
        "room": room, "given": given, "problems": list(problems), "kinds": found.kinds,
        "bodies": [] if room else rooms.bodies_for(viewer=request.viewer, at=request.at),
        "equipment": [
            {"id": code, "zh": zh, "state": given.get(f"has-{code}", "")} for code, zh in found.equipment.items()
        ],
        "states": found.states,
        "days": [
            {"day": day, "zh": f"周{WEEKDAYS[day]}", "halves": [
                {"id": half, "zh": "上午" if half == "am" else "下午", "from": given.get(f"{half}-from-{day}", ""),
                 "to": given.get(f"{half}-to-{day}", "")} for half in HALVES
            ]} for day in range(7)
        ],
    }, status=status)
