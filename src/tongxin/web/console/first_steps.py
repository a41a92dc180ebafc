"""What somebody does before the first page of work: a password of one's own, the code of conduct read and accepted."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import end_sessions
from tongxin.flows import second_factor, staffing
from tongxin.flows.expiry import introductions_for
from tongxin.flows.unfinished import GROUPS
from tongxin.rulebook import rules
from tongxin.rulebook.rules import Resolved
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import FIRST, FIRST_PAGE, Request, door
from tongxin.web.pages import show

PASSWORD, CONDUCT, FACTOR = "password", "conduct", "factor"
PAGES = {PASSWORD: "/password/", CONDUCT: "/conduct/", FACTOR: "/security/"}
LONGEST = 128
INTRODUCTIONS_SHOWN = 50


def steps_for(request: Request, person: Person, *, is_proven: bool = False, knows_password: bool = True) -> list[str]:
    """The steps that are still open for somebody who signs in; `is_proven` where others saw to a second factor."""
    code = conduct_for(request)
    asked = second_factor.ask(person=person, roles=request.viewer.roles, at=request.at)
    open_steps = {
        PASSWORD: person.must_change_password and knows_password,
        CONDUCT: code is not None and person.conduct_hash != code.hash,
        FACTOR: asked == second_factor.DUE and not is_proven,
    }
    return [step for step, is_open in open_steps.items() if is_open]


def conduct_for(request: Request) -> Resolved | None:
    """The code of conduct in force where the viewer works."""
    try:
        return rules.resolve("conduct", "conduct", region=region_of_viewer(request), at=request.at)
    except rules.NotAdopted:
        return None


@door("signed_in")
def first(request: Request) -> HttpResponse:
    """The next open step; the first page of work when none is left."""
    steps = request.session.get(FIRST) or []
    if steps == []:
        return HttpResponseRedirect("/")
    return HttpResponseRedirect(PAGES[steps[0]])


def done(request: Request, step: str) -> HttpResponse:
    """On to the next step that is open."""
    is_first = bool(request.session.get(FIRST))
    request.session[FIRST] = [each for each in request.session.get(FIRST, []) if each != step]
    return HttpResponseRedirect(FIRST_PAGE if is_first else "/")


@sensitive_post_parameters("current", "password", "again")
@door("signed_in", methods=("GET", "POST"))
def own_password(request: Request) -> HttpResponse:
    """A password of one's own in place of the one-time password, or of an older one."""
    person = _self(request)
    if request.method != "POST":
        return _ask_password(request, person, "", 200)
    current, password = request.POST.get("current", ""), request.POST.get("password", "")
    shortest = second_factor.rules_at(request.at).shortest
    if problem := _wrong_with(person, current, password, request.POST.get("again", ""), shortest):
        return _ask_password(request, person, problem, 422)
    staffing.choose_password(person=person, password=password, actor=request.viewer, at=request.at)
    update_session_auth_hash(request, person)
    end_sessions(people=[person.id], but=str(request.session.session_key))
    messages.success(request, _("密码已更换。"))
    return done(request, PASSWORD)


def _wrong_with(person: Person, current: str, password: str, again: str, shortest: int) -> str:
    too_short = _(
        "新密码太短或太常见，没有更换。请用 %(least)d 个以上的字符，例如几个不相干的词连在一起。"
    ) % {"least": shortest}
    if max(len(current), len(password)) > LONGEST:
        return _("密码最多 128 个字符，请换一个短一些的。")
    if not person.check_password(current):
        return _("现在的密码不对，没有更换。")
    if password != again:
        return _("两次输入的新密码不一样，没有更换。请再输入一次。")
    if password == current or person.login in password.lower():
        return _("新密码不能和现在的一样，也不能含有登录名。请换一个。")
    try:
        password_validation.validate_password(password, person)
    except ValidationError as refused:
        if any(each.code == "breached" for each in refused.error_list):
            return _("这个密码在别处泄露过，坏人会先试它，没有更换。请换一个只有您用的，例如几个不相干的词连在一起。")
        if any(each.code == "password_entirely_numeric" for each in refused.error_list):
            return _("新密码不能只有数字，没有更换。请加上字母，或用几个不相干的词连在一起。")
        return too_short
    return too_short if len(password) < shortest else ""


def _ask_password(request: Request, person: Person, problem: str, status: int) -> HttpResponse:
    context = {
        "problem": problem, "is_first": person.must_change_password,
        "shortest": second_factor.rules_at(request.at).shortest,
    }
    return show(request, "console/password.html", context, status=status)


@door("signed_in", methods=("GET", "POST"))
def conduct(request: Request) -> HttpResponse:
    """The code of conduct; that it was accepted stands in the record with the hash of its words."""
    code, person = conduct_for(request), _self(request)
    if code is None:
        raise Http404
    if request.method == "POST" and request.POST.get("hash") == code.hash:
        staffing.accept_conduct(person=person, hash=code.hash, actor=request.viewer, at=request.at)
        messages.success(request, _("已接受行为守则。"))
        return done(request, CONDUCT)
    return show(request, "console/conduct.html", {
        "code": code.content, "version_zh": words.dates_zh(str(code.content["version"])),
        "hash": code.hash, "is_accepted": person.conduct_hash == code.hash,
    })


def _self(request: Request) -> Person:
    if request.viewer.person_id is None:
        raise Http404
    return Person.objects.get(id=request.viewer.person_id)


@door("work")
def introductions(request: Request) -> HttpResponse:
    """What those before told the viewer about the children of a post."""
    rows = introductions_for(viewer=request.viewer, at=request.at)[:INTRODUCTIONS_SHOWN]
    notes = open_names(request, purpose="introductions", route="introductions", part="staff",
                       more=[row.note for row in rows]).more
    titles = post_titles(row.post_id for row in rows)
    shown: list[dict[str, Any]] = [
        {"title": titles[row.post_id], "zh": GROUPS.get(row.group, ""), "children": row.children, "at": row.at,
         "note": note or ""}
        for row, note in zip(rows, notes, strict=True)
    ]
    return show(request, "console/introductions.html", {"rows": shown})
