"""Writing an agreement or a new version of one, and asking under one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division, Organisation
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_asking as asking
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_agreements import Wish
from tongxin.flows.sharing_bodies import bodies_at, body_with, places_with, purposes_with
from tongxin.flows.sharing_duties import rules_of
from tongxin.lib.numbers import day_in, number_in
from tongxin.rulebook import rules
from tongxin.sharing.models import Agreement, Version
from tongxin.sharing.rules import Purpose, Rules, rules_at
from tongxin.web.console.gates import gate_shown
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems
from tongxin.web.console.sharing import HOME, LONGEST_WORDS, PART, PURPOSE, ROUTE, agreement_for, agreement_rows
from tongxin.web.doors import Request, door
from tongxin.web.new_ids import fresh, given_id
from tongxin.web.pages import show


@door("office.write_sharing", methods=("GET", "POST"))
def new_agreement(request: Request) -> HttpResponse:
    """A new agreement: first with whom and what for, then the rest."""
    return _form(request, None)


@door("office.write_sharing", methods=("GET", "POST"))
def revise(request: Request, agreement_id: UUID) -> HttpResponse:
    """A new version; the former holds until both sides have agreed."""
    row = agreement_for(request, agreement_id)
    if not agreements.may_write(row, viewer=request.viewer, at=request.at) or row.state in Agreement.OVER:
        raise Http404
    return _form(request, row)


def _form(request: Request, row: Agreement | None) -> HttpResponse:
    try:
        county_id = agreements.county_of(request.viewer)
    except NotAllowed:
        raise Http404 from None
    found = rules_at(request.at, region=rules.region_of(county_id))
    newest = row.versions.order_by("-number").first() if row else None
    if request.method == "GET":
        return _page(request, row, newest, found, county_id, _of(request, newest))
    wish = _wish(request.POST)
    try:
        made = agreements.write(
            wish=wish, actor=request.viewer, at=request.at, agreement_id=row.id if row else None,
            after=(number_in(request.POST.get("after", "")) or 0) if row else 0, new_id=given_id(request),
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, row, newest, found, county_id, wish, refused.problems, status=422)
    messages.success(request, _("已写好，请双方各一个人看过、表示同意。"))
    return HttpResponseRedirect(f"{HOME}{made.id}/")


def _wish(said: QueryDict) -> Wish:
    def number(name: str) -> int | None:
        text = said.get(name, "")
        return _number(text) if text else None

    return Wish(
        organisation_id=number("organisation"), purpose=said.get("purpose", ""), flow=said.get("flow", ""),
        fields=tuple(said.getlist("fields")), begins_on=day_in(said.get("begins_on", "")),
        ends_on=day_in(said.get("ends_on", "")), why=said.get("why", "")[:LONGEST_WORDS],
        categories=tuple(said.getlist("categories")),
        towns=tuple(_number(town) for town in said.getlist("towns")),
        ages=(number("age_from"), number("age_to")),
    )


def _number(text: str) -> int:
    """What isn't a number is none of those that can be chosen: left out, it would widen what was meant."""
    found = number_in(text)
    return -1 if found is None else found


def _of(request: Request, newest: Version | None) -> Wish:
    """What the form begins with: the version before, or whom and what for the address says."""
    if newest is None:
        return _wish(request.GET)
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[newest.words])
    scope = newest.scope
    low, high = scope.get("ages") or (None, None)
    return Wish(
        organisation_id=newest.agreement.to_organisation_id, purpose=newest.purpose, flow=newest.flow,
        fields=tuple(newest.fields), begins_on=request.at.astimezone(CHINA).date(), ends_on=newest.ends_on,
        why=names.more[0] or "", categories=tuple(scope.get("categories", ())), towns=tuple(scope.get("towns", ())),
        ages=(low, high),
    )


def _page(
    request: Request, row: Agreement | None, newest: Version | None, found: Rules, county_id: int, wish: Wish,
    problems: Iterable[Problem] = (), *, status: int = 200,
) -> HttpResponse:
    county = Division.objects.get(id=county_id)
    body = body_with(wish.organisation_id, county=county, found=found)
    offered = purposes_with(body, county=county, found=found) if body else []
    places = places_with(county, found, on=request.at.astimezone(CHINA).date())
    place = _place(request, places, body)
    if body is not None and place.id != seat_of(body):
        body, offered = None, []
    purpose = next((each for each in offered if each.id == wish.purpose), None)
    if purpose is None and len(offered) == 1:
        purpose = offered[0]
    return show(request, "console/sharing/form.html", {
        "problems": told_problems(problems), "agreement": agreement_rows(request, [row])[0] if row else None,
        "after": newest.number if newest else 0, "body": body, "places": places, "place": place,
        "bodies": bodies_at(place, county=county, found=found), "is_elsewhere": place.id != county.id,
        "offered": offered, "wish": wish,
        "purpose": purpose, "action": f"{HOME}{row.id}/revise/" if row else f"{HOME}new/", "row": row,
        "choices": _choices(purpose, found, wish, county_id, request) if purpose else {},
        "gate": gate_shown(request, agreements.GATE, county_id=county_id), **fresh(request),
    }, status=status)


def seat_of(body: Organisation) -> int:
    """The place under which a body is chosen: its county, or the city or province whose own it is."""
    return int(body.division.county_id or body.division_id)


def _place(request: Request, places: list[Division], body: Organisation | None) -> Division:
    """The place chosen; else that of the body; else the county itself, which comes first."""
    wanted = number_in(request.GET.get("place", "")) or (seat_of(body) if body else 0)
    return next((each for each in places if each.id == wanted), places[0])


def _choices(purpose: Purpose, found: Rules, wish: Wish, county_id: int, request: Request) -> dict[str, Any]:
    """What a purpose lets one choose, with what was chosen."""
    content = rules.resolve("categories", "categories", at=request.at).content["categories"]
    towns = Division.objects.filter(level="town", county_id=county_id, valid_to__isnull=True).order_by("code")
    flows = dict(Version.FLOWS)
    return {
        "flows": [(each, flows[each], each == wish.flow or len(purpose.flows) == 1) for each in purpose.flows],
        "fields": [(each.id, each.zh, each.id in wish.fields) for each in found.chosen(purpose.fields)],
        "categories": [
            (each["id"], each["zh"], each["id"] in wish.categories) for each in content
            if each["id"] in purpose.categories
        ],
        "towns": [(each.id, each.name, each.id in wish.towns) for each in towns],
    }


@door("office.receive_sharing", methods=("GET", "POST"))
def ask(request: Request, agreement_id: UUID) -> HttpResponse:
    """The receiving side asks once: who, why, which children and fields."""
    row = agreement_for(request, agreement_id)
    given, problems = given_in(request), list[Problem]()
    if request.method == "POST":
        try:
            made = asking.ask(
                agreement_id=row.id, fields=request.POST.getlist("fields"), given=given, actor=request.viewer,
                is_everyone=request.POST.get("everyone", "") == "yes", at=request.at, new_id=given_id(request),
            )
        except NotAllowed:
            raise Http404 from None
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("已提出，给出的单位按期限答复。"))
            return HttpResponseRedirect(f"{HOME}requests/{made.id}/")
    found, version = rules_of(row, at=request.at), row.current
    if version is None:
        raise Http404
    chosen = request.POST.getlist("fields") if request.method == "POST" else version.fields
    body = Organisation.objects.get(id=row.from_organisation_id)
    return show(request, "console/sharing/ask.html", {
        "agreement": agreement_rows(request, [row])[0], "problems": told_problems(problems), "body": body,
        "rows": drawn(asking.fields_of(found), given, problems), "ends_on": version.ends_on,
        "fields": [(each.id, each.zh, each.id in chosen) for each in found.chosen(version.fields)],
        "everyone": request.POST.get("everyone", "") == "yes", **fresh(request),
    }, status=422 if problems else 200)
