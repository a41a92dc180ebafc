"""The page behind a sign-in code: works on any phone, without an account and without scripts; shows nobody's name."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.activities.rules import rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities import signing
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.web.answer import address
from tongxin.web.console.register_forms import drawn, given_in, told_problems
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show_plain

CODES, LONGEST = "activity codes", 40
TOO_OFTEN = "试了太多次，请等 {minutes} 分钟再试。"
Given = dict[str, list[str]]


@door("public")
def enter(request: Request) -> HttpResponseBase:
    """Where somebody types the code that stands on the poster."""
    code = request.GET.get("code", "")[:LONGEST].strip()
    return sign(request, code) if code else show_plain(request, "activities/enter.html")


@door("public", methods=("GET", "POST"))
def sign(request: Request, code: str) -> HttpResponse:
    """Sign in: who, how many, for the first time this year."""
    return _page(request, code, "sign", lambda given: signing.sign(
        code, sign_id=id_for(request.POST.get("sign", "")), given=given, at=request.at
    ))


@door("public", methods=("GET", "POST"))
def feedback(request: Request, code: str) -> HttpResponse:
    """What they thought of it, without saying who."""
    return _page(request, code, "feedback", lambda given: signing.say(
        code, feedback_id=id_for(request.POST.get("sign", "")), given=given, at=request.at
    ))


def _page(request: Request, code: str, form: str, act: Callable[[Given], object]) -> HttpResponse:
    try:
        there = signing.opened(code[:LONGEST], at=request.at)
    except Refused as refused:
        minutes = address.minutes_to_wait(request, limits=rules_in(None, at=request.at).code.wrong, what=CODES)
        zh = _(TOO_OFTEN).format(minutes=minutes) if minutes else refused.zh
        return show_plain(request, "activities/enter.html", {"problem": zh}, status=429 if minutes else 404)
    if request.method == "GET":
        return _show(request, there, code, form, {}, ())
    given = given_in(request)
    try:
        act(given)
    except Refused as refused:
        return _show(request, there, code, form, given, refused.problems, status=422)
    return show_plain(request, "activities/done.html", {"code": code, "form": form, "there": there})


def _show(
    request: Request, there: signing.Open, code: str, form: str, given: Given, problems: Iterable[Problem],
    status: int = 200,
) -> HttpResponse:
    wrong = list(problems)
    more: dict[str, Any] = {"fields": drawn(there.rules.asked[form], given, wrong)}
    return show_plain(request, "activities/come.html", {
        "there": there, "code": code, "form": form, "problems": told_problems(wrong),
        "fresh": given.get("sign", [str(ids.new_id())])[0], **more,
    }, status=status)


urlpatterns: list[URLPattern] = [
    path("come/", enter), path("come/<slug:code>/", sign), path("come/<slug:code>/feedback/", feedback),
]
