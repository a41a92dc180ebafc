"""Signing in and out, and choosing the post to act from."""

import json
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.accounts import factors, outside, throttle
from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import WAY
from tongxin.accounts.throttle import Limits
from tongxin.core.pathway import CHINA
from tongxin.flows import expiry
from tongxin.lib import places
from tongxin.web.console import second_step
from tongxin.web.console.entering import MARK, OUTSIDE, let_in, limits_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show, show_plain

LONGEST_LOGIN, LONGEST_PASSWORD = 60, 128
WRONG = "登录名或密码不对，请重新输入。连续 {tries} 次不对会暂停登录 {minutes} 分钟。"
WORN_OUT = "初始密码已过期，没有登录。请找区县管理员重新发一个，发出后尽快登录换成自己的密码。"
OUTSIDE_ONLY = "您的账号要从{name}登录，没有用密码登录。请点下面的按钮。"
PAUSED = (
    "错误次数太多，这个登录名暂停登录，请在 {minutes} 分钟后（{until}）再试。"
    "在您平时用的电脑上仍可登录；忘记密码请找区县管理员换新密码，换好马上可以登录。"
)


@sensitive_post_parameters("password")
@door("public", methods=("GET", "POST"))
def sign_in(request: Request) -> HttpResponse:
    """The sign-in page; too many wrong tries for one login close it for a while."""
    if request.method != "POST":
        if request.viewer.person_id is not None:
            return HttpResponseRedirect("/")
        return _asked_again(request, "", status=200)
    name, password = written(request.POST.get("login", "")), request.POST.get("password", "")
    limits = limits_of(request)
    key = throttle.key_for(login=name, mark=request.COOKIES.get(MARK, ""), known_for=limits.known_for)
    until = throttle.paused_until(key=key, limits=limits, at=request.at)
    if until is not None:
        return _asked_again(request, _paused(until, request.at), name, 429)
    person = authenticate(request, username=name, password=password[:LONGEST_PASSWORD])
    if not isinstance(person, Person):
        known = Person.objects.filter(login=name).values_list("id", flat=True).first()
        request.refusal = "wrong_password", known
        return _asked_again(request, _wrong(limits), name, 422)
    if expiry.is_worn_out(person=person, at=request.at):
        return _asked_again(request, WORN_OUT, name, 422)
    throttle.forget(key=key)
    there = outside.province()
    if there is not None and there.is_only_way and outside.is_linked(person):
        return _asked_again(request, OUTSIDE_ONLY.format(name=there.zh), name, 422)
    if factors.has_any(person):
        return second_step.begin(request, person)
    return let_in(request, person)


def _wrong(limits: Limits) -> str:
    return WRONG.format(tries=limits.tries, minutes=limits.pause // timedelta(minutes=1))


def _paused(until: datetime, at: datetime) -> str:
    minutes = -((at - until) // timedelta(minutes=1))
    return PAUSED.format(minutes=minutes, until=f"{until.astimezone(CHINA):%H:%M}")


def written(text: str) -> str:
    """A login as it can be looked up."""
    return text.replace("\x00", "").strip()[:LONGEST_LOGIN]


def _asked_again(request: Request, problem: str, name: str = "", status: int = 422) -> HttpResponse:
    context = {"problem": problem, "login": name, "demo_logins": demo_logins(),
               "there": outside.province(), "takes_passkeys": second_step.site_of(request).takes_passkeys}
    return show_plain(request, "console/sign_in.html", context, status=status)


def demo_logins() -> list[dict[str, str]]:
    """The logins of a demonstration, by role; nothing outside one."""
    file = places.home() / "logins.json"
    if not file.is_file():
        return []
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return []
    wanted = ("title", "role", "login", "password")
    return [{name: str(row.get(name, "")) for name in wanted} for row in rows if isinstance(row, dict)]


@door("signed_in", methods=("POST",))
def sign_out(request: Request) -> HttpResponse:
    """Out, and back to the sign-in page."""
    there = outside.province() if request.session.get(WAY) == OUTSIDE else None
    logout(request)
    if there is not None:
        return show_plain(request, "console/signed_out.html", {"name": there.zh})
    messages.success(request, _("您已退出。"))
    return HttpResponseRedirect("/sign-in/")


@door("signed_in", methods=("GET", "POST"))
def choose_post(request: Request) -> HttpResponse:
    """Which of several posts to act from; whoever holds none is told what to do."""
    if request.method != "POST":
        return show(request, "console/post.html", {"seats": request.viewer.seats})
    chosen = request.POST.get("post", "")
    seat = next((seat for seat in request.viewer.seats if str(seat.post_id) == chosen), None)
    if seat is None:
        raise Http404
    request.session["post"] = str(seat.post_id)
    messages.success(request, _("现在以“%(post)s”的岗位办理。") % {"post": seat.title})
    return HttpResponseRedirect("/")
