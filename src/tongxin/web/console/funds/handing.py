"""Money handed down: a new allocation, what came of it by place, and the answer of a place below."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import booking, handing
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Allocation, Portion
from tongxin.funds.models import Request as Asked
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.web.console.funds.home import HOME, PART, PURPOSE, ROUTE, line, titles_of
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

AMOUNT = "amount-"
Given = dict[str, list[str]]


@door("office.hand_funds", methods=("GET", "POST"))
def hand(request: Request, giver_id: UUID) -> HttpResponse:
    """How much each place below is to get."""
    given = given_in(request)
    if request.method == "GET":
        return _form(request, giver_id, {})
    written = {number_in(name.removeprefix(AMOUNT)): "".join(said) for name, said in given.items()
               if name.startswith(AMOUNT)}
    try:
        row = handing.hand(
            fund_id=giver_id, allocation_id=id_for(request.POST.get("allocation", "")), given=given,
            amounts={id: text for id, text in written.items() if id}, actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, giver_id, given, refused.problems, status=422)
    messages.success(request, _("已提出，等别人审批。同意以后，各地会收到消息。"))
    return HttpResponseRedirect(f"{HOME}allocations/{row.id}/")


def _form(
    request: Request, fund_id: UUID, given: Given, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    try:
        fund = booking.fund_for(fund_id=fund_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules, wrong = booking.rules_of(fund.county_id, at=request.at), list(problems)
    rows = drawn(rules.asked["handing"], given, wrong)
    for row in rows:
        if row["name"] == "purpose":
            row["options"] = [each for each in row["options"] if each["id"] in fund.purposes]
    return show(request, "funds/hand.html", {
        "problems": told_problems(wrong), "rows": rows, "new_id": ids.new_id(),
        "fund": line(fund, titles_of(request, [fund]), rules), "places": [
            {"name": f"{AMOUNT}{each.id}", "zh": each.name, "value": "".join(given.get(f"{AMOUNT}{each.id}", ()))}
            for each in handing.places_below(fund.county_id, at=request.at)
        ],
    }, status=status)


@door("office.see_funds")
def allocation_page(request: Request, allocation_id: UUID) -> HttpResponse:
    """What each place said, and whether both books agree."""
    try:
        row = handing.allocation_for(allocation_id=allocation_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules = booking.rules_of(row.place_id, at=request.at)
    portions = list(row.portions.order_by("place_id"))
    places = Division.objects.in_bulk([each.place_id for each in portions])
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[each.answered_by for each in portions],
        more=[row.words],
    )
    said, stands = words_in(names.more[0]), handing.agreement_of(row)
    asked = Asked.objects.filter(about_id=row.id, state=Asked.ASKED).first() if row.state == Allocation.ASKED else None
    return show(request, "funds/allocation.html", {
        "row": row, "request_url": f"{HOME}requests/{asked.id}/" if asked else "",
        "title": said.get("title", ""), "note": said.get("note", ""), "fund_url": f"{HOME}{row.fund_id}/",
        "purpose": rules.purposes[row.purpose].zh if row.purpose in rules.purposes else "", "stands": stands,
        "total": sum(each.amount for each in portions), "portions": [
            {"row": each, "zh": places[each.place_id].name, "reason": rules.lists["handing_returns"].get(
                each.reason, ""
            ), "by": names.person(each.answered_by) if each.answered_by else ""} for each in portions
        ],
    })


@door("office.keep_funds")
def portion_page(request: Request, portion_id: UUID) -> HttpResponse:
    """What was handed down to this place, and whether it came."""
    return _portion(request, portion_id)


def _portion(request: Request, portion_id: UUID, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    try:
        row = handing.portion_for(portion_id=portion_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules, allocation = booking.rules_of(row.place_id, at=request.at), row.allocation
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[allocation.words])
    said: dict[str, Any] = words_in(names.more[0])
    return show(request, "funds/portion.html", {
        "row": row, "problems": told_problems(problems), "title": said.get("title", ""), "note": said.get("note", ""),
        "giver": Division.objects.get(id=allocation.place_id).name, "until_on": allocation.until_on,
        "purpose": rules.purposes[allocation.purpose].zh if allocation.purpose in rules.purposes else "",
        "is_waiting": row.state == Portion.WAITING, "fund_url": f"{HOME}{row.fund_id}/" if row.fund_id else "",
        "reason": rules.lists["handing_returns"].get(row.reason, ""),
        "returns": list(rules.lists["handing_returns"].items()),
        "first": handing.agreed_on(handing.request_of(row)), "today": request.at.astimezone(CHINA).date(),
    }, status=status)


@door("office.keep_funds", methods=("POST",))
def answer(request: Request, portion_id: UUID) -> HttpResponse:
    """It came, or it goes back."""
    is_received = request.POST.get("answer") == "received"
    try:
        if is_received:
            handing.receive(
                portion_id=portion_id, on=request.POST.get("on", ""), actor=request.viewer, at=request.at
            )
        else:
            handing.give_back(
                portion_id=portion_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
            )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _portion(request, portion_id, refused.problems, status=422)
    messages.success(request, _("已确认，记进本地的账。") if is_received else _("已退回上级。"))
    return HttpResponseRedirect(f"{HOME}portions/{portion_id}/")


PORTION = "funds/portions/<uuid:portion_id>/"
urlpatterns: list[URLPattern] = [
    path("funds/<uuid:giver_id>/hand/", hand), path("funds/allocations/<uuid:allocation_id>/", allocation_page),
    path(PORTION, portion_page), path(f"{PORTION}answer/", answer),
]
