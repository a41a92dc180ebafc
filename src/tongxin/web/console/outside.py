"""Signing in through the province: there, back, and out; what goes wrong is said in words."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access.offices import people_for
from tongxin.accounts import factors, outside
from tongxin.accounts.outside import NotVouched, Province, Unreachable
from tongxin.flows import linking
from tongxin.flows.refusals import Refused
from tongxin.web.console import entering, second_step
from tongxin.web.console.entering import let_in
from tongxin.web.doors import SIGN_IN, Request, door
from tongxin.web.pages import show_plain

BACK = f"{SIGN_IN}outside/back/"
AWAY = "连不上{name}，没有登录。请过几分钟再试；一直不行，请告诉系统管理员。"
DENIED = "您在{name}取消了登录，或它没有同意。没有登录。"
STALE = "没有接上：页面放得太久，或同时开了两个登录窗口。没有登录，请再点一次。"
WRONG = "{name}返回的身份核对不上，没有登录。请再试一次；还不行，请告诉系统管理员。"
UNKNOWN = (
    "{name}认得您，本系统还没有把这个账号关联到哪位工作人员，没有登录。"
    "请把下面的标识告诉管账号的人，请他在您的“人员”页关联。"
)
OFF = "没有关联：这里没有设统一身份平台。"
REASONS = {"access_denied": DENIED, "mismatching_state": STALE, "login_required": DENIED, "consent_required": DENIED}


def _there() -> Province:
    there = outside.province()
    if there is None:
        raise Http404
    return there


@door("public")
def go(request: Request) -> HttpResponse:
    """Off to the province."""
    there = _there()
    try:
        return outside.send_there(request, there, back=request.build_absolute_uri(BACK))
    except Unreachable:
        return _no(request, there, AWAY, 503)


@door("public")
def back(request: Request) -> HttpResponse:
    """Whoever the province vouches for comes in as the person they are linked to; nobody else does."""
    there = _there()
    try:
        vouched = outside.vouched(request, there)
    except Unreachable:
        return _no(request, there, AWAY, 503)
    except NotVouched as refused:
        return _no(request, there, REASONS.get(refused.reason, WRONG), 422)
    person = outside.person_of(there, vouched.subject)
    if person is None:
        return _no(request, there, UNKNOWN, 422, subject=vouched.subject[: linking.LONGEST])
    if factors.has_any(person) and not vouched.is_proven:
        return second_step.begin(request, person)
    return let_in(request, person, way=entering.OUTSIDE, is_proven=vouched.is_proven)


def _no(request: Request, there: Province, zh: str, status: int, *, subject: str = "") -> HttpResponse:
    context = {"problem": zh.format(name=there.zh), "subject": subject, "name": there.zh}
    return show_plain(request, "console/outside.html", context, status=status)


@door("public")
def leave(request: Request) -> HttpResponse:
    """Out there too, for whoever just signed out here."""
    there = _there()
    try:
        address = outside.leave_address(there, back=request.build_absolute_uri(SIGN_IN))
    except Unreachable:
        return _no(request, there, AWAY, 503)
    return HttpResponseRedirect(address or SIGN_IN)


@door("office.manage_staff", methods=("POST",))
def link(request: Request, person_id: UUID) -> HttpResponse:
    """Which account of the province's is this person's."""
    person = people_for(viewer=request.viewer, action=linking.MANAGE, at=request.at).filter(id=person_id).first()
    if person is None:
        raise Http404
    there, subject = outside.province(), request.POST.get("subject", "").strip()
    if there is None:
        messages.error(request, OFF)
        return HttpResponseRedirect(f"/staff/{person.id}/")
    try:
        linking.link(person=person, there=there, subject=subject, actor=request.viewer, at=request.at)
    except Refused as refused:
        messages.error(request, refused.problems[0].zh)
    else:
        messages.success(request, _("已关联。") if subject else _("已取消关联。"))
    return HttpResponseRedirect(f"/staff/{person.id}/")


urlpatterns: list[URLPattern] = [
    path("sign-in/outside/", go),
    path("sign-in/outside/back/", back),
    path("sign-in/outside/leave/", leave),
    path("staff/<uuid:person_id>/outside/", link),
]
