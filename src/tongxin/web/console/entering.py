"""How a session begins: whose it is, in which way they came in, at which browser."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts import entrance, factors, throttle
from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import BEGUN, BROWSER, NUMBER, SEEN, WAY, moment_in
from tongxin.accounts.throttle import Limits
from tongxin.accounts.viewers import viewer_of
from tongxin.flows import second_factor
from tongxin.lib import ids
from tongxin.rulebook.shipped import content_in_force
from tongxin.web.console.browsers import browser_zh
from tongxin.web.console.first_steps import steps_for
from tongxin.web.doors import FIRST, SIGN_IN, Request
from tongxin.web.middleware import LOCKED
from tongxin.web.pages import WITH_PASSKEY
from tongxin.web.words import day_zh

MARK = "known"
# When the password, or a passkey, was last shown in this session.
SURE = "sure_at"
PASSWORD, CODE, PASSKEY, OUTSIDE = "password", "code", "passkey", "outside"


def let_in(
    request: Request, person: Person, *, to: str = "/", way: str = PASSWORD, is_proven: bool = False
) -> HttpResponse:
    """The answer that signs somebody in who showed everything; `is_proven` where others saw to a second factor."""
    login(request, person)
    Person.objects.filter(id=person.id).update(last_login=request.at)
    now = request.at.isoformat()
    request.session.update({
        SEEN: now, BEGUN: now, SURE: now, WAY: way, NUMBER: str(ids.new_id()),
        WITH_PASSKEY: any(each.kind == entrance.PASSKEY for each in factors.of(person)),
        BROWSER: browser_zh(request.headers.get("User-Agent", ""))[:40],
    })
    request.viewer = viewer_of(person=person, at=request.at)
    request.session[FIRST] = steps_for(
        request, person, is_proven=is_proven, knows_password=way != OUTSIDE
    )
    _remind(request, person)
    answer = HttpResponseRedirect(to)
    answer.set_cookie(
        MARK, throttle.mark_for(login=person.login), max_age=limits_of(request).known_for, path=SIGN_IN, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def _remind(request: Request, person: Person) -> None:
    """In the last days of grace it is said at each sign-in until when a second factor is wanted."""
    if second_factor.ask(person=person, roles=request.viewer.roles, at=request.at) != second_factor.REMINDED:
        return
    until = second_factor.rules_at(request.at).due_at(person)
    said = _("请在 %(day)s 以前登记第二步验证：页面最下面“登录与账号安全”。") % {"day": day_zh(until)}
    messages.warning(request, said)


def sure(request: Request) -> None:
    """Whoever sits here has just shown that it is them."""
    request.session[SURE] = request.session[SEEN] = request.at.isoformat()
    request.session.pop(LOCKED, None)


def is_sure(request: Request) -> bool:
    """Whether that was only just now."""
    since = moment_in(request.session.get(SURE))
    return since is not None and request.at - since <= second_factor.rules_at(request.at).within


def limits_of(request: Request) -> Limits:
    """How many wrong tries are taken."""
    return throttle.read(content_in_force("sign_in", "sign_in", at=request.at))
