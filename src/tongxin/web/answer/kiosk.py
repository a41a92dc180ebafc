"""A shared tablet in a class: whoever opens it is signed out, and only their password ends it.

Between two children nothing of the first is left: a sheet is a seat of its own, which the page gives back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.core import signing
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.accounts import factors, throttle
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.flows import screening
from tongxin.lib.numbers import number_in
from tongxin.rulebook.shipped import content_in_force
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Round, Sitting
from tongxin.web.answer import seat
from tongxin.web.answer.asking import asking_in, span_in
from tongxin.web.answer.child import seated
from tongxin.web.answer.pupils import groups_of, masked, names_of, pupils_of, round_at_work, round_of
from tongxin.web.answer.sent import sent_in
from tongxin.web.console import second_step
from tongxin.web.console.entering import let_in
from tongxin.web.console.sign_in import LONGEST_PASSWORD
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

COOKIE, PATH, SALT, TICKET = "kiosk", "/a/kiosk/", "shared tablet", "who sits there"
ROUTE = "screening_kiosk"
NOT_OPEN = "平板模式已经结束。请老师重新登录，再打开一次。"
NOBODY = "没有这个号，或者这个号现在不用作答。请看看号码，或者问老师。"
WRONG = "密码不对，平板模式没有结束。"
PAUSED = "错误次数太多，请在 {minutes} 分钟后再试。平板模式没有结束，孩子可以继续作答。"


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A tablet that somebody opened for a class."""

    round: Round
    group: str
    person: Person
    viewer: Viewer


@door("office.see_screening", methods=("GET", "POST"))
def begin(request: Request, round_id: UUID) -> HttpResponse:
    """Choose a class and hand the tablet over; from here on nobody is signed in on it."""
    round = round_at_work(request, round_id, way=Sitting.KIOSK)
    groups = groups_of(round, viewer=request.viewer, at=request.at)
    chosen = request.POST.get("group", "")
    if request.method != "POST" or chosen not in {each.key for each in groups} or round.state != Round.RUNNING:
        problem = _("请先选一个班，再打开。") if request.method == "POST" else ""
        return show(request, "answer/kiosk_begin.html", {
            "round": round, "groups": groups, "problem": problem, "is_running": round.state == Round.RUNNING,
        }, status=422 if problem else 200)
    until = request.at + span_in(asking_in(at=request.at), "kiosk")
    held = [str(round.id), chosen, str(request.viewer.person_id), str(request.viewer.post_id), until.isoformat()]
    logout(request)
    answer = HttpResponseRedirect(PATH)
    answer.set_cookie(
        COOKIE, signing.dumps(held, salt=SALT), path=PATH, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


@door("public")
def page(request: Request) -> HttpResponse:
    """The tablet between two children."""
    kiosk = _kiosk(request)
    elsewhere = asking_in(at=request.at)["elsewhere"]
    answer = render(request, "answer/kiosk.html", {
        "is_open": kiosk is not None, "group": _group_zh(kiosk, request.at) if kiosk else "", "elsewhere": elsewhere,
        "not_open": NOT_OPEN,
    }, status=200 if kiosk else 404)
    seat.drop(answer)
    return answer


@door("public", methods=("POST",))
def who(request: Request) -> HttpResponseBase:
    """Whose number it is, as much of the name as its bearer needs to say “that's me”."""
    kiosk = _kiosk(request)
    if kiosk is None:
        return JsonResponse({"zh": NOT_OPEN}, status=401)
    number = number_in(str(sent_in(request).get("number", "")).strip())
    pupils = pupils_of(kiosk.round, kiosk.group, viewer=kiosk.viewer, at=request.at)
    found = [each for each in pupils if number is not None and each.place == number]
    if not found or not screening.may_answer(found[0].participant, at=request.at):
        return JsonResponse({"zh": NOBODY}, status=404)
    participant = found[0].participant
    names = names_of(found, viewer=kiosk.viewer, at=request.at, route=ROUTE)
    until = request.at + span_in(asking_in(at=request.at), "kiosk_idle")
    ticket = signing.dumps([str(participant.id), until.isoformat()], salt=TICKET)
    return JsonResponse({"name": masked(names[participant.id]), "number": found[0].place, "ticket": ticket})


@door("public", methods=("POST",))
def sit(request: Request) -> HttpResponseBase:
    """A seat for the child who said “that's me”."""
    kiosk, participant_id = _kiosk(request), _ticket(request)
    if kiosk is None or participant_id is None:
        return JsonResponse({"zh": NOT_OPEN if kiosk is None else NOBODY}, status=401)
    if not kiosk.round.participants.filter(id=participant_id).exists():
        return JsonResponse({"zh": NOBODY}, status=404)
    try:
        sitting: Sitting = screening.open_at_kiosk(participant_id=participant_id, actor=kiosk.viewer, at=request.at)
    except NotTaken:
        return JsonResponse({"zh": NOBODY}, status=404)
    return seated(request, sitting)


@sensitive_post_parameters("password")
@door("public", methods=("POST",))
def close(request: Request) -> HttpResponseBase:
    """The password of whoever opened it takes the tablet back; wrong ones count as at signing in."""
    kiosk = _kiosk(request)
    if kiosk is None:
        return _away(HttpResponseRedirect("/sign-in/"))
    login = kiosk.person.login
    limits = throttle.read(content_in_force("sign_in", "sign_in", at=request.at))
    key = throttle.key_for(login=login)
    until = throttle.paused_until(key=key, limits=limits, at=request.at)
    if until is not None:
        minutes = -((request.at - until) // timedelta(minutes=1))
        return _still_open(request, kiosk, PAUSED.format(minutes=minutes), 429)
    password = request.POST.get("password", "")[:LONGEST_PASSWORD]
    person = authenticate(request, username=login, password=password)
    if not isinstance(person, Person):
        request.refusal = "wrong_password", kiosk.person.id
        return _still_open(request, kiosk, WRONG, 422)
    throttle.forget(key=key)
    to, post = f"/rounds/{kiosk.round.id}/kiosk/", str(kiosk.viewer.post_id)
    if factors.has_any(person):
        return _away(second_step.begin(request, person, to=to, post=post))
    answer = let_in(request, person, to=to)
    request.session["post"] = post
    return _away(answer)


def _still_open(request: Request, kiosk: Kiosk, problem: str, status: int) -> HttpResponse:
    return render(request, "answer/kiosk.html", {
        "is_open": True, "group": _group_zh(kiosk, request.at), "problem": problem,
        "elsewhere": asking_in(at=request.at)["elsewhere"],
    }, status=status)


def _away(answer: HttpResponse) -> HttpResponse:
    answer.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    seat.drop(answer)
    return answer


def _kiosk(request: Request) -> Kiosk | None:
    """The tablet as it was opened, while it may be open and whoever opened it may still do so."""
    try:
        round_id, group, person_id, post_id, until = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
        is_over = datetime.fromisoformat(until) <= request.at
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = Person.objects.filter(id=person_id, is_active=True).first()
    if person is None or is_over:
        return None
    viewer = viewer_of(person=person, at=request.at, post_id=UUID(post_id))
    round = round_of(UUID(round_id), viewer=viewer, at=request.at)
    return Kiosk(round, group, person, viewer) if round is not None and round.state == Round.RUNNING else None


def _group_zh(kiosk: Kiosk, at: datetime) -> str:
    groups = groups_of(kiosk.round, viewer=kiosk.viewer, at=at)
    return next((each.zh for each in groups if each.key == kiosk.group), "")


def _ticket(request: Request) -> UUID | None:
    try:
        participant_id, until = signing.loads(str(sent_in(request).get("ticket", "")), salt=TICKET)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return UUID(participant_id) if datetime.fromisoformat(until) > request.at else None
