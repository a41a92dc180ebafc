"""The duty roster: who answers first for a crisis in the coming days, where nobody does, and writing it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors
from tongxin.duty.models import Turn
from tongxin.duty.selectors import Stretch
from tongxin.flows import duty, duty_swaps
from tongxin.flows.duty import RosterRules, Wish
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in, number_in
from tongxin.rulebook import rules
from tongxin.web.console import duty_swaps as swap_pages
from tongxin.web.console.duty_words import moment_in_zh, named_in, time_in
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ONE = timedelta(days=1)
FIELDS = ("first_day", "last_day", "starts", "ends", "first", "second")


@door("office.see_duty")
def duty_roster(request: Request) -> HttpResponse:
    """Two weeks of the roster of each place that the viewer belongs to."""
    return _page(request, {}, (), 200)


@door("office.plan_duty", methods=("POST",))
def write_duty(request: Request) -> HttpResponse:
    """Write who is on duty for some hours of some days."""
    given = {name: request.POST.get(name, "").strip() for name in (*FIELDS, "division")}
    try:
        count = duty.write(wish=_wish(given), actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, given, refused.problems, 422)
    messages.success(request, _("已排好 %(count)d 班。正在处置的危机从现在起先响值班的人。") % {"count": count})
    return HttpResponseRedirect("/duty/")


def _wish(given: dict[str, str]) -> Wish:
    problems: list[Problem] = []

    def read(name: str, how: Any, zh: str) -> Any:
        found = how(given[name])
        if found is None:
            problems.append(Problem(name, zh, True))
        return found

    wish = Wish(
        division_id=number_in(given["division"]) or 0,
        first_day=read("first_day", day_in, "请选开始的日期。"),
        last_day=read("last_day", day_in, "请选结束的日期。"),
        starts=read("starts", time_in, "请选几点开始，例如 17:30。"),
        ends=read("ends", time_in, "请选几点结束；写 8:30 而开始是 17:30 的，到第二天 8:30。"),
        first=named_in(given["first"]), second=named_in(given["second"]),
    )
    if not given["first"]:
        problems.append(Problem("first", "请选谁值班；这些时候真的没有人值班的，选“没有人值班”。", True))
    if problems:
        raise Refused(problems)
    return wish


def _page(request: Request, given: dict[str, str], problems: Iterable[Problem], status: int) -> HttpResponse:
    places = duty.places_for(viewer=request.viewer, action=duty.SEE, at=request.at)
    may_plan = duty.places_for(viewer=request.viewer, action=duty.PLAN, at=request.at)
    start, usual = request.at, duty.roster_rules(region=region_of_viewer(request), at=request.at)
    today = start.astimezone(CHINA).date()
    until = datetime.combine(today + usual.shown, time(), tzinfo=CHINA)
    found = {id: selectors.stretches(place, since=start, until=until) for id, place in places.items()}
    choices = {id: duty.candidates(place, at=request.at) for id, place in may_plan.items()}
    people = {person for rows in choices.values() for _post, person in rows}
    people |= {person for rows in found.values() for each in rows for person in _people(each)}
    ahead = {id: duty_swaps.turns_ahead(place, at=request.at) for id, place in places.items()}
    people |= swap_pages.people_in(request, list(places.values()))
    people |= {each.person_id for turns in ahead.values() for each in turns if each.person_id}
    names = open_names(request, people=people, phones=people, purpose="duty", route="duty", part="staff")
    sections = [
        {
            "id": id, "name": place.name, "rows": [_row(each, names, request.at) for each in found[id]],
            "gaps": sum(1 for each in found[id] if each.turn is None), "may_plan": id in may_plan,
            "has_template": selectors.template_on(place, today) is not None,
            "is_empty": all(each.turn is None for each in found[id]),
            "people": [
                {"value": f"{post.id}:{person}", "zh": f"{names.person(person)}　{post.title}"}
                for post, person in choices.get(id, ())
            ],
            "given": {**_usual(found[id], usual, request.at), **(given if given.get("division") == str(id) else {})},
        }
        | _swapping(request, place, ahead[id], id in may_plan, names)
        for id, place in places.items() if found[id] and (id in may_plan or any(each.turn for each in found[id]))
    ]
    return show(request, "console/duty.html", {
        "sections": sections, "problems": list(problems), "holidays": _holidays(usual, request.at),
        "days": usual.shown.days, "waiting": swap_pages.waiting_rows(request, names),
        "weeks": usual.ahead.days // 7,
        "sees_board": access.may_do(viewer=request.viewer, action="see_crisis_board", at=request.at),
    }, status=status)


def _swapping(
    request: Request, place: Division, turns: list[Turn], may_plan: bool, names: Names
) -> dict[str, Any]:
    """The turns that the viewer may give away, those to be had for them, and what became of swaps before."""
    own = [each for each in turns if may_plan or each.person_id == request.viewer.person_id]
    return {
        "own_turns": swap_pages.choices(own, names), "turns": swap_pages.choices(turns, names),
        "may_swap": bool(own) and len({each.person_id for each in turns}) > 1,
        "reasons": duty_swaps.reasons(place, at=request.at) if may_plan else [],
        "swaps": swap_pages.settled_rows(request, place, names),
    }


def _people(stretch: Stretch) -> list[UUID]:
    turn = stretch.turn
    return [each for each in (turn.person_id, turn.stand_in_id) if each] if turn else []


def _row(stretch: Stretch, names: Names, at: datetime) -> dict[str, Any]:
    turn = stretch.turn
    return {
        "zh": f"{moment_in_zh(stretch.from_at)} 到 {moment_in_zh(stretch.to_at)}",
        "is_now": stretch.from_at <= at < stretch.to_at,
        "first": _who(turn.person_id, turn.post.title if turn.post else "", names) if turn else None,
        "second": _who(turn.stand_in_id, turn.stand_in_post.title if turn.stand_in_post else "", names)
        if turn and turn.stand_in_id else None,
    }


def _who(person: UUID | None, title: str, names: Names) -> dict[str, str]:
    return {
        "zh": f"{names.person(person)}　{title}", "number": names.phones.get(person, "") if person else "",
    }


def _usual(found: list[Stretch], usual: RosterRules, at: datetime) -> dict[str, str]:
    """The next hours without anybody as what to write."""
    gap = next((each for each in found if each.turn is None), None)
    day = (gap.from_at if gap else at).astimezone(CHINA).date()
    return {
        "first_day": day.isoformat(), "last_day": (day + usual.filled - ONE).isoformat(),
        "starts": usual.turn, "ends": usual.turn, "first": "", "second": "",
    }


def _holidays(usual: RosterRules, at: datetime) -> list[str]:
    """The public holidays among the days shown, which a roster forgets first."""
    calendar = rules.calendar_at(at)
    first = at.astimezone(CHINA).date()
    days = (first + timedelta(days=each) for each in range(usual.shown.days))
    return [f"{day.month}月{day.day}日" for day in days if day in calendar.holidays]

