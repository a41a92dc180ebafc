"""One's own account: the second factor and the browsers signed in; changed only by who just showed who they are."""

from typing import Any, cast
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tongxin import vault
from tongxin.accounts import factors, passkeys, throttle, totp
from tongxin.accounts.entrance import TOTP
from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import end_sessions, sessions_of
from tongxin.flows import second_factor
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import clock
from tongxin.web.console.entering import MARK, is_sure, limits_of, sure
from tongxin.web.console.first_steps import FACTOR, done
from tongxin.web.console.second_step import sent, site_of
from tongxin.web.doors import FIRST, Request, door
from tongxin.web.pages import BRAND, WITH_PASSKEY, show

PAGE = "/security/"
LONGEST = 128
ADDING, SECRET_SALT = "adding", "second factor"
WAYS = {"password": "密码", "code": "密码和验证码", "passkey": "通行密钥", "outside": "统一身份"}
UNSURE = "过了几分钟没有操作。请在“登录与账号安全”页面先输入密码，再办这一步。"
WRONG = "密码不对，请重新输入。"
PAUSED = "错误次数太多，请过一会儿再试。"


@door("signed_in")
def security(request: Request) -> HttpResponse:
    """Everything about one's own way in."""
    return _page(request)


def _page(request: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    person, is_sure_now = _self(request), is_sure(request)
    own = factors.of(person)
    labels = vault.open([each.label for each in own], viewer=request.viewer, purpose="security", part="staff",
                        route="security", at=request.at)
    state = second_factor.ask(person=person, roles=request.viewer.roles, at=request.at)
    until = second_factor.rules_at(request.at).due_at(person)
    return show(request, "console/security.html", {
        "is_sure": is_sure_now, "login": person.login, "state": state, "until": until,
        "is_first": FACTOR in (request.session.get(FIRST) or []),
        "factors": [{"row": row, "label": label or ""} for row, label in zip(own, labels, strict=True)],
        "has_codes": any(each.kind == TOTP for each in own), "codes_left": factors.codes_left(person),
        "takes_passkeys": site_of(request).takes_passkeys, "sessions": _sessions(request, person), **more,
    }, status=status)


def _sessions(request: Request, person: Person) -> list[dict[str, Any]]:
    here = request.session.session_key
    rows = [
        {"row": row, "way": WAYS.get(row.way, ""), "is_here": row.session_key == here}
        for row in sessions_of(person_id=person.id)
    ]
    return sorted(rows, key=lambda each: not each["is_here"])


def _self(request: Request) -> Person:
    return Person.objects.get(id=cast(UUID, request.viewer.person_id))


@sensitive_post_parameters("password")
@door("signed_in", methods=("POST",))
def confirm(request: Request) -> HttpResponse:
    """The password once more, before anything is changed."""
    person, limits = _self(request), limits_of(request)
    key = throttle.key_for(login=person.login, mark=request.COOKIES.get(MARK, ""), known_for=limits.known_for)
    if throttle.paused_until(key=key, limits=limits, at=request.at) is not None:
        return _page(request, status=429, problem=PAUSED)
    if authenticate(request, username=person.login, password=request.POST.get("password", "")[:LONGEST]) is None:
        return _page(request, status=422, problem=WRONG)
    throttle.forget(key=key)
    sure(request)
    return HttpResponseRedirect(PAGE)


@sensitive_post_parameters("secret", "code")
@door("signed_in", methods=("GET", "POST"))
def codes(request: Request) -> HttpResponse:
    """Codes from the phone: the picture to read, and the first code to show that it was read."""
    if not is_sure(request):
        return _unsure(request)
    person = _self(request)
    if request.method != "POST":
        return _ask_code(request, person, totp.new_secret(), "", 200)
    try:
        login, secret = signing.loads(request.POST.get("secret", ""), salt=SECRET_SALT, max_age=3600)
    except (signing.BadSignature, ValueError, TypeError):
        return HttpResponseRedirect(f"{PAGE}codes/")
    if login != person.login:
        raise Http404
    try:
        recovery = second_factor.add_codes(
            person=person, secret=secret, code=request.POST.get("code", "")[:20], seconds=clock.real().timestamp(),
            actor=request.viewer, at=request.at,
        )
    except Refused as refused:
        return _ask_code(request, person, secret, refused.problems[0].zh, 422)
    return _added(request, recovery)


def _ask_code(request: Request, person: Person, secret: str, problem: str, status: int) -> HttpResponse:
    address = totp.address(secret, login=person.login, issuer=BRAND)
    return show(request, "console/security_codes.html", {
        "problem": problem, "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=3),
        "written": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "secret": signing.dumps([person.login, secret], salt=SECRET_SALT),
    }, status=status)


def _added(request: Request, recovery: list[str]) -> HttpResponse:
    go_on = done(request, FACTOR)["Location"]
    messages.success(request, _("已登记。下次登录时，输完密码还要这一步。"))
    if not recovery:
        return HttpResponseRedirect(PAGE)
    return show(request, "console/security_recovery.html", {"codes": recovery, "go_on": go_on})


@door("signed_in", methods=("POST",))
def ask_passkey(request: Request) -> JsonResponse:
    """What the browser is given to make a passkey."""
    if not is_sure(request):
        return JsonResponse({"zh": UNSURE}, status=409)
    person = _self(request)
    known = factors.credentials(factors.of(person), person=person, at=request.at).values()
    options, state = passkeys.ask_to_add(site=site_of(request), person=person, known=known)
    request.session[ADDING] = state
    return JsonResponse(options)


@door("signed_in", methods=("POST",))
def add_passkey(request: Request) -> HttpResponse:
    """The passkey that the browser made."""
    state = request.session.pop(ADDING, None)
    if not is_sure(request) or not state:
        return _unsure(request)
    try:
        recovery = second_factor.add_passkey(
            person=_self(request), site=site_of(request), state=state, answer=sent(request.POST.get("credential", "")),
            label=request.POST.get("label", "").replace("\x00", ""), actor=request.viewer, at=request.at,
        )
    except Refused as refused:
        return _page(request, status=422, problem=refused.problems[0].zh)
    request.session[WITH_PASSKEY] = True
    return _added(request, recovery)


@door("signed_in", methods=("POST",))
def renew_recovery(request: Request) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    if not is_sure(request):
        return _unsure(request)
    try:
        recovery = second_factor.renew_recovery(person=_self(request), actor=request.viewer, at=request.at)
    except Refused as refused:
        return _page(request, status=422, problem=refused.problems[0].zh)
    return show(request, "console/security_recovery.html", {"codes": recovery, "go_on": PAGE})


@door("signed_in", methods=("POST",))
def remove(request: Request, factor_id: UUID) -> HttpResponse:
    """A factor that isn't used any more."""
    if not is_sure(request):
        return _unsure(request)
    try:
        second_factor.remove(person=_self(request), factor_id=factor_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, status=422, problem=refused.problems[0].zh)
    messages.success(request, _("已删去。"))
    return HttpResponseRedirect(PAGE)


@door("signed_in", methods=("POST",))
def end(request: Request) -> HttpResponse:
    """Sign out elsewhere: one browser, or all but this one."""
    person, here = _self(request), str(request.session.session_key)
    which = request.POST.get("which", "")
    row = next((each for each in sessions_of(person_id=person.id) if str(each.number) == which), None)
    if which and row is None:
        raise Http404
    gone = end_sessions(people=[person.id], but=here, number=row.number if row else None)
    messages.success(request, _("已退出 %(many)s 处登录。") % {"many": gone})
    return HttpResponseRedirect(PAGE)


def _unsure(request: Request) -> HttpResponse:
    messages.warning(request, UNSURE)
    return HttpResponseRedirect(PAGE)


urlpatterns: list[URLPattern] = [
    path("security/", security),
    path("security/confirm/", confirm),
    path("security/codes/", codes),
    path("security/passkey/ask/", ask_passkey),
    path("security/passkey/", add_passkey),
    path("security/recovery/", renew_recovery),
    path("security/factors/<uuid:factor_id>/remove/", remove),
    path("security/sessions/end/", end),
]
