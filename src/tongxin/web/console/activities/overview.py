"""The year's activities: what waits, what was planned and held, how many came by the definition's own count."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.activities.counting import Figures
from tongxin.activities.models import Activity, Doubt
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.activities import doubting, figures, reach
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems, words_in
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/activities/", "activities", "activity", "activities"
SHOWN, EARLIEST, LATEST = 60, 2000, 2100
EITHER = "office.plan_activities|approve_activities"


@door(EITHER)
def activity_list(request: Request) -> HttpResponse:
    """What waits for the viewer first, then the year's figures, then the activities."""
    return _page(request)


def _page(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    year = year_in(request)
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        mine = reach.activities_for(request.viewer, at=request.at)
        held = figures.occasions_in(request.viewer, at=request.at, first=first, last=last)
        rules = rules_in(reach.county_of(request.viewer), at=request.at)
    except NotAllowed:
        raise Http404 from None
    planned = mine.exclude(kind__in=list(rules.quick))
    rows = planned.filter(last_day__gte=first)
    # This year's page shows what is planned for later years too.
    rows = rows if year == request.at.astimezone(CHINA).year else rows.filter(first_day__lte=last)
    waiting = [each for each in planned.filter(state=Activity.PLANNED).order_by("first_day")
               if reach.may_approve(each, request.viewer, at=request.at)]
    known = list(rows.order_by("-first_day", "-at")[:SHOWN])
    doubts = list(doubting.open_for(request.viewer, at=request.at)[:SHOWN])
    shown = list({each.id: each for each in (*waiting, *known)}.values())
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[each.person_id for each in doubts],
        more=[*(each.words for each in shown), *(each.words for each in doubts)],
    )
    titles = {each.id: words_in(said).get("title", "") for each, said in zip(shown, names.more, strict=False)}
    told = figures.by_kind(held)
    total = sum(told.values(), Figures(0, 0, 0))
    return show(request, "activities/list.html", {
        "year": year, "before": year - 1, "counts": rules.counts, "problems": told_problems(problems),
        "means": rules.means, "doubted": figures.doubted(held),
        "figures": [_line(each.zh, told[id], rules) for id, each in rules.kinds.items() if id in told],
        "total": _line(_("合计"), total, rules) if told else None,
        "waiting": [_row(each, titles, rules) for each in waiting],
        "rows": [_row(each, titles, rules) for each in known], "number": rows.count(),
        "doubts": [
            _doubt(each, rules, names.person(each.person_id), said or "")
            for each, said in zip(doubts, names.more[len(shown):], strict=True)
        ],
        "me": request.viewer.person_id, "may_plan": may_do_any(request, reach.PLAN),
    }, status=status)


def year_in(request: Request) -> int:
    """The year that an address asks for, else this one."""
    today = request.at.astimezone(CHINA).date()
    year = number_in(request.GET.get("year", ""), most=LATEST) or today.year
    return year if EARLIEST <= year <= LATEST else today.year


def _line(zh: str, told: Figures, rules: Activities) -> dict[str, Any]:
    return {"zh": zh, "numbers": [{"n": getattr(told, each.id, 0), "unit": each.unit} for each in rules.counts]}


def _row(row: Activity, titles: dict[UUID, str], rules: Activities) -> dict[str, Any]:
    kind = rules.kinds.get(row.kind)
    return {
        "row": row, "title": titles.get(row.id, ""), "kind": kind.zh if kind else "", "state": row.get_state_display(),
        "body": row.organisation.name, "one_day": row.first_day == row.last_day,
    }


def _doubt(row: Doubt, rules: Activities, who: str, why: str) -> dict[str, Any]:
    zh = next((each.zh for each in rules.questions if each.id == row.rule), "")
    return {
        "row": row, "who": who, "why": why, "zh": zh.format(n=f"{row.number:,}", limit=f"{row.limit:,}") if zh else "",
        "url": f"{HOME}{row.activity_id}/" if row.activity_id else "/publicity/",
    }


@door("office.approve_activities", methods=("POST",))
def settle(request: Request, doubt_id: UUID) -> HttpResponse:
    """Another person says whether a number is right."""
    try:
        doubting.settle(
            doubt_id=doubt_id, is_right=request.POST.get("right") == "yes", actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, refused.problems, status=422)
    messages.success(request, _("已记下核实结果。"))
    return HttpResponseRedirect(HOME)
