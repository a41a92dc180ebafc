"""The second step of signing in: a code from the phone, a recovery code, or a passkey."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.accounts import factors, passkeys, throttle
from tongxin.accounts.entrance import PASSKEY, TOTP, Factor
from tongxin.accounts.models import Person
from tongxin.accounts.passkeys import Site
from tongxin.accounts.signed_in import moment_in
from tongxin.flows import expiry, second_factor
from tongxin.lib import clock
from tongxin.lib.ids import id_in
from tongxin.web.console import entering
from tongxin.web.console.entering import let_in, limits_of, sure
from tongxin.web.doors import SIGN_IN, Request, body_of, door
from tongxin.web.pages import BRAND, show_plain

SECOND = f"{SIGN_IN}second/"
WAITING, ASKED = "second", "passkey"
LONGEST, LARGEST = 40, 32 * 1024
AGAIN = "等得太久，请从登录名和密码重新开始。"
WRONG = "不对，或已经用过。请看手机上现在的六位数字；备用码每个只能用一次。"
PAUSED = "错误次数太多，请在 {minutes} 分钟后再试。手机丢了，请找管理账号的人取消第二步验证。"
NOT_SHOWN = "没有登录：通行密钥核对不上，或不是这个账号的。请再试一次，或用密码登录。"
WORN_OUT = "初始密码已过期，没有登录。请找区县管理员重新发一个。"


def begin(request: Request, person: Person, *, to: str = "/", post: str = "") -> HttpResponse:
    """Ask for the second step of whoever showed the first; nobody is signed in yet."""
    request.session.flush()
    request.session[WAITING] = {
        "person": str(person.id), "at": request.at.isoformat(), "hash": person.get_session_auth_hash(), "to": to,
        "post": post,
    }
    return HttpResponseRedirect(SECOND)


def _waiting(request: Request) -> Person | None:
    """Who showed the first step, only just now and with the password that is still theirs."""
    told = request.session.get(WAITING) or {}
    named, since = id_in(str(told.get("person", ""))), moment_in(told.get("at"))
    if named is None or since is None or request.at - since > second_factor.rules_at(request.at).within:
        return None
    person = Person.objects.filter(id=named, is_active=True).first()
    return person if person is not None and person.get_session_auth_hash() == told.get("hash") else None


@sensitive_post_parameters("code")
@door("public", methods=("GET", "POST"))
def second(request: Request) -> HttpResponse:
    """The page of the second step; wrong codes are counted as wrong passwords are."""
    person = _waiting(request)
    if person is None:
        request.session.pop(WAITING, None)
        status = 200 if _reads(request) else 422
        return show_plain(request, "console/second_gone.html", {"problem": AGAIN}, status=status)
    if _reads(request):
        return _page(request, person, "", 200)
    key, limits = throttle.key_for(login=f"second\n{person.login}"), limits_of(request)
    until = throttle.paused_until(key=key, limits=limits, at=request.at)
    if until is not None:
        minutes = -((request.at - until) // timedelta(minutes=1))
        return _page(request, person, PAUSED.format(minutes=minutes), 429)
    code = request.POST.get("code", "").replace("\x00", "")[:LONGEST]
    if not factors.is_right_code(person=person, code=code, seconds=clock.real().timestamp(), at=request.at):
        was_used = factors.was_used(person=person, code=code, seconds=clock.real().timestamp(), at=request.at)
        request.refusal = "used_code" if was_used else "wrong_code", person.id
        if was_used:
            second_factor.tell_of_used_code(person=person, at=request.at)
        return _page(request, person, WRONG, 422)
    throttle.forget(key=key)
    return _go_on(request, person, entering.CODE)


def _go_on(request: Request, person: Person, way: str) -> HttpResponse:
    """In, to where they were going."""
    told = request.session.get(WAITING) or {}
    answer = let_in(request, person, to=str(told.get("to", "/")), way=way)
    if told.get("post"):
        request.session["post"] = told["post"]
    return answer


def _reads(request: Request) -> bool:
    return request.method != "POST"


def _page(request: Request, person: Person, problem: str, status: int) -> HttpResponse:
    kinds = {each.kind for each in factors.of(person)}
    return show_plain(request, "console/second.html", {
        "problem": problem, "has_codes": TOTP in kinds, "has_passkeys": PASSKEY in kinds,
    }, status=status)


@door("public", methods=("POST",))
def ask_passkey(request: Request) -> JsonResponse:
    """What the browser signs: for whoever waits or sits at a locked browser their own keys, else any for this site."""
    person = request.locked or _waiting(request)
    known = factors.credentials(factors.of(person), person=person, at=request.at).values() if person else None
    options, state = passkeys.ask_to_show(site=site_of(request), known=known)
    request.session[ASKED] = state
    return JsonResponse(options)


@door("public", methods=("POST",))
def show_passkey(request: Request) -> JsonResponse:
    """Signs in, goes on signing in, or opens a locked browser, for whoever's passkey it is."""
    state, answer = request.session.pop(ASKED, None), sent(body_of(request))
    row = passkeys.named(answer) if state and answer else None
    awaited = request.locked or _waiting(request)
    if row is None or not _is_theirs(row, awaited):
        return _refused()
    if not passkeys.is_shown(site=site_of(request), state=state, answer=answer, row=row, at=request.at):
        request.refusal = "wrong_code", row.person_id
        return _refused()
    if request.locked:
        sure(request)
        return JsonResponse({"to": inside(request.GET.get("next", ""))})
    if expiry.is_worn_out(person=row.person, at=request.at):
        return JsonResponse({"zh": WORN_OUT}, status=422)
    there = _go_on(request, row.person, entering.PASSKEY)
    done = JsonResponse({"to": there["Location"]})
    done.cookies.update(there.cookies)
    return done


def _is_theirs(row: Factor, awaited: Person | None) -> bool:
    return awaited is None or row.person_id == awaited.id


def _refused() -> JsonResponse:
    return JsonResponse({"zh": NOT_SHOWN}, status=422)


def inside(address: str) -> str:
    """An address of ours; else the first page."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else "/"


def site_of(request: Request) -> Site:
    """The address by which this browser knows us."""
    host = request.get_host()
    name, _, port = host.rpartition(":")
    return Site(name if port.isdigit() and name else host, f"{request.scheme}://{host}", BRAND)


def sent(text: str | bytes) -> dict[str, Any]:
    """What a script sent; nothing when it is none of ours."""
    if len(text) > LARGEST:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
