"""A guardian's page. The link's token stands behind `#`, which no browser sends; the page posts it."""

from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.accounts import throttle
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import age_on
from tongxin.consents.links import NoWayIn
from tongxin.core.pathway import CHINA
from tongxin.flows import consent_links
from tongxin.flows.consent_links import Opened
from tongxin.flows.refusals import Refused
from tongxin.rulebook import rules, shipped
from tongxin.web.answer import address
from tongxin.web.answer.asking import help_in
from tongxin.web.answer.pupils import masked
from tongxin.web.console.consent import STATES
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, door
from tongxin.web.family.looks import looks_told
from tongxin.web.pages import show_plain

# Nobody who works here: whoever holds the link.
FAMILY = Viewer(person_id=None)
PURPOSE, ROUTE, WRONG = "family", "family", "consent links"
LONGEST_CODE, LONGEST_NAME, LONGEST_VIEW = 64, 40, 500
NO_LINK = "这个链接打不开：可能已经用过、过期，或者口令写错了。请联系给您链接的工作人员。"
TOO_OFTEN = "试了太多次，请等 {minutes} 分钟再试。"
VIEWS = frozenset({"yes", "no", "unknown"})


@door("public")
def entrance(request: Request) -> HttpResponse:
    """Where every link leads: the same page for a right one, a wrong one and none."""
    return show_plain(request, "family/entrance.html")


@door("public", methods=("POST",))
def open_page(request: Request) -> HttpResponse:
    """What the link's holder is asked; a wrong code is counted by address."""
    code = request.POST.get("code", "")[:LONGEST_CODE]
    try:
        opened = consent_links.open_link(token=code, at=request.at)
    except NoWayIn:
        return _wrong(request)
    return _asked(request, opened, code)


@door("public", methods=("POST",))
def decide(request: Request) -> HttpResponse:
    """The answers, recorded; then thanks, and what has to wait."""
    code = request.POST.get("code", "")[:LONGEST_CODE]
    view = request.POST.get("child_agrees", "")
    try:
        opened = consent_links.open_link(token=code, at=request.at)
        try:
            waits = consent_links.decide(
                token=code, answers={each: request.POST.get(f"answer-{each}", "") for each in opened.link.purposes},
                signer=request.POST.get("signer", "")[:LONGEST_NAME], child_agrees=view if view in VIEWS else "",
                child_view=request.POST.get("child_view", "")[:LONGEST_VIEW], at=request.at,
            )
        except Refused as refused:
            return _asked(request, opened, code, problem="".join(each.zh for each in refused.problems))
    except NoWayIn:
        return _wrong(request)
    return show_plain(request, "family/thanks.html", {"waits": dict.fromkeys(waits), **help_in(at=request.at)})


def _wrong(request: Request) -> HttpResponse:
    limits = throttle.read(shipped.content_in_force("consent", "notice", at=request.at)["wrong_links"])
    minutes = address.minutes_to_wait(request, limits=limits, what=WRONG)
    zh = _(TOO_OFTEN).format(minutes=minutes) if minutes else _(NO_LINK)
    return show_plain(request, "family/entrance.html", {"problem": zh}, status=429 if minutes else 404)


def _asked(request: Request, opened: Opened, code: str, *, problem: str = "") -> HttpResponse:
    child, notice = opened.child, opened.notice
    (name,) = vault.open([child.name], viewer=FAMILY, purpose=PURPOSE, at=request.at, part="care", route=ROUTE)
    age = age_on(child.birth_month, request.at.astimezone(CHINA).date())
    relations = words_of(request, "relation", region=rules.region_of(child.county_id))
    return show_plain(request, "family/page.html", {
        "name": masked(name or ""), "relation": relations.get(opened.link.relation, ""), "code": code,
        "notice": notice, "questions": [_question(opened, each) for each in opened.link.purposes],
        "asks_child": age is not None and age >= notice.asked_from, "problem": problem,
        "looks": looks_told(child, since=request.at - notice.looks_of, at=request.at) if opened.may_see_looks else None,
        "days": notice.looks_of.days,
    }, status=422 if problem else 200)


def _question(opened: Opened, id: str) -> dict[str, Any]:
    standing = next(each for each in opened.standings if each.purpose.id == id)
    shown = opened.notice.purpose(id) or standing.purpose
    return {
        "purpose": shown, "state_zh": STATES[standing.state][0], "was_given": standing.state == "given",
    }


urlpatterns: list[URLPattern] = [path("g/", entrance), path("g/open/", open_page), path("g/decide/", decide)]
