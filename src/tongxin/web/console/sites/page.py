"""One site: what it is and lacks, when it is open, what it offers, what was found there, what it was before."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.activities.rules import rules_in as activity_rules
from tongxin.bookings.rules import rules_at
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.activities import placing
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.sites import keeping, reach, tables
from tongxin.lib import ids
from tongxin.places.models import Photo, Site
from tongxin.places.opening import hours_zh, is_open, opens_next
from tongxin.places.rules import Places
from tongxin.places.standing import gaps
from tongxin.referrals.directory import directory_in
from tongxin.referrals.models import Service
from tongxin.rulebook import rules as rulebook
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, shown, told_problems, words_in
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ROUTE, PURPOSE, PART = "places", "places", "places"
HISTORY, INSPECTIONS, SHOWN = 20, 10, 30
Given = dict[str, list[str]]
CHANGED = {
    "division_id": "所在地", "kind": "种类", "name": "名称", "body": "单位", "address": "地址", "phone": "电话",
    "contact": "找谁", "area": "面积", "longitude": "经度", "latitude": "纬度", "age_from": "最小几岁",
    "age_to": "最大几岁", "hours": "开放时间", "opens_on_holidays": "放假也开", "staff": "人员",
    "equipment": "设备", "counts": "床位和接线位", "is_used": "在用",
}


@door("office.see_places")
def place_page(request: Request, site_id: UUID) -> HttpResponse:
    """Everything of one site."""
    try:
        site = reach.site_for(site_id=site_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return page(request, site)


def page(
    request: Request, site: Site, problems: Iterable[Problem] = (), *, given: Given | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what somebody wrote and what is wrong with it."""
    wrong = list(problems)
    rules, booking = reach.rules_of(site.county_id, at=request.at), rules_at(request.at)
    rooms = tables.rooms_by_site([site])[site.id]
    may_keep = reach.kept(viewer=request.viewer, at=request.at).filter(id=site.id).exists()
    kind = rules.kinds.get(site.kind)
    place = Division.objects.filter(id__in=[site.town_id or site.county_id]).values_list("name", flat=True).first()
    equipment = {**rules.equipment, **booking.equipment}
    may_see_boxes = may_keep or reach.boxes_for(viewer=request.viewer, at=request.at).filter(site=site).exists()
    activities = activity_rules(site.county_id, at=request.at)
    held = placing.at_site(site, viewer=request.viewer, at=request.at)
    return show(request, "places/place.html", {
        "held": held, "activities": [
            {"row": each, "zh": activities.kinds[each.kind].zh if each.kind in activities.kinds else "",
             "state": each.get_state_display()} for each in held.rows[:SHOWN]
        ],
        "site": site, "kind": kind.zh if kind else "", "place": place, "problems": told_problems(wrong),
        "may_keep": may_keep, "hours": hours_zh(site.hours), "opening": _opening(request, site, rules),
        "gaps": gaps(site, rooms, rules=rules, booking=booking),
        "standards": [each for each in rules.standards if site.kind in each.kinds],
        "staff": [{"zh": rules.staff.get(role, role), "many": many} for role, many in site.staff.items()],
        "equipment": [
            {"zh": equipment.get(code, code), "state": booking.states.get(state, ""), "works": state in booking.working}
            for code, state in site.equipment.items()
        ],
        "counts": [
            {"zh": zh, "many": site.counts[what], "unit": unit}
            for what, (zh, unit) in rules.counted.items() if what in site.counts
        ],
        "rooms": [
            {"link": link.id, "room": link.room, "kind": booking.kinds.get(link.room.kind, "")}
            for link in site.room_links.filter(ended_at__isnull=True).select_related("room").order_by("room__name")
        ],
        "free_rooms": keeping.free_rooms(site) if may_keep else [], **_services(request, site, may_keep),
        "photos": [
            {"id": each.id, "zh": rules.photos.get(each.subject, ""), "at": each.at}
            for each in site.photos.order_by("-at")
        ],
        "subjects": rules.photos, "closures": [
            {"row": each, "zh": rules.closures.get(each.reason, "")} for each in site.closures.filter(
                ended_at__isnull=True, last_day__gte=request.at.astimezone(CHINA).date()
            ).order_by("first_day")
        ],
        "reasons": rules.closures, **_inspected(request, site, rules, given or {}, wrong),
        "today": request.at.astimezone(CHINA).date().isoformat(), "is_school": bool(kind and kind.is_school),
        "boxes": site.boxes.filter(is_used=True).order_by("number") if may_see_boxes else [],
        "keys": rules.keys, "box_words": rules.box,
    }, status=status)


def _opening(request: Request, site: Site, rules: Places) -> dict[str, Any]:
    closures, calendar = list(site.closures.filter(ended_at__isnull=True)), rulebook.calendar_at(request.at)
    is_now = is_open(site, request.at, closures=closures, calendar=calendar)
    return {"is_now": is_now, "next": None if is_now else opens_next(
        site, request.at, closures=closures, calendar=calendar, ahead=rules.ahead
    )}


def _services(request: Request, site: Site, may_keep: bool) -> dict[str, Any]:
    directory = directory_in(region=rulebook.region_of(site.county_id), at=request.at)
    links = list(site.service_links.filter(ended_at__isnull=True).select_related("service"))
    rows = Service.objects.filter(county_id=site.county_id).exclude(id__in=[each.service_id for each in links])
    return {
        "services": [
            {"link": each.id, "zh": each.service.zh, "kind": directory.kinds.get(each.service.kind, ""),
             "state": directory.states.get(each.service.state, ""), "how": each.service.how,
             "takes": each.service.state in directory.suggested,
             "ages": f"{each.service.age_from}—{each.service.age_to} 岁"} for each in links
        ],
        "more_services": rows.select_related("organisation").order_by("organisation__name", "zh") if may_keep else [],
    }


def _inspected(
    request: Request, site: Site, rules: Places, given: Given, wrong: list[Problem]
) -> dict[str, Any]:
    rows = list(site.inspections.order_by("-done_on", "-at")[:INSPECTIONS])
    changes = list(site.changes.order_by("-at", "-id")[: HISTORY + 1])
    people = [*(each.person_id for each in rows), *(each.person_id for each in changes)]
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=people, more=[each.words for each in rows]
    )
    asked = [each for each in rules.inspection if each.id not in ("done_on", "found")]
    today = request.at.astimezone(CHINA).date()
    return {
        "inspections": [
            {"row": each, "by": names.person(each.person_id), "lines": shown(asked, each.clear, words_in(said))}
            for each, said in zip(rows, names.more, strict=True)
        ],
        "findings": [
            {"row": each, "zh": rules.findings.get(each.kind, ""),
             "is_late": each.mended_on is None and each.due_on < today}
            for each in site.findings.order_by("mended_on", "due_on", "kind")
        ],
        "fields": drawn(rules.inspection, given, wrong), "inspection_id": ids.new_id(),
        "history": [
            {"at": each.at, "by": names.person(each.person_id), "zh": _changed(each.content, before)}
            for each, before in zip(changes, [*(row.content for row in changes[1:]), None], strict=True)
        ][:HISTORY],
    }


def _changed(now: dict[str, Any], before: dict[str, Any] | None) -> str:
    if before is None:
        return "登记"
    return "改了" + "、".join(zh for name, zh in CHANGED.items() if now.get(name) != before.get(name))


@door("office.see_places")
def picture(request: Request, site_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of the site, as it was kept."""
    try:
        site = reach.site_for(site_id=site_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    row = Photo.objects.filter(id=photo_id, site=site).first()
    if row is None:
        raise Http404
    (content,) = vault.open_bytes(
        [row.content], viewer=request.viewer, purpose=PURPOSE, part=PART, route=ROUTE, at=request.at
    )
    return HttpResponse(content, content_type=row.media_type, headers={
        "Content-Disposition": f'inline; filename="place-{row.sha256[:8]}.{row.media_type.partition("/")[2]}"',
        "Cache-Control": "no-store",
    })
