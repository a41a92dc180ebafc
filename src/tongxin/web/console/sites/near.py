"""Which place near a village, or near a child's home, is open at a moment and can help."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.flows.booking import PART as BOOKING
from tongxin.flows.sites import nearest, reach
from tongxin.flows.sites.nearest import Found, Wish
from tongxin.lib.numbers import day_in, number_in
from tongxin.people.models import Child
from tongxin.places.opening import hours_zh
from tongxin.places.rules import Places
from tongxin.referrals.directory import directory_in
from tongxin.rulebook import rules as rulebook
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, child_for, door, may_do_any
from tongxin.web.pages import show

SATURDAY, MORNING, YEARS = 5, 10, 2
REFERRAL = "referral"
NOW, WEEKEND, DAY = "now", "saturday", "day"
WHEN = {NOW: "现在", WEEKEND: "这个周六上午十点", DAY: "另选时间"}


@door("office.see_places")
def near_place(request: Request) -> HttpResponse:
    """A search from a village or town, for a child of an age: nobody is named."""
    rules = reach.rules_for(request.viewer, at=request.at)
    county = reach.county_of(request.viewer)
    places = list(Division.objects.filter(
        county_id=county.id if county else 0, valid_to__isnull=True, level__in=("town", "village")
    ).order_by("code"))
    chosen, age = number_in(request.GET.get("place", "")), number_in(request.GET.get("age", ""), most=rules.ages[1])
    seat = request.viewer.seat
    own = seat.division_id if seat else None
    here = next((each for each in places if each.id == (chosen or own)), None)
    towns = {each.id: each.name for each in places if each.level == "town"}
    return _page(request, rules, here if age is not None else None, age, {
        "is_child": False, "places": [
            {"id": each.id, "zh": f"{towns.get(each.town_id or 0, '')} {each.name}" if each.level == "village"
             else each.name, "on": here is not None and each.id == here.id} for each in places
        ],
    })


@door("child.read")
def near_child(request: Request, child_id: UUID) -> HttpResponse:
    """The same from where a child lives; address and age stay on the server."""
    if not may_do_any(request, reach.SEE):
        raise Http404
    child = child_for(request, child_id)
    rules = reach.rules_for(request.viewer, at=request.at)
    here = Division.objects.filter(id=child.village_id or child.town_id or child.county_id or 0).first()
    names = open_names(request, children=[child], purpose="near_places", route="near")
    return _page(request, rules, here, _age(child, request.at), {
        "is_child": True, "child": child, "name": names.children[child.id],
        "may_book_child": may_do_any(request, "book_rooms") and access.may(
            viewer=request.viewer, child_id=child.id, part=BOOKING, at=request.at
        ),
        "may_refer": access.may_record(viewer=request.viewer, form_id=REFERRAL, at=request.at),
    })


def _age(child: Child, at: datetime) -> int | None:
    born, today = child.birth_month, at.astimezone(CHINA).date()
    return None if born is None else max(0, today.year - born.year - (today.month < born.month))


def _moment(request: Request) -> tuple[datetime, str]:
    """The moment that is asked for; what can't be one is now."""
    local, when = request.at.astimezone(CHINA), request.GET.get("when", NOW)
    if when == WEEKEND:
        day = local.date() + timedelta(days=(SATURDAY - local.weekday()) % 7)
        return datetime(day.year, day.month, day.day, MORNING, tzinfo=CHINA), WEEKEND
    day_asked = day_in(request.GET.get("day", "")) if when == DAY else None
    if day_asked is None or abs((day_asked - local.date()).days) > 366 * YEARS:
        return request.at, NOW
    hour, _, minute = request.GET.get("time", "").partition(":")
    hours, minutes = number_in(hour, most=23), number_in(minute or "0", most=59)
    return datetime(
        day_asked.year, day_asked.month, day_asked.day, MORNING if hours is None else hours, minutes or 0, tzinfo=CHINA
    ), DAY


def _page(
    request: Request, rules: Places, here: Division | None, age: int | None, more: dict[str, Any]
) -> HttpResponse:
    moment, when = _moment(request)
    needs = nearest.needs_zh(request.viewer, at=request.at)
    need = request.GET.get("need", "")
    need = need if need in needs else ""
    answer = None
    if here is not None and age is not None and age <= rules.ages[1]:
        answer = nearest.nearest(
            wish=Wish(age=age, need=need, from_place=here, moment=moment), viewer=request.viewer, at=request.at
        )
    may_book = may_do_any(request, "book_rooms")
    region = rulebook.region_of(here.id) if here else ""
    kinds = directory_in(region=region, at=request.at).kinds

    def shown(each: Found) -> dict[str, Any]:
        return _line(each, rules, kinds, may_book)

    return show(request, "places/near.html", {
        **more, "here": here, "age": age, "ages": rules.ages, "need": need, "needs": needs, "moment": moment,
        "when": when, "whens": WHEN, "has_answer": answer is not None,
        "day": moment.astimezone(CHINA).date().isoformat(), "time": f"{moment.astimezone(CHINA):%H:%M}",
        "open_now": [shown(each) for each in answer.open_now] if answer else [],
        "later": [shown(each) for each in answer.later] if answer else [],
    })


def _line(found: Found, rules: Places, kinds: Any, may_book: bool) -> dict[str, Any]:
    site = found.site
    kind = rules.kinds.get(site.kind)
    return {
        "url": f"/places/{site.id}/", "name": site.name, "kind": kind.zh if kind else "", "address": site.address,
        "hours": hours_zh(site.hours), "phone": site.phone, "contact": site.contact, "opens_at": found.opens_at,
        "far": nearest.NEAR_ZH[found.nearness] if found.km is None else f"约 {found.km:.1f} 公里",
        "services": [
            {"zh": each.zh, "kind": kinds.get(each.kind, ""), "how": each.how,
             "choose": f"?kind={each.kind}&to_organisation={each.organisation_id}"} for each in found.services
        ],
        "rooms": [{"zh": each.name, "book": f"/bookings/new/?room={each.id}" if may_book else ""}
                  for each in found.rooms],
    }
