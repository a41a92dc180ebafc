"""Programmes: the list, a new one, one of them with its budget, its contracts and who was reached."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division, Organisation
from tongxin.core.forms import Problem
from tongxin.flows.funds import booking, reach
from tongxin.flows.funds.reach import contracts_within
from tongxin.flows.pairing_companions import county_of
from tongxin.flows.programmes import contracts, counting, templates
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.programmes.models import Acceptance, Contract, Counted, Programme
from tongxin.web.console.funds.home import titles_of
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, shown, told_problems, words_in
from tongxin.web.doors import Request, door, id_for, may_do_any
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/programmes/", "programmes", "programmes", "programmes"
Given = dict[str, list[str]]


@door("office.see_funds")
def programme_list(request: Request) -> HttpResponse:
    """The programmes of the county; of a city or province those of its counties."""
    try:
        rows = list(contracts.programmes_read(request.viewer, at=request.at))
        place = reach.place_of(request.viewer)
        rules = contracts.rules_in(place, at=request.at)
    except NotAllowed:
        raise Http404 from None
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.words for each in rows])
    counties = dict(Division.objects.exclude(id=place).filter(id__in={each.county_id for each in rows}).values_list(
        "id", "name"
    ))
    return show(request, "programmes/list.html", {
        "means": rules.means, "may_keep": may_do_any(request, contracts.KEEP),
        "is_desk": reach.is_desk(request.viewer, at=request.at), "rows": [
            {"row": each, "url": f"{HOME}{each.id}/", "title": words_in(said).get("title", ""),
             "county": counties.get(each.county_id, ""), "kind": rules.kinds.get(each.kind, ""),
             "budget": sum(contracts.budget_of(each).values()),
             "contracts": contracts_within(each.contracts.all(), request.viewer, at=request.at).count()}
            for each, said in zip(rows, names.more, strict=True)
        ],
    })


@door("office.keep_programmes", methods=("GET", "POST"))
def new_programme(request: Request) -> HttpResponse:
    """What is to be done, with which money."""
    if request.method == "GET":
        return _form(request, {"template": [request.GET.get("like", "")]}, is_new=True)
    given = given_in(request)
    lines = [(name, said) for name, said in given.items() if name.startswith("budget-")]
    amounts = {name.removeprefix("budget-"): "".join(said) for name, said in lines}
    try:
        row = contracts.open_programme(
            programme_id=id_for(request.POST.get("programme", "")), fund_id=ids.id_in(request.POST.get("fund", "")),
            amounts=amounts, given=given, actor=request.viewer, at=request.at,
            template=request.POST.get("template", "")[:24], sure=request.POST.get("sure", ""),
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。接着签合同。"))
    return HttpResponseRedirect(f"{HOME}{row.id}/")


def _form(
    request: Request, given: Given, problems: Iterable[Problem] = (), status: int = 200, *, is_new: bool = False
) -> HttpResponse:
    wrong, rules = list(problems), contracts.rules_in(county_of(request.viewer), at=request.at)
    like = rules.templates.get("".join(given.get("template", ())))
    if like is not None and is_new:
        given = {**given, **like.answers}
    money = booking.rules_for(request.viewer, at=request.at)
    funds = list(booking.funds_for(request.viewer, at=request.at))
    titles, chosen = titles_of(request, funds), "".join(given.get("fund", ()))
    return show(request, "programmes/new.html", {
        "problems": told_problems(wrong), "rows": drawn(rules.asked["programme"], given, wrong),
        "is_unsure": any(each.path == "sure" for each in wrong), "sure": list(money.lists["sure"].items()),
        "new_id": ids.new_id(), "like": like, "templates": list(rules.templates.values()), "funds": [
            {"id": each.id, "zh": titles[each.id].get("title", ""), "free": booking.free(each, money),
             "on": str(each.id) == chosen} for each in funds
        ],
        "purposes": [
            {"id": each.id, "zh": each.zh, "value": "".join(given.get(f"budget-{each.id}", ()))}
            for each in money.purposes.values()
        ],
    }, status=status)


@door("office.see_funds")
def programme_page(request: Request, programme_id: UUID) -> HttpResponse:
    """One programme."""
    return _page(request, programme_id)


def _page(
    request: Request, programme_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    try:
        row = contracts.programmes_read(request.viewer, at=request.at).filter(id=programme_id).first()
    except NotAllowed:
        row = None
    if row is None:
        raise Http404
    # Above the county money is read, not the records behind it.
    is_here = row.county_id == reach.place_of(request.viewer)
    wrong, said = list(problems), given or {}
    own = contracts_within(row.contracts.select_related("organisation"), request.viewer, at=request.at)
    rules, money = contracts.rules_in(row.county_id, at=request.at), booking.rules_of(row.county_id, at=request.at)
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[row.words])
    words, budget = words_in(names.more[0]), contracts.budget_of(row)
    bodies = Organisation.objects.filter(division__county_id=row.county_id).order_by("name", "id")
    bodies = bodies.exclude(kind__in=("county", "town", "village"))
    chosen = {name: "".join(said.get(name, ())) for name in ("organisation", "purpose")}
    return show(request, "programmes/programme.html", {
        "row": row, "title": words.get("title", ""), "problems": told_problems(wrong),
        "lines": shown(rules.asked["programme"], {"kind": row.kind, "from_on": row.from_on.isoformat(),
                                                  "to_on": row.to_on.isoformat()}, words),
        "budget": [
            {"id": purpose, "zh": money.purposes[purpose].zh, "amount": fen, "on": chosen["purpose"] == purpose,
             "signed": contracts.signed_for(row, purpose)} for purpose, fen in budget.items()
        ],
        "fund_url": f"/funds/{row.fund_id}/" if is_here else "", "is_here": is_here,
        "contracts": [contract_line(each) for each in own.order_by("-number")],
        "is_desk": reach.is_desk(request.viewer, at=request.at),
        "reached": _reached(row, money.small_below), "small_below": money.small_below,
        "may_keep": may_do_any(request, contracts.KEEP), "new_id": ids.new_id(), "change_id": ids.new_id(),
        "purposes": contracts.payable(row, money), "changes": rules.changes, "sure": list(money.lists["sure"].items()),
        "history": [
            {"at": each.at, "zh": money.purposes[each.purpose].zh, "amount": each.amount,
             "reason": rules.changes.get(each.reason, "")}
            for each in row.budget.order_by("at", "id") if each.purpose in money.purposes
        ],
        "fields": drawn(rules.asked["contract"], said, wrong),
        "like": (like := templates.template_of(row, at=request.at)), "rounds": templates.rounds_of(
            row, like.wishes, small_below=money.small_below, at=request.at
        ) if like and like.wishes and reach.is_desk(request.viewer, at=request.at) else [],
        "may_plan": may_do_any(request, "plan_activities"),
        "bodies": [{"id": each.id, "zh": each.name, "on": str(each.id) == chosen["organisation"]} for each in bodies],
        "counts": [
            {"id": each.id, "zh": each.zh, "unit": each.unit, "many": "".join(said.get(f"deliver-{each.id}", ())),
             "price": "".join(said.get(f"price-{each.id}", ()))} for each in rules.counts.values()
        ],
    }, status=status)


def _reached(row: Programme, small_below: int) -> int | None:
    """How many different children; none told where there are few."""
    found = Counted.objects.filter(
        acceptance__contract__programme=row, acceptance__state=Acceptance.ACCEPTED, is_live=True
    )
    many = len(counting.children_in(found))
    return None if 0 < many < small_below else many


def contract_line(row: Contract) -> dict[str, Any]:
    """A contract as lists show it."""
    return {
        "row": row, "url": f"{HOME}contracts/{row.id}/", "body": row.organisation.name,
        "amount": contracts.price_of(row),
    }


@door("office.keep_programmes", methods=("POST",))
def sign(request: Request, programme_id: UUID) -> HttpResponse:
    """A contract with a body."""
    given = given_in(request)
    wanted = {
        name.removeprefix("deliver-"): ("".join(said), request.POST.get(f"price-{name.removeprefix('deliver-')}", ""))
        for name, said in given.items() if name.startswith("deliver-")
    }
    known = contracts.rules_in(county_of(request.viewer), at=request.at).counts
    try:
        row = contracts.sign(
            programme_id=programme_id, contract_id=id_for(request.POST.get("contract", "")),
            organisation_id=number_in(request.POST.get("organisation", "")), purpose=request.POST.get("purpose", ""),
            wanted={rule: said for rule, said in wanted.items() if rule in known}, given=given, actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, programme_id, given, refused.problems, status=422)
    messages.success(request, _("已登记合同。到了时间，在这里数做了多少。"))
    return HttpResponseRedirect(f"{HOME}contracts/{row.id}/")


ONE = "programmes/<uuid:programme_id>/"
urlpatterns: list[URLPattern] = [
    path("programmes/", programme_list), path("programmes/new/", new_programme), path(ONE, programme_page),
    path(f"{ONE}contracts/", sign),
]
