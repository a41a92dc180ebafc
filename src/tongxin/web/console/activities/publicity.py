"""The register of publicity: by channel, how often, how many saw it and who says so."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities import publicity, reach
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.web.console.activities.overview import PART, PURPOSE, ROUTE, SHOWN, year_in
from tongxin.web.console.activities.planning import sure
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

HOME = "/publicity/"
Given = dict[str, list[str]]


@door("office.plan_activities", methods=("GET", "POST"))
def publicity_list(request: Request) -> HttpResponse:
    """The year by channel, its lines, and the form for another one."""
    if request.method == "GET":
        return _page(request, {})
    given = given_in(request)
    try:
        publicity.add(
            line_id=id_for(request.POST.get("line", "")), given=given, reason=request.POST.get("sure", ""),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。"))
    return HttpResponseRedirect(HOME)


def _page(request: Request, given: Given, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    year, wrong = year_in(request), list(problems)
    try:
        rules = rules_in(reach.county_of(request.viewer), at=request.at)
        rows = publicity.lines_for(request.viewer, at=request.at, first=date(year, 1, 1), last=date(year, 12, 31))
    except NotAllowed:
        raise Http404 from None
    known, told = list(rows[:SHOWN]), publicity.by_channel(rows)
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.words for each in known])
    channels = next(each.options for each in rules.asked["publicity"] if each.id == "channel")
    return show(request, "activities/publicity.html", {
        "year": year, "before": year - 1, "problems": told_problems(wrong), "new_id": ids.new_id(),
        "fields": drawn(rules.asked["publicity"], given, wrong), **sure(given, wrong),
        "figures": [{"zh": zh, **told[id]} for id, zh in channels.items() if id in told],
        "doubted": publicity.doubted(rows), "number": rows.count(),
        "rows": [
            _line(request, each, words_in(said), rules) for each, said in zip(known, names.more, strict=True)
        ],
    }, status=status)


def _line(request: Request, row: Any, words: dict[str, str], rules: Activities) -> dict[str, Any]:
    link = words.get("link", "")
    return {
        "row": row, "title": words.get("title", ""), "link": link, "is_web": link.startswith(("https://", "http://")),
        "channel": rules.shown("publicity", "channel", row.channel), "body": row.organisation.name,
        "reach_from": rules.shown("publicity", "reach_from", row.clear.get("reach_from")),
        "may_withdraw": row.withdrawn_at is None and row.post_id in request.viewer.post_ids,
    }


@door("office.plan_activities", methods=("POST",))
def withdraw(request: Request, line_id: UUID) -> HttpResponse:
    """It was written down by mistake."""
    try:
        publicity.withdraw(line_id=line_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已撤回，不再计数。"))
    return HttpResponseRedirect(HOME)
