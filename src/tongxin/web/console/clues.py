"""Clues: the list with its figures, taking one in, and the addresses of one clue's page."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.clues.models import CLOSED, STATES_ZH, Clue
from tongxin.clues.rules import ClueRules, clues_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import clue_figures, clue_phone_figures, clues
from tongxin.flows.clue_owners import may_handle
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console import clue_page
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.names import post_titles
from tongxin.web.console.register_forms import drawn, given_in, now_local, told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import due_zh, late_zh

HOME = "/clues/"
# By the rate on the page the indicator that says it of an area.
MEANT = {"answered": "clues_answered", "handled": "clues_handled"}
SHOWN, ON_HOME = 60, 5
# The places at which a page has asked once whether it is meant so.
ASKED = "asked_again"
# How many months back the list offers.
MONTHS = 12


def rules_here(request: Request) -> ClueRules:
    """The rules for clues where the viewer sits."""
    seat = request.viewer.seat
    return clues_in(region=rules.region_of(seat.division_id) if seat else "", at=request.at)


@door("office.take_clues|handle_clues")
def clue_list(request: Request) -> HttpResponse:
    """What somebody has to do with, the first due first, and two figures with the lists behind them."""
    found = rules_here(request)
    only, channel, month = _wanted(request, found)
    if only in clue_phone_figures.ONLY:
        return _of_phones(request, found, only, month)
    rows = clue_figures.listed(
        viewer=request.viewer, at=request.at, only=only or "" if month or channel or only else "open",
        channel=channel, month=month,
    )
    page = list(rows.order_by("due_at", "-received_at", "id")[: SHOWN + 1])
    given = {"channel": channel, "month": month}
    return show(request, "console/clues/list.html", {
        "rows": rows_of(request, page[:SHOWN], found), "has_more": len(page) > SHOWN, "number": rows.count(),
        "rules": found, "only": only, "channel": channel, "month": month, "choices": clue_figures.ONLY,
        "months": _months(request.at), "may_take": _may_take(request), "shown_zh": clue_figures.ONLY.get(
            only, "全部" if month or channel else clue_figures.ONLY["open"]
        ),
        "rates": clue_figures.rates(viewer=request.viewer, at=request.at, channel=channel, month=month)
        if may_handle(request.viewer, at=request.at) else [],
        "definitions": figure_links(request, MEANT),
        "query": urlencode({name: value for name, value in given.items() if value}),
    })


def _of_phones(request: Request, found: ClueRules, only: str, month: str) -> HttpResponse:
    """The clues of phones behind a figure; those that still wait are decided on their own page."""
    rows = clue_phone_figures.listed(
        viewer=request.viewer, at=request.at, only=only, month=clue_figures.days_of(month) if month else None
    )
    places = dict(Division.objects.filter(id__in=rows.values("division_id")).values_list("id", "name"))
    shown = list(rows.order_by("-received_at", "id")[:SHOWN])
    return show(request, "console/clues/phones.html", {
        "zh": clue_phone_figures.ONLY[only], "number": rows.count(), "has_more": rows.count() > SHOWN,
        "rows": [
            {
                "place": places.get(each.division_id or 0, ""), "received_at": each.received_at,
                "by": clue_phone_figures.by_of(each),
                "is_danger": each.is_danger, "settled_at": each.settled_at, "outcome": each.get_outcome_display(),
                "late": words.late_zh(clue_phone_figures.by_of(each), at=each.settled_at or request.at),
                "url": "" if each.settled_at or each.person_id == request.viewer.person_id else f"/arrivals/{each.id}/",
            }
            for each in shown
        ],
    })


def _wanted(request: Request, found: ClueRules) -> tuple[str, str, str]:
    only, channel, month = (request.GET.get(each, "") for each in ("only", "channel", "month"))
    return (
        only if only in {**clue_figures.ONLY, **clue_phone_figures.ONLY} else "",
        channel if channel in found.channels else "",
        month if month in {each for each, _zh in _months(request.at)} else "",
    )


def _months(at: datetime) -> list[tuple[str, str]]:
    """The last months, newest first."""
    first, rows = at.astimezone(CHINA).date().replace(day=1), []
    for _each in range(MONTHS):
        rows.append((f"{first:%Y-%m}", f"{first.year}年{first.month}月"))
        first = (first - timedelta(days=1)).replace(day=1)
    return rows


def rows_of(request: Request, shown: Iterable[Clue], found: ClueRules) -> list[dict[str, Any]]:
    """Lines of a list: nothing that is sealed."""
    rows = list(shown)
    matters = next(each for each in found.fields if each.id == "matter").options
    places = Division.objects.filter(id__in={row.town_id or row.county_id for row in rows})
    towns = dict(places.values_list("id", "name"))
    titles = post_titles(row.owner_post_id for row in rows)
    return [
        {
            "url": f"{HOME}{row.id}/", "number": clue_page.number_zh(row, found),
            "matter": matters.get(row.matter, ""), "channel": found.channels[row.channel].zh
            if row.channel in found.channels else row.channel, "place": towns.get(row.town_id or row.county_id, ""),
            "danger": found.dangers[row.danger], "is_danger": clues.is_danger(row, found),
            "state": STATES_ZH[row.state], "is_closed": row.state == CLOSED,
            "late": late_zh(row.due_at, at=request.at) if row.due_at else "",
            "due": due_zh(row.due_at, at=request.at) if row.due_at else "",
            "owner": titles.get(row.owner_post_id, "") if row.owner_post_id else "没有人负责",
            "is_mine": row.owner_post_id in request.viewer.post_ids, "is_known": row.child_id is not None,
        }
        for row in rows
    ]


def to_do(request: Request) -> list[dict[str, Any]]:
    """The clues that wait for the viewer's posts, for the first screen."""
    rows = clues.reach(viewer=request.viewer, at=request.at).exclude(state=CLOSED)
    mine = rows.filter(owner_post_id__in=request.viewer.post_ids).order_by("due_at", "id")
    waiting = list(mine[:ON_HOME])
    return rows_of(request, waiting, rules_here(request)) if waiting else []


def _may_take(request: Request) -> bool:
    return access.may_do(viewer=request.viewer, action=clues.TAKE, at=request.at)


@door("office.take_clues", methods=("GET", "POST"))
def new_clue(request: Request) -> HttpResponse:
    """A clue that somebody told: first by what way, then what."""
    found = rules_here(request)
    channel = (request.POST or request.GET).get("channel", "")
    way = found.channels.get(channel)
    if way is None or not way.is_entered:
        return show(request, "console/clues/channels.html", {
            "channels": [each for each in found.channels.values() if each.is_entered], "rules": found,
        })
    if request.method == "GET":
        return _form(request, found, channel, {"received_at": [now_local(request.at)]})
    given = given_in(request)
    town = request.POST.get("town", "")
    try:
        clue = clues.take_in(
            channel=channel, given=given, town_id=number_in(town), asked=request.POST.getlist(ASKED),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, found, channel, given, refused.problems, status=422)
    messages.success(request, _("已受理。先看是不是已有档案的孩子。"))
    return HttpResponseRedirect(f"{HOME}{clue.id}/")


def _form(
    request: Request, found: ClueRules, channel: str, given: dict[str, list[str]],
    problems: Iterable[Problem] = (), status: int = 200,
) -> HttpResponse:
    wrong = list(problems)
    doubted = {each.zh: each.field for each in found.doubts}
    try:
        county = clues.county_of(request.viewer)
    except NotAllowed:
        raise Http404 from None
    seat = request.viewer.seat
    own = Division.objects.filter(id=seat.division_id).values_list("town_id", flat=True).first() if seat else None
    town = "".join(given.get("town", [str(own or "")]))
    places = Division.objects.filter(level="town", county_id=county.id, valid_to__isnull=True).order_by("code")
    return show(request, "console/clues/new.html", {
        "rules": found, "way": found.channels[channel], "problems": told_problems(wrong), "county": county,
        "rows": drawn(found.asked(found.channels[channel]), given, wrong), "calls": found.public["calls"],
        "asked": sorted({*given.get(ASKED, ()), *(doubted[each.zh] for each in wrong if each.zh in doubted)}),
        "towns": [{"id": each.id, "name": each.name, "on": str(each.id) == town} for each in places],
    }, status=status)


CLUE = "clues/<uuid:clue_id>/"
urlpatterns: list[URLPattern] = [
    path("clues/", clue_list),
    path("clues/new/", new_clue),
    path(CLUE, clue_page.clue_page),
    path(f"{CLUE}assign/", clue_page.assign),
    path(f"{CLUE}raise/", clue_page.raise_danger),
    path(f"{CLUE}staff/", clue_page.about_staff),
    path(f"{CLUE}match/", clue_page.match),
    path(f"{CLUE}reporter/", clue_page.reporter),
    path(f"{CLUE}steps/<slug:kind>/", clue_page.step),
    path(f"{CLUE}pictures/<uuid:picture_id>/", clue_page.picture),
]
