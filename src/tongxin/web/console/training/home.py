"""Training as somebody finds it: what is next, how far they are, lessons, exams, sessions to come."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts import throttle
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import certificates, exams, plans, quizzes, sessions
from tongxin.flows.training.scope import (
    APPROVE,
    KEEP,
    PLAN,
    counties_of,
    county_of,
    rules_for,
    today,
    worker_of,
)
from tongxin.lib import ids
from tongxin.training.models import Credit, Plan, Session
from tongxin.training.rules import Training
from tongxin.training.selectors import counting
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems, words_in
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

HOME = "/training/"
PURPOSE, ROUTE, PART = "training", "training", "staff"
TOO_OFTEN = "没有签到：试了太多次，请等 {minutes} 分钟再试，或请组织的人登记。"
SHOWN = 20


@door("work")
def home(request: Request) -> HttpResponse:
    """What is next in training, for anybody who works here."""
    return page(request)


def page(request: Request, problems: Any = (), status: int = 200) -> HttpResponse:
    """The page, with what was wrong at signing in."""
    try:
        found = rules_for(request.viewer, at=request.at)
        stands = quizzes.standing(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    chances = exams.chances(request.viewer, at=request.at)
    progress = own_progress(request, found)
    coming = _coming(request, found)
    return show(request, "training/home.html", {
        "problems": told_problems(problems), "progress": progress, "means": found.means,
        "next": _next(request, stands, chances, progress), "coming": coming, "desk": _desk(request),
        "can_sign_in": any(each["is_open"] for each in coming),
        "lessons": [_lesson(each, request.viewer.role) for each in stands],
        "exams": [
            {"exam": each.exam, "problem": each.problem, "sitting": each.sitting, "new_id": ids.new_id(),
             "certificate": each.certificate, "minutes": int(each.exam.lasts.total_seconds() // 60)} for each in chances
        ],
        "credits": _credits(request, found), "certificates": _certificates(request, found),
        "is_keeper": _keeps(request),
        "sees_plans": may_do_any(request, f"{KEEP}|{PLAN}|{APPROVE}"), "waiting": _to_approve(request),
    }, status=status)


def _keeps(request: Request) -> bool:
    return may_do_any(request, KEEP)


def own_progress(request: Request, found: Training) -> dict[str, Any]:
    """This year's minutes of the viewer against the target of their post."""
    person_id, _post = worker_of(request.viewer)
    rows = counting().filter(person_id=person_id, on_day__year=today(request.at).year)
    minutes = sum(rows.values_list("minutes", flat=True))
    audience = found.audience_of(request.viewer.role)
    target = next((each for each in found.targets.values() if each.audience == audience), None)
    left = max(target.minutes - minutes, 0) if target else 0
    return {
        "hours": found.hours(minutes), "target": target, "left": found.lacking(left),
        "is_done": bool(target) and not left,
        "percent": min(minutes * 100 // target.minutes, 100) if target else 0, "year": today(request.at).year,
    }


def _next(request: Request, stands: Any, chances: Any, progress: Mapping[str, Any]) -> dict[str, str]:
    """The one thing to do now."""
    lesson = next((
        each.lesson for each in stands if not each.is_done and request.viewer.role in each.lesson.roles
    ), None)
    for each in chances:
        if each.sitting is not None:
            return {"zh": _("您有一场考试正在进行"), "url": f"{HOME}sittings/{each.sitting.id}/", "action": _("接着答")}
    if lesson is not None:
        zh = _("先学微课“{zh}”，约 {minutes} 分钟").format(zh=lesson.zh, minutes=lesson.minutes)
        return {"zh": zh, "url": f"{HOME}lessons/{lesson.id}/", "action": _("去学")}
    for each in chances:
        if not each.problem and each.certificate is None:
            return {"zh": _("微课都学过了，可以考“{zh}”").format(zh=each.exam.zh), "url": "#exams", "action": _("去考")}
    if progress["target"] and not progress["is_done"]:
        zh = _("今年还差 {left} 学时，参加培训时请签到").format(left=progress["left"])
        return {"zh": zh, "url": "#coming", "action": _("看最近的培训")}
    return {}


def _desk(request: Request) -> list[dict[str, str]]:
    """What waits for whoever keeps the county's training."""
    if not _keeps(request):
        return []
    rows = sessions.sessions_for(request.viewer, at=request.at).filter(state=Session.PLANNED, held_at__lte=request.at)
    found = []
    if many := rows.count():
        zh = _("{many} 次培训开过了，还没有登记完来了谁").format(many=many)
        found.append({"zh": zh, "url": f"{HOME}sessions/", "action": _("去登记")})
    plan = plans.standing(county_of(request.viewer), year=today(request.at).year)
    if plan is None:
        found.append({"zh": _("今年还没有批准的培训计划"), "url": f"{HOME}plans/", "action": _("看年度计划")})
    elif many := sum(each.state == plans.LATE for each in plans.carried_out(plan, at=request.at)):
        zh = _("计划里 {many} 项过了月份还没有办").format(many=many)
        found.append({"zh": zh, "url": f"{HOME}plans/{plan.id}/", "action": _("看计划")})
    return found


def _lesson(each: quizzes.Stand, role: str) -> dict[str, Any]:
    return {
        "lesson": each.lesson, "is_done": each.is_done, "passed_on": each.passed_on,
        "is_mine": role in each.lesson.roles, "url": f"{HOME}lessons/{each.lesson.id}/",
    }


def _coming(request: Request, found: Training) -> list[dict[str, Any]]:
    """The sessions of the next weeks for the viewer's audience, and those to sign in to now."""
    audience = found.audience_of(request.viewer.role)
    rows = Session.objects.filter(
        county_id__in=counties_of(request.viewer)[:1], state=Session.PLANNED, held_at__lte=request.at + found.ahead,
        held_at__gte=request.at - timedelta(minutes=found.most_minutes) - found.after,
    ).order_by("held_at")[:SHOWN]
    open_ids = _open(request)
    mine = [each for each in rows if audience in each.clear["audiences"]]
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.words for each in mine])
    marks = set(counting().filter(
        mark__in=[sessions.mark_of(each, request.viewer.person_id) for each in mine if request.viewer.person_id]
    ).values_list("source_id", flat=True))
    return [
        {"session": each, "words": words_in(said), "way": found.ways.get(each.clear["way"], ""),
         "subject": found.subjects.get(each.clear["subject"], ""), "is_open": each.id in open_ids,
         "is_signed": each.id in marks}
        for each, said in zip(mine, names.more, strict=True)
        if each.id in open_ids or each.held_at >= request.at
    ]


def _open(request: Request) -> set[Any]:
    try:
        return {each.id for each in sessions.open_now(request.viewer, at=request.at)}
    except NotAllowed:
        return set()


def _credits(request: Request, found: Training) -> list[dict[str, Any]]:
    person_id, _post = worker_of(request.viewer)
    rows = Credit.objects.filter(person_id=person_id).order_by("-on_day", "-at")[:SHOWN]
    return [
        {"row": each, "subject": found.subjects.get(each.subject, ""),
         "source": each.get_source_display()} for each in rows
    ]


def _certificates(request: Request, found: Training) -> list[dict[str, Any]]:
    day = today(request.at)
    return [
        {"row": each, "number": certificates.number_of(each), "state": certificates.state_of(each, on=day),
         "zh": found.exams[each.exam].zh if each.exam in found.exams else each.exam}
        for each in certificates.own(request.viewer)
    ]


def _to_approve(request: Request) -> list[Plan]:
    """Plans that wait for the viewer's yes."""
    if not may_do_any(request, APPROVE):
        return []
    rows = plans.plans_for(request.viewer, at=request.at).filter(state=Plan.DRAFT, lines__dropped_at__isnull=True)
    person_id, _post = worker_of(request.viewer)
    return list(rows.exclude(begun_by=person_id).distinct())


@door("work", methods=("POST",))
def sign_in(request: Request) -> HttpResponse:
    """Somebody is there: the six digits on the wall. Who guesses has to wait, with the right digits too."""
    try:
        limits, (person_id, _post) = rules_for(request.viewer, at=request.at).wrong_codes, worker_of(request.viewer)
        key = throttle.key_for(login=f"training code by {person_id}")
        until = throttle.paused_until(key=key, limits=limits, at=request.at)
        if until is not None:
            minutes = -((request.at - until) // timedelta(minutes=1))
            return page(request, [Problem("code", TOO_OFTEN.format(minutes=minutes), True)], status=429)
        made = sessions.sign_in(code=request.POST.get("code", "")[:20], actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(request, refused.problems, status=422)
    throttle.forget(key=key)
    messages.success(request, _("已签到。") if made else _("您已经签过到了。"))
    return HttpResponseRedirect(HOME)
