"""The public report page: it works on any phone and without scripts; nothing about a child is ever shown here."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.accounts import throttle
from tongxin.accounts.models import Division
from tongxin.clues.rules import ClueRules, clues_in
from tongxin.core.forms import Problem
from tongxin.flows import clue_public
from tongxin.flows.clue_public import ASKED, Report
from tongxin.flows.refusals import Refused
from tongxin.registers.answers import LONGEST
from tongxin.rulebook import rules
from tongxin.web.answer import address
from tongxin.web.console.register_forms import given_in, told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show_plain

REPORTS, CODES = "reports", "report codes"
LONGEST_CODE, LONGEST_TOKEN = 40, 200
TOO_OFTEN = "这里刚才交得太多了，没有保存。请等 {minutes} 分钟再交；急的请打上面的电话。"
TOO_MANY_CODES = "试了太多次，请等 {minutes} 分钟再试。"
DANGER = (("yes", "有"), ("no", "没有"), ("unknown", "说不清"))
STAFF = (
    ("no", "不是"), ("village", "是，村（社区）的工作人员"), ("town", "是，乡镇（街道）的工作人员"),
    ("county", "是，区县的工作人员"), ("unknown", "不清楚"),
)


def rules_here(request: Request) -> ClueRules:
    """The rules of the only county, else the country's."""
    places = clue_public.counties()
    return clues_in(region=rules.region_of(places[0].id) if len(places) == 1 else "", at=request.at)


@door("public")
def report_page(request: Request) -> HttpResponse:
    """Whom to call, then the questions."""
    return _page(request, {}, token=clue_public.token_at(request.at))


@door("public", methods=("POST",))
def send(request: Request) -> HttpResponse:
    """Kept sealed at once; the code is shown this once."""
    given = given_in(request)
    token = request.POST.get("token", "")[:LONGEST_TOKEN]
    limits = throttle.read(rules_here(request).public["limits"])
    files = tuple((each.name or "", each.read()) for each in request.FILES.getlist("files"))
    if minutes := address.minutes_to_wait(request, limits=limits, what=REPORTS):
        wait = [Problem("", _(TOO_OFTEN).format(minutes=minutes), True)]
        return _page(request, given, wait, token=token, status=429)
    try:
        code = clue_public.report(Report(token, given, files), at=request.at)
    except Refused as refused:
        fresh = clue_public.token_at(request.at) if clue_public.TOO_OLD in refused.zh else token
        return _page(request, given, refused.problems, token=fresh, status=422)
    return show_plain(request, "report/sent.html", {
        "code": code, "is_danger": given.get("danger_now") == ["yes"], "public": rules_here(request).public,
    })


@door("public", methods=("GET", "POST"))
def follow(request: Request) -> HttpResponse:
    """How far it is, by the code; a wrong one is counted by address."""
    found = rules_here(request)
    if request.method == "GET":
        return show_plain(request, "report/follow.html", {"public": found.public})
    code = request.POST.get("code", "")[:LONGEST_CODE]
    try:
        progress = clue_public.progress_of(code, at=request.at)
    except Refused as refused:
        minutes = address.minutes_to_wait(request, limits=throttle.read(found.public["wrong_codes"]), what=CODES)
        zh = _(TOO_MANY_CODES).format(minutes=minutes) if minutes else refused.zh
        return show_plain(
            request, "report/follow.html", {"public": found.public, "problem": zh}, status=429 if minutes else 404
        )
    return show_plain(request, "report/follow.html", {"public": found.public, "progress": progress})


def _page(
    request: Request, given: dict[str, list[str]], problems: Iterable[Problem] = (), *, token: str, status: int = 200
) -> HttpResponse:
    found, wrong = rules_here(request), list(problems)
    callers = next(each for each in found.fields if each.id == "caller").options
    said = {name: "".join(given.get(name, ())) for name in (*ASKED, "danger_now", "staff", "town")}
    return show_plain(request, "report/page.html", {
        "public": found.public, "token": token, "given": said, "problems": told_problems(wrong),
        "wrong": {each.path: each.zh for each in wrong if each.path},
        "callers": [(id, callers[id]) for id in found.public["callers"]], "danger": DANGER, "staff": STAFF,
        "places": _places(), "most": LONGEST,
    }, status=status)


def _places() -> list[dict[str, Any]]:
    """The counties with their towns."""
    places = clue_public.counties()
    towns = Division.objects.filter(
        level="town", county_id__in=[each.id for each in places], valid_to__isnull=True
    ).order_by("code")
    return [
        {"id": str(each.id), "name": each.name,
         "towns": [(str(town.id), town.name) for town in towns if town.county_id == each.id]} for each in places
    ]


urlpatterns: list[URLPattern] = [
    path("report/", report_page), path("report/send/", send), path("report/answer/", follow),
]
