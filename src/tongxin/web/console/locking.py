"""A browser that rested: it covers itself, and whoever sat there shows that they still do."""

from datetime import timedelta

from django.contrib.auth import authenticate
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.accounts import factors, throttle
from tongxin.accounts.entrance import PASSKEY
from tongxin.accounts.models import Person
from tongxin.web.console.entering import MARK, limits_of, sure
from tongxin.web.console.second_step import inside
from tongxin.web.doors import LOCK_PAGE, Request, door, is_script
from tongxin.web.middleware import LOCKED
from tongxin.web.pages import show_plain

LONGEST = 128
WRONG = "密码不对，没有解锁。请重新输入。"
PAUSED = "错误次数太多，请在 {minutes} 分钟后再试。"
ENDED = "登录已经结束。写了一半的表存在草稿里，请重新登录后接着填。"


@door("public", methods=("GET", "POST"))
def lock(request: Request) -> HttpResponse:
    """The cover of a locked browser; POST covers it at once, for whoever gets up."""
    if request.method == "POST" and request.viewer.person_id is not None:
        request.session[LOCKED] = True
        request.locked = Person.objects.get(id=request.viewer.person_id)
        if is_script(request):
            return JsonResponse({"is_locked": True})
        return HttpResponseRedirect(LOCK_PAGE)
    if request.locked is None:
        return HttpResponseRedirect("/")
    return _page(request, request.locked, "", 200)


@sensitive_post_parameters("password")
@door("public", methods=("POST",))
def unlock(request: Request) -> HttpResponse:
    """Opens for the password of whoever sat there, and for nobody else's."""
    person = request.locked
    if person is None:
        return _gone(request)
    limits = limits_of(request)
    key = throttle.key_for(login=person.login, mark=request.COOKIES.get(MARK, ""), known_for=limits.known_for)
    until = throttle.paused_until(key=key, limits=limits, at=request.at)
    if until is not None:
        minutes = -((request.at - until) // timedelta(minutes=1))
        return _no(request, person, PAUSED.format(minutes=minutes), 429)
    password = request.POST.get("password", "")[:LONGEST]
    if authenticate(request, username=person.login, password=password) is None:
        request.refusal = "unlock", person.id
        return _no(request, person, WRONG, 422)
    throttle.forget(key=key)
    sure(request)
    if is_script(request):
        return JsonResponse({"is_locked": False})
    return HttpResponseRedirect(inside(request.POST.get("next", "")))


@door("signed_in", methods=("POST",))
def stay(request: Request) -> JsonResponse:
    """Somebody reads or writes on a page for long: the browser isn't resting."""
    return JsonResponse({"is_locked": False})


def _gone(request: Request) -> HttpResponse:
    if request.viewer.person_id is not None:
        return JsonResponse({"is_locked": False}) if is_script(request) else HttpResponseRedirect("/")
    if is_script(request):
        return JsonResponse({"zh": ENDED, "is_over": True}, status=401)
    return HttpResponseRedirect("/sign-in/")


def _no(request: Request, person: Person, zh: str, status: int) -> HttpResponse:
    return JsonResponse({"zh": zh}, status=status) if is_script(request) else _page(request, person, zh, status)


def _page(request: Request, person: Person, problem: str, status: int) -> HttpResponse:
    return show_plain(request, "console/lock.html", {
        "problem": _(problem) if problem else "", "login": person.login,
        "next": inside(request.POST.get("next", "") or request.GET.get("next", "")),
        "has_passkeys": any(each.kind == PASSKEY for each in factors.of(person)),
    }, status=status)


urlpatterns: list[URLPattern] = [
    path("lock/", lock),
    path("lock/open/", unlock),
    path("lock/stay/", stay),
]
