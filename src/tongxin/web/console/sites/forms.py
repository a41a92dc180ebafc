"""Writing down a site: where, whose, how large, when it is open, who works there, what stands in it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Organisation
from tongxin.bookings.rules import rules_at
from tongxin.bookings.times import minutes_in, minutes_zh
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites import keeping, reach
from tongxin.flows.sites.keeping import MOST_PEOPLE, SiteWish
from tongxin.lib.numbers import number_in
from tongxin.places.models import Site
from tongxin.places.opening import WEEKDAYS
from tongxin.places.reading import decimal_in
from tongxin.places.rules import Places
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HALVES = ("am", "pm")
Given = Mapping[str, str]


@door("office.keep_places", methods=("GET", "POST"))
def new_place(request: Request) -> HttpResponse:
    """A further site."""
    return _keep(request, None) if request.method == "POST" else _page(request, None, _blank())


@door("office.keep_places", methods=("GET", "POST"))
def change_place(request: Request, site_id: UUID) -> HttpResponse:
    """What stands of a site now."""
    site = reach.kept(viewer=request.viewer, at=request.at).filter(id=site_id).first()
    if site is None:
        raise Http404
    return _keep(request, site) if request.method == "POST" else _page(request, site, _given_of(site))


def _keep(request: Request, site: Site | None) -> HttpResponse:
    given = {name: request.POST.get(name, "").replace("\x00", "").strip() for name in request.POST}
    try:
        wish = _wish(given, reach.rules_for(request.viewer, at=request.at), rules_at(request.at).equipment)
        kept = keeping.keep(wish=wish, site_id=site.id if site else None, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, site, given, refused.problems, status=422)
    messages.success(request, _("已保存。"))
    return HttpResponseRedirect(f"/places/{kept.id}/")


def _wish(given: Given, found: Places, of_rooms: Mapping[str, str]) -> SiteWish:
    problems: list[Problem] = []

    def read(name: str, zh: str) -> Any:
        try:
            return decimal_in(given.get(name, ""), zh)
        except ValueError as wrong:
            problems.append(Problem(name, f"没有保存：{wrong}。", True))
            return None

    numbers = {name: read(name, zh) for name, zh in (("area", "面积"), ("longitude", "经度"), ("latitude", "纬度"))}
    staff = {}
    for role in found.staff:
        said = given.get(f"staff-{role}", "")
        many = number_in(said, most=MOST_PEOPLE) if said else 0
        if many is None:
            problems.append(Problem("staff", f"没有保存：人数写 0 到 {MOST_PEOPLE} 的整数。", True))
        staff[role] = many or 0
    counts = {}
    for what in found.counted:
        if said := given.get(f"counts-{what}", ""):
            number = number_in(said, most=MOST_PEOPLE)
            if number is None:
                problems.append(Problem("counts", f"没有保存：床位和接线位写 0 到 {MOST_PEOPLE} 的整数。", True))
            counts[what] = number or 0
    hours = {str(day): _spans(given, day, problems) for day in range(7)}
    if problems:
        raise Refused(problems)
    return SiteWish(
        division_id=number_in(given.get("division", "")) or 0, kind=given.get("kind", ""), name=given.get("name", ""),
        body=given.get("body", ""), address=given.get("address", ""), phone=given.get("phone", ""),
        contact=given.get("contact", ""), age_from=_age(given, "age_from"), age_to=_age(given, "age_to"),
        hours=hours, opens_on_holidays="opens_on_holidays" in given, staff=staff, is_used="is_unused" not in given,
        equipment={code: state for code in (*found.equipment, *of_rooms) if (state := given.get(f"has-{code}", ""))},
        counts=counts, **numbers,
    )


def _age(given: Given, name: str) -> int:
    number = number_in(given.get(name, ""), most=99)
    return -1 if number is None else number


def _spans(given: Given, day: int, problems: list[Problem]) -> list[list[int]]:
    found = []
    for half in HALVES:
        start, end = given.get(f"{half}-from-{day}", ""), given.get(f"{half}-to-{day}", "")
        if start or end:
            try:
                found.append([minutes_in(start), minutes_in(end)])
            except ValueError:
                zh = f"没有保存：周{WEEKDAYS[day]}的开放时间没有写全，例如 08:30 到 12:00。"
                problems.append(Problem("hours", zh, True))
    return found


def _blank() -> dict[str, str]:
    return {"age_from": "0", "age_to": "18", **{
        key: value for day in range(5) for key, value in (
            (f"am-from-{day}", "08:30"), (f"am-to-{day}", "12:00"), (f"pm-from-{day}", "13:30"),
            (f"pm-to-{day}", "17:30"),
        )
    }}


def _given_of(site: Site) -> dict[str, str]:
    said = {name: getattr(site, name) for name in ("kind", "name", "address", "phone", "contact")}
    said |= {"division": str(site.division_id), "body": site.organisation.name}
    for name in ("area", "longitude", "latitude", "age_from", "age_to"):
        value = getattr(site, name)
        said[name] = "" if value is None else f"{value}"
    said |= {"opens_on_holidays": "yes"} if site.opens_on_holidays else {}
    said |= {} if site.is_used else {"is_unused": "yes"}
    said |= {f"staff-{role}": str(many) for role, many in site.staff.items()}
    said |= {f"counts-{what}": str(many) for what, many in site.counts.items()}
    said |= {f"has-{code}": state for code, state in site.equipment.items()}
    for day, spans in site.hours.items():
        for half, (start, end) in zip(HALVES, spans, strict=False):
            said |= {f"{half}-from-{day}": minutes_zh(start), f"{half}-to-{day}": minutes_zh(end)}
    return said


def _page(
    request: Request, site: Site | None, given: Given, problems: Iterable[Problem] = (), *, status: int = 200
) -> HttpResponse:
    found, booking = reach.rules_for(request.viewer, at=request.at), rules_at(request.at)
    places = list(keeping.places_below(request.viewer, request.at))
    towns = {each.id: each.name for each in places if each.level == "town"}
    counties = {each.county_id for each in places}
    bodies = Organisation.objects.filter(division__county_id__in=counties).exclude(kind__in=("town", "village"))
    return show(request, "places/form.html", {
        "site": site, "given": given, "problems": told_problems(problems), "means": found.means,
        "kinds": [{"id": id, "zh": each.zh, "on": given.get("kind") == id} for id, each in found.kinds.items()],
        "places": [
            {"id": each.id, "zh": f"{towns.get(each.town_id or 0, '')} {each.name}" if each.level == "village"
             else each.name, "on": given.get("division") == str(each.id)} for each in places
        ],
        "bodies": bodies.order_by("name").values_list("name", flat=True).distinct(),
        "staff": [{"id": id, "zh": zh, "many": given.get(f"staff-{id}", "")} for id, zh in found.staff.items()],
        "counted": [
            {"id": id, "zh": zh, "unit": unit, "many": given.get(f"counts-{id}", "")}
            for id, (zh, unit) in found.counted.items()
        ],
        "equipment": [
            {"id": id, "zh": zh, "state": given.get(f"has-{id}", "")}
            for id, zh in {**found.equipment, **booking.equipment}.items()
        ],
        "states": booking.states, "days": [
            {"day": day, "zh": f"周{WEEKDAYS[day]}", "halves": [
                {"id": half, "zh": "上午" if half == "am" else "下午", "from": given.get(f"{half}-from-{day}", ""),
                 "to": given.get(f"{half}-to-{day}", "")} for half in HALVES
            ]} for day in range(7)
        ],
    }, status=status)
