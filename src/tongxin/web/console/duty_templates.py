"""The weekly template of a place's duty roster, and weeks filled from it: looked at first, then written."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors
from tongxin.duty.models import Template
from tongxin.duty.services import Line
from tongxin.duty.spreading import DAYS
from tongxin.flows import duty, duty_filling
from tongxin.flows.duty_filling import BY_HAND, SAME, VACANT, Filling, Slot
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in, number_in
from tongxin.rulebook import rules
from tongxin.web.console.duty_words import moment_in_zh, named_in, time_in
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ROUTE, SPARE, MOST_WEEKS = "duty", 2, 99
STATES = {SAME: "已经排好", BY_HAND: "手排的，不动", VACANT: "模板里的人不在岗，没有人代"}


@door("office.plan_duty", methods=("GET", "POST"))
def template_page(request: Request, division_id: int) -> HttpResponse:
    """The week as it is planned from a day on: the template in force, ready to be written anew."""
    place = _place(request, division_id)
    if request.method != "POST":
        return _template(request, place, None, (), 200)
    given = {name: request.POST.get(name, "").strip() for name in request.POST if not name.startswith("days-")}
    given |= {name: "".join(sorted(set(request.POST.getlist(name)))) for name in request.POST if name[:5] == "days-"}
    try:
        duty_filling.write_template(
            division_id=place.id, valid_from=_day(given.get("valid_from", ""), "valid_from"),
            lines=_lines(given, _most(place, request)), actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _template(request, place, given, refused.problems, 422)
    messages.success(request, _("模板已保存。已经排好的值班没有动；请看一遍，再按模板排。"))
    first = max(_day(given["valid_from"], "valid_from"), request.at.astimezone(CHINA).date())
    return HttpResponseRedirect(f"/duty/{place.id}/fill/?first_day={first.isoformat()}")


@door("office.plan_duty", methods=("GET", "POST"))
def fill_page(request: Request, division_id: int) -> HttpResponse:
    """What filling some weeks would write, kept, and left bare; then exactly that is written."""
    place = _place(request, division_id)
    usual = duty.roster_rules(region=rules.region_of(place.id), at=request.at)
    sent = request.POST if request.method == "POST" else request.GET
    today = request.at.astimezone(CHINA).date()
    given = {
        "first_day": sent.get("first_day", "").strip() or today.isoformat(),
        "weeks": sent.get("weeks", "").strip() or str(usual.ahead.days // 7),
        "replaces": sent.get("replaces", "") == "yes",
    }
    try:
        asked: dict[str, Any] = {
            "division_id": place.id, "first_day": _day(str(given["first_day"]), "first_day"),
            "weeks": number_in(str(given["weeks"]), most=MOST_WEEKS) or 0, "replaces": bool(given["replaces"]),
            "actor": request.viewer, "at": request.at,
        }
        if request.method == "POST":
            count = duty_filling.fill(mark=sent.get("mark", ""), **asked)
            if count is not None:
                messages.success(request, _("已按模板排好 %(count)d 班。") % {"count": count})
                return HttpResponseRedirect("/duty/")
            messages.warning(request, _("没有排：值班表或人员刚有变动，下面是现在的样子。请再看一遍，再点一次。"))
        found = duty_filling.look(**asked)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _preview(request, place, given, None, refused.problems, 422)
    return _preview(request, place, given, found, (), 200)


def _place(request: Request, division_id: int) -> Division:
    place = duty.places_for(viewer=request.viewer, action=duty.PLAN, at=request.at).get(division_id)
    if place is None:
        raise Http404
    return place


def _most(place: Division, request: Request) -> int:
    return duty.roster_rules(region=rules.region_of(place.id), at=request.at).lines


def _day(text: str, path: str) -> date:
    found = day_in(text)
    if found is None:
        raise Refused([Problem(path, "没有保存：请选日期。", True)])
    return found


def _lines(given: Mapping[str, str], most: int) -> list[Line]:
    lines, problems = [], []
    for number in range(most):
        days, first = given.get(f"days-{number}", ""), named_in(given.get(f"first-{number}", ""))
        if not days and first is None:
            continue
        starts, ends = time_in(given.get(f"starts-{number}", "")), time_in(given.get(f"ends-{number}", ""))
        if first is None or starts is None or ends is None or not days:
            said = f"没有保存：第 {number + 1} 行要选哪几天、几点到几点、谁值班；不要这一行的，去掉日子和人。"
            problems.append(Problem(f"first-{number}", said, True))
            continue
        lines.append(Line(days, starts, ends, first, named_in(given.get(f"second-{number}", ""))))
    if problems:
        raise Refused(problems)
    return lines


def _template(
    request: Request, place: Division, given: Mapping[str, str] | None, problems: Iterable[Problem], status: int
) -> HttpResponse:
    today = request.at.astimezone(CHINA).date()
    template = selectors.template_on(place, today.replace(year=today.year + 1, day=1))
    usual = duty.roster_rules(region=rules.region_of(place.id), at=request.at)
    choices = duty.candidates(place, at=request.at)
    past = selectors.templates_of(place)
    people = {person for _post, person in choices} | {each.written_by_id for each in past}
    names = open_names(request, people=people, purpose=ROUTE, route=ROUTE, part="staff")
    rows = dict(given) if given is not None else _written(template, today.isoformat())
    used = sum(1 for number in range(usual.lines) if rows.get(f"first-{number}") or rows.get(f"days-{number}"))
    options = [{"value": f"{post.id}:{person}", "zh": f"{names.person(person)}　{post.title}"}
               for post, person in choices]
    return show(request, "console/duty_template.html", {
        "place": place, "problems": list(problems), "valid_from": rows.get("valid_from", today.isoformat()),
        "people": options, "lines": [
            {
                "number": number, "zh": number + 1, "starts": rows.get(f"starts-{number}", usual.turn),
                "ends": rows.get(f"ends-{number}", usual.turn), "first": rows.get(f"first-{number}", ""),
                "second": rows.get(f"second-{number}", ""),
                "days": [{"id": id, "zh": zh, "on": id in rows.get(f"days-{number}", "")} for id, zh in DAYS.items()],
            }
            for number in range(min(usual.lines, used + SPARE))
        ],
        "past": [
            {"valid_from": each.valid_from, "lines": len(each.shifts.all()), "by": names.person(each.written_by_id),
             "at": each.written_at}
            for each in past[:20]
        ],
    }, status=status)


def _written(template: Template | None, today: str) -> dict[str, str]:
    """The template as its form would send it."""
    found = {"valid_from": max(today, template.valid_from.isoformat()) if template else today}
    for number, each in enumerate(template.shifts.all() if template else ()):
        found |= {
            f"days-{number}": each.days, f"starts-{number}": f"{each.starts:%H:%M}",
            f"ends-{number}": f"{each.ends:%H:%M}", f"first-{number}": f"{each.post_id}:{each.person_id}",
            f"second-{number}": f"{each.stand_in_post_id}:{each.stand_in_id}" if each.stand_in_id else "",
        }
    return found


def _preview(
    request: Request, place: Division, given: Mapping[str, Any], found: Filling | None, problems: Iterable[Problem],
    status: int,
) -> HttpResponse:
    slots = found.slots if found else []
    named = [who for each in slots for who in (each.first, each.second) if who]
    people = {who.who.person_id for who in named} | {who.instead_of for who in named if who.instead_of}
    people |= {each.over.person_id for each in slots if each.over} | {each.wanted for each in slots if each.wanted}
    names = open_names(request, people=people, purpose=ROUTE, route=ROUTE, part="staff")
    titles = post_titles(who.who.post_id for who in named)
    return show(request, "console/duty_fill.html", {
        "place": place, "given": given, "problems": list(problems), "found": found,
        "rows": [_row(each, names, titles) for each in slots],
        "count": len(found.to_write) if found else 0,
        "gaps": [_span(*each) for each in found.gaps] if found else [],
        "by_hand": sum(1 for each in slots if each.state == BY_HAND),
        "most": duty.roster_rules(region=rules.region_of(place.id), at=request.at).at_once.days // 7,
    }, status=status)


def _row(slot: Slot, names: Names, titles: Mapping[UUID, str]) -> dict[str, Any]:
    def who(named: duty_filling.Named | None) -> str:
        if named is None:
            return ""
        said = f"{names.person(named.who.person_id)}　{titles.get(named.who.post_id, '')}"
        return f"{said}（代 {names.person(named.instead_of)}，请假）" if named.instead_of else said

    return {
        "zh": _span(slot.from_at, slot.to_at), "first": who(slot.first), "second": who(slot.second),
        "state": STATES.get(slot.state, ""), "is_vacant": slot.state == VACANT,
        "wanted": names.person(slot.wanted) if slot.state == VACANT and slot.wanted else "",
        "over": names.person(slot.over.person_id) if slot.over else "",
    }


def _span(from_at: datetime, to_at: datetime) -> str:
    return f"{moment_in_zh(from_at)} 到 {moment_in_zh(to_at)}"


