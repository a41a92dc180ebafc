"""Class meetings and parents' schools: what was held, and how many (场次, 人次, 人)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.activities.models import Occasion
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import gathering
from tongxin.flows.activities import figures
from tongxin.flows.activities.reach import county_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.web.console.activities.planning import sure
from tongxin.web.console.register_forms import drawn, given_in, told_problems
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

HOME, SHOWN, EARLIEST, LATEST = "/gatherings/", 100, 2000, 2100
Given = dict[str, list[str]]


@door("office.count_gatherings", methods=("GET", "POST"))
def gathering_list(request: Request) -> HttpResponse:
    """The year's meetings with their counts; a new one is written down here."""
    if request.method == "GET":
        return _page(request, {})
    given = given_in(request)
    try:
        gathering.add(
            gathering_id=id_for(request.POST.get("gathering", "")), given=given, reason=request.POST.get("sure", ""),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。"))
    return HttpResponseRedirect(HOME)


def _page(request: Request, given: Given, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    wrong, today = list(problems), request.at.astimezone(CHINA).date()
    year = number_in(request.GET.get("year", ""), most=LATEST) or today.year
    year = year if EARLIEST <= year <= LATEST else today.year
    try:
        rules = rules_in(county_of(request.viewer), at=request.at)
        rows = gathering.listed(request.viewer, at=request.at, first=date(year, 1, 1), last=date(year, 12, 31))
    except NotAllowed:
        raise Http404 from None
    told = figures.by_kind(rows)
    return show(request, "pairings/gatherings.html", {
        "problems": told_problems(wrong), "fields": drawn(rules.asked[gathering.FORM], given, wrong), "year": year,
        "before": year - 1, "new_id": ids.new_id(), "counts": rules.counts, "figures": [
            {"zh": zh, "numbers": [
                {"n": getattr(told[id], each.id) if id in told else 0, "unit": each.unit, "means": each.means}
                for each in rules.counts
            ]} for id, zh in rules.quick.items()
        ],
        "rows": [_line(request, each, rules) for each in rows[:SHOWN]], "number": rows.count(), **sure(given, wrong),
    }, status=status)


def _line(request: Request, row: Occasion, rules: Activities) -> dict[str, Any]:
    clear = row.activity.clear
    return {
        "row": row, "kind": rules.quick.get(row.activity.kind, ""), "body": row.activity.organisation.name,
        "topic": rules.shown(gathering.FORM, "topic", clear.get("topic")),
        "grade": rules.shown(gathering.FORM, "grade", clear.get("grade")),
        "may_withdraw": row.withdrawn_at is None and row.post_id in request.viewer.post_ids,
    }


@door("office.count_gatherings", methods=("POST",))
def withdraw(request: Request, gathering_id: UUID) -> HttpResponse:
    """It was written down by mistake."""
    try:
        gathering.withdraw(gathering_id=gathering_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, {}, refused.problems, status=422)
    messages.success(request, _("已撤回，不再计数。"))
    return HttpResponseRedirect(HOME)


urlpatterns: list[URLPattern] = [
    path("gatherings/", gathering_list), path("gatherings/<uuid:gathering_id>/withdraw/", withdraw),
]
