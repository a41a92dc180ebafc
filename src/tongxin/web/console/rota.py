"""The rota of rooms: a month with who sits where and where nobody does; days off, swaps and the weekly pattern."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import path

from tongxin.bookings import selectors
from tongxin.bookings.rules import Rules, rules_at
from tongxin.bookings.selectors import Gap, Sitting, day_of
from tongxin.bookings.times import days_between, minutes_zh, moment_of
from tongxin.core.pathway import CHINA
from tongxin.core.pathway.calendar import add_months
from tongxin.flows import rooms, rota
from tongxin.flows.booking_clashes import hours_zh
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import month_in
from tongxin.rulebook import rules
from tongxin.web.console.booking_words import PURPOSE, WEEKDAYS, day_zh, people_of, room_zh
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.rota_forms import answer_change, end_shift, leave_day, swap_days, write_shift
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.see_rooms")
def rota_page(request: Request) -> HttpResponse:
    """A month of the rooms in reach, or of one of them."""
    at, today = request.at, day_of(request.at)
    reach = list(rooms.in_reach(viewer=request.viewer, at=at).filter(is_used=True))
    chosen = id_in(request.GET.get("room", ""))
    found = [each for each in reach if each.id == chosen] or reach
    first = (month_in(request.GET.get("month", "")) or today).replace(day=1)
    after = add_months(moment_of(first, 0), 1).astimezone(CHINA).date()
    seated = rota.seated(found, first=first, last=after - timedelta(days=1), at=at)
    kept = [room for room in found if room.shifts.exists()]
    gaps = selectors.gaps(
        kept, first=max(first, today), last=after - timedelta(days=1), calendar=rules.calendar_at(at), seated=seated
    )
    planned = list(rooms.managed(viewer=request.viewer, action=rooms.PLAN, at=at).filter(is_used=True))
    asked = rota.asked(viewer=request.viewer, at=at)
    shifts = selectors.shifts_in(found, first=today, last=today + rules_at(at).ahead)
    people = {each.person_id for each in seated} | {each.person_id for each in shifts}
    people |= {each.asked_by_id for each in asked}
    choices = {(post.id, person): (post, person) for room in found for post, person in rota.candidates(room, at=at)}
    names = open_names(
        request, people=[*people, *(person for _, person in choices.values())], purpose=PURPOSE, route="rota",
        part="staff",
    )
    mine, others = _coming(seated, request)
    plans = {room.id for room in planned}
    return show(request, "bookings/rota.html", {
        "has_today": first <= today < after, "days": _days(seated, gaps, names, first, after, request),
        "rooms": reach, "chosen": chosen,
        "month_zh": f"{first.year}年{first.month}月", "month": f"{first:%Y-%m}",
        "before": f"{first - timedelta(days=1):%Y-%m}", "after": f"{after:%Y-%m}",
        "gaps": [_gap(each, today, rules_at(at)) for each in gaps if each.from_at < moment_of(today, 0) + timedelta(7)],
        "gap_count": len(gaps), "asked": [_asked(each, names) for each in asked],
        "mine": [_choice(each, names) for each in mine],
        "movable": [_choice(each, names) for each in (seated if plans else mine)
                    if each.to_at > at and each.person_id and (each in mine or each.shift.room_id in plans)],
        "others": [_choice(each, names) for each in others],
        "people": people_of(list(choices.values()), names), "planned": planned, "today": today,
        "weekdays": list(enumerate(f"周{each}" for each in WEEKDAYS)),
        "pattern": [_pattern(each, names) for each in shifts if each.room_id in plans],
    })


def _coming(seated: list[Sitting], request: Request) -> tuple[list[Sitting], list[Sitting]]:
    """The viewer's own turns that lie ahead, and those of others."""
    ahead = [each for each in seated if each.to_at > request.at and each.person_id is not None]
    posts = rota.stood_in(viewer=request.viewer, at=request.at)
    mine = [each for each in ahead if each.person_id == request.viewer.person_id or each.post_id in posts]
    return mine, [each for each in ahead if each not in mine]


def _days(
    seated: list[Sitting], gaps: list[Gap], names: Names, first: date, after: date, request: Request
) -> list[dict[str, Any]]:
    """The days of a month, with empty ones before the first so that weekdays stand under each other."""
    calendar, today, found = rules.calendar_at(request.at), day_of(request.at), []
    for day in days_between(first, after - timedelta(days=1)):
        there = [
            {"hours": hours_zh(*each.span), "who": names.person(each.person_id) if each.person_id else "",
             "room": each.shift.room.name, "is_mine": each.person_id == request.viewer.person_id,
             "asked_zh": "，等对方答复" if each.asked else ""}
            for each in seated if each.day == day
        ]
        empty = [
            f"{each.room.name} {hours_zh(each.from_at, each.to_at)}" for each in gaps if day_of(each.from_at) == day
        ]
        found.append({
            "zh": day_zh(day), "is_today": day == today, "is_holiday": day in calendar.holidays, "seated": there,
            "gaps": empty, "is_empty": not there and not empty and day not in calendar.holidays,
        })
    return [{"zh": "", "is_empty": True} for _ in range(first.weekday())] + found


def _gap(gap: Gap, today: date, found: Rules) -> str:
    """本周三下午没有人值班, with the hours and the room."""
    day = day_of(gap.from_at)
    week = "本周" if day <= today + timedelta(days=6 - today.weekday()) else "下周"
    noon = moment_of(day, found.afternoon.hour * 60 + found.afternoon.minute)
    half = "上午" if gap.to_at <= noon else "下午" if gap.from_at >= noon else ""
    zh = f"{week}{WEEKDAYS[day.weekday()]}{half}没有人值班"
    return f"{zh}：{gap.room.name} {day.month}月{day.day}日 {hours_zh(gap.from_at, gap.to_at)}"


def _choice(each: Sitting, names: Names) -> dict[str, str]:
    zh = f"{day_zh(each.day)} {hours_zh(*each.span)} {each.shift.room.name} {names.person(each.person_id)}"
    return {"value": f"{each.shift.id}:{each.day.isoformat()}", "zh": zh}


def _asked(each: Any, names: Names) -> dict[str, Any]:
    hours = f"{minutes_zh(each.shift.starts)}–{minutes_zh(each.shift.ends)}"
    return {
        "id": each.id, "is_swap": each.pair is not None,
        "zh": f"{day_zh(each.day)} {hours} {room_zh(each.shift.room)}", "who": names.person(each.asked_by_id),
    }


def _pattern(each: Any, names: Names) -> dict[str, Any]:
    return {
        "id": each.id, "first_day": each.first_day, "last_day": each.last_day,
        "zh": f"周{WEEKDAYS[each.weekday]} {minutes_zh(each.starts)}–{minutes_zh(each.ends)} "
              f"{each.room.name} {names.person(each.person_id)}",
    }


urlpatterns = [
    path("rota/", rota_page), path("rota/write/", write_shift), path("rota/leave/", leave_day),
    path("rota/swap/", swap_days), path("rota/shifts/<uuid:shift_id>/end/", end_shift),
    path("rota/changes/<uuid:change_id>/answer/", answer_change),
]
