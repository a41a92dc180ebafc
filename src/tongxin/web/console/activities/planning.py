"""The form of a plan: a new one, and one that was sent back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.activities.models import Activity
from tongxin.activities.rules import rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities import leading, placing, planning, reach
from tongxin.flows.pairing_companions import county_of
from tongxin.flows.programmes.contracts import rules_in as programmes_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.web.console.activities.overview import HOME, PART, PURPOSE, ROUTE
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, given_of, told_problems, words_in
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

Given = dict[str, list[str]]
MOST_NUMBER = 99_999


@door("office.plan_activities", methods=("GET", "POST"))
def new(request: Request) -> HttpResponse:
    """A plan, written and handed in."""
    if request.method == "GET":
        return _form(request, ids.new_id(), _like(request))
    return _take(request, id_for(request.POST.get("activity", "")))


def _like(request: Request) -> Given:
    """What the plan begins with: an activity that usually belongs to a programme, else nothing."""
    wanted = request.GET.get("like", ""), request.GET.get("which", "")
    try:
        found = programmes_in(county_of(request.viewer), at=request.at).templates.get(wanted[0])
    except NotAllowed:
        return {}
    planned = next((each for each in found.activities if each.id == wanted[1]), None) if found else None
    if planned is None:
        return {}
    number = number_in(request.GET.get("of", ""), most=MOST_NUMBER)
    return {**planned.answers, **({"budget": [str(number)]} if number else {})}


@door("office.plan_activities", methods=("GET", "POST"))
def change(request: Request, returned_id: UUID) -> HttpResponse:
    """A plan that was sent back, with what it said."""
    try:
        row = reach.activity_for(activity_id=returned_id, viewer=request.viewer, at=request.at, writes=True)
    except NotAllowed:
        raise Http404 from None
    if row.state != Activity.RETURNED or row.post_id not in request.viewer.post_ids:
        raise Http404
    if request.method == "POST":
        return _take(request, row.id)
    rules = rules_in(row.county_id, at=request.at)
    words = words_in(open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[row.words]).more[0])
    given = given_of(rules.asked["plan"], row.clear, words)
    return _form(request, row.id, given | {
        leading.FIELD: [each["post"] for each in leading.leaders_of(row)],
        placing.FIELD: [str(row.site_id)] if row.site_id else [],
    })


def _take(request: Request, activity_id: UUID) -> HttpResponse:
    given = given_in(request)
    try:
        row = planning.plan(
            activity_id=activity_id, given=given, reason=request.POST.get("sure", ""), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, activity_id, given, refused.problems, status=422)
    is_waiting = row.state == Activity.PLANNED
    messages.success(request, _("已交上去，等另一个人批准。") if is_waiting else _("已登记，可以开展。"))
    return HttpResponseRedirect(f"{HOME}{row.id}/")


def _form(
    request: Request, activity_id: UUID, given: Given, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    wrong = list(problems)
    try:
        rules = rules_in(reach.county_of(request.viewer), at=request.at)
    except NotAllowed:
        raise Http404 from None
    chosen = set(given.get(leading.FIELD, ()))
    people = leading.choices(request.viewer, at=request.at)
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, people=[each.person_id for each in people])
    return show(request, "activities/plan.html", {
        "leaders": [
            {"id": str(each.post_id), "zh": f"{each.post.title}　{names.person(each.person_id)}",
             "on": str(each.post_id) in chosen} for each in people
        ],
        "sites": [(str(each.id), each.name) for each in placing.sites_of(request.viewer)],
        "site": "".join(given.get(placing.FIELD, ())),
        "nowhere": next((each.zh for each in wrong if each.path == placing.FIELD), ""),
        "outings": [each.zh for each in rules.kinds.values() if each.is_outing],
        "least": rules.least_adults, "leading": next((each.zh for each in wrong if each.path == leading.FIELD), ""),
        "problems": told_problems(wrong), "fields": drawn(rules.asked["plan"], given, wrong), "id": activity_id,
        **sure(given, wrong), "approved": [each.zh for each in rules.kinds.values() if each.needs_approval],
    }, status=status)


def sure(given: Given, problems: Iterable[Problem]) -> dict[str, Any]:
    """Whether the page asks for the reason of a number that looks wrong, and what was written."""
    said = "".join(given.get("sure", ()))[:200]
    return {"asks_sure": bool(said) or any("确实是的" in each.zh for each in problems), "sure": said}
