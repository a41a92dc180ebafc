"""Sessions: the list, a new one, one of them with who came."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import plans, sessions
from tongxin.flows.training.scope import county_of, rules_for, today
from tongxin.lib import ids
from tongxin.lib.ids import id_in
from tongxin.training.models import Credit, Session
from tongxin.training.rules import Training
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, now_local, told_problems, words_in
from tongxin.web.console.training.home import HOME, PART, PURPOSE, ROUTE
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

SESSIONS, SHOWN = f"{HOME}sessions/", 100


@door("office.keep_training")
def session_list(request: Request) -> HttpResponse:
    """The county's sessions, the newest first."""
    try:
        rows = list(sessions.sessions_for(request.viewer, at=request.at).order_by("-held_at", "-number")[:SHOWN])
        found = rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.words for each in rows])
    return show(request, "training/sessions.html", {
        "rows": [
            {**session_line(each, said, found), "many": sessions.people_of(each).count(),
             "is_due": each.state == Session.PLANNED and each.held_at <= request.at}
            for each, said in zip(rows, names.more, strict=True)
        ],
    })


def session_line(row: Session, said: str | None, found: Training) -> dict[str, Any]:
    """A session as a line says it."""
    words = words_in(said)
    return {
        "row": row, "url": f"{SESSIONS}{row.id}/", "topic": words.get("topic", ""), "place": words.get("place", ""),
        "teacher": words.get("teacher", ""), "way": found.ways.get(row.clear["way"], ""),
        "subject": found.subjects.get(row.clear["subject"], ""), "hours": found.hours(row.minutes),
        "audiences": "、".join(
            found.audiences[each].zh for each in row.clear["audiences"] if each in found.audiences
        ), "state": row.get_state_display(),
    }


@door("office.keep_training", methods=("GET", "POST"))
def new_session(request: Request) -> HttpResponse:
    """A session that will be held, or was."""
    if request.method == "GET":
        return _form(request, {})
    given = given_in(request)
    try:
        row = sessions.arrange(
            session_id=id_for(request.POST.get("session", "")), line_key=id_in(request.POST.get("line", "")),
            given=given, actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。到时候把签到码给来的人看。"))
    return HttpResponseRedirect(f"{SESSIONS}{row.id}/")


def _form(request: Request, given: dict[str, list[str]], problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        found = rules_for(request.viewer, at=request.at)
        plan = plans.standing(county_of(request.viewer), year=today(request.at).year)
    except NotAllowed:
        raise Http404 from None
    wrong = list(problems)
    chosen = "".join(given.get("line", ())) or request.GET.get("line", "")
    lines = plans.carried_out(plan, at=request.at) if plan else []
    if not given:
        given = {"held_at": [now_local(request.at)]} | _of_line(chosen, lines)
    return show(request, "training/session_new.html", {
        "problems": told_problems(wrong), "rows": drawn(found.session, given, wrong), "new_id": ids.new_id(), "lines": [
            {"key": each.line.key, "zh": line_zh(each, found), "on": str(each.line.key) == chosen} for each in lines
        ],
    }, status=status)


def _of_line(chosen: str, lines: list[plans.Carried]) -> dict[str, list[str]]:
    """What a line of the plan says already."""
    line = next((each.line for each in lines if str(each.line.key) == chosen), None)
    if line is None:
        return {}
    return {
        "subject": [line.clear["subject"]], "audiences": list(line.clear["audiences"]), "way": [line.clear["way"]],
        "minutes": [str(line.clear["minutes"])],
    }


def line_zh(each: plans.Carried, found: Training) -> str:
    """A line of the plan in one breath."""
    clear = each.line.clear
    who = "、".join(found.audiences[one].zh for one in clear["audiences"] if one in found.audiences)
    return f"{clear['month']} 月 {found.subjects.get(clear['subject'], '')}（{who}）"


@door("office.keep_training")
def session_page(request: Request, session_id: UUID) -> HttpResponse:
    """One session: the code to sign in with, who came, who else may have come."""
    return _page(request, session_id)


def _page(request: Request, session_id: UUID, problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        row = sessions.session_for(session_id=session_id, viewer=request.viewer, at=request.at)
        found = rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    came = list(sessions.people_of(row).order_by("at", "id")[:SHOWN * 10])
    here = {each.post_id for each in came if each.post_id}
    posts = [] if row.state == Session.CANCELLED else [
        each for each in sessions.invited(row, request.viewer, found=found, at=request.at) if each.id not in here
    ]
    names = open_names(
        request, people=[each.person_id for each in came], purpose=PURPOSE, route=ROUTE, part=PART,
        more=[row.words, *(each.words for each in came)],
    )
    return show(request, "training/session.html", {
        "problems": told_problems(problems), **session_line(row, names.more[0], found), "posts": posts,
        "came": [_came(each, said, names, found) for each, said in zip(came, names.more[1:], strict=True)],
        "many": sessions.people_of(row).count(), "has_begun": row.held_at <= request.at,
        "leaves": list(found.leaves.items()), "cancels": list(found.cancels.items()),
        "reason": found.cancels.get(row.reason, ""), "before": int(found.before.total_seconds() // 60),
        "late": int(found.late.total_seconds() // 60), "is_open": row.state == Session.PLANNED,
        "batches": list(row.batches.order_by("-at")[:5]),
    }, status=status)


def _came(row: Credit, said: str | None, names: Any, found: Training) -> dict[str, Any]:
    kind = found.audiences.get(row.audience)
    return {
        "row": row, "name": names.person(row.person_id) if row.person_id else (said or ""),
        "kind": kind.zh if kind else "", "hours": found.hours(row.minutes), "has_account": row.person_id is not None,
    }


def _acted(request: Request, session_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, session_id, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{SESSIONS}{session_id}/")


@door("office.keep_training", methods=("POST",))
def attend(request: Request, session_id: UUID) -> HttpResponse:
    """Those who are ticked were there."""
    posts = [id for each in request.POST.getlist("posts") if (id := id_in(each))]
    return _acted(request, session_id, lambda: sessions.attend(
        session_id=session_id, posts=posts, actor=request.viewer, at=request.at
    ), _("已登记签到。"))


@door("office.keep_training", methods=("POST",))
def close(request: Request, session_id: UUID) -> HttpResponse:
    """It was held."""
    return _acted(request, session_id, lambda: sessions.close(
        session_id=session_id, actor=request.viewer, at=request.at
    ), _("已结束登记，计划里算办过了。"))


@door("office.keep_training", methods=("POST",))
def cancel(request: Request, session_id: UUID) -> HttpResponse:
    """It is not held."""
    return _acted(request, session_id, lambda: sessions.cancel(
        session_id=session_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已取消。"))


@door("office.keep_training", methods=("POST",))
def withdraw(request: Request, session_id: UUID, credit_id: UUID) -> HttpResponse:
    """Somebody wasn't there."""
    return _acted(request, session_id, lambda: sessions.withdraw(
        credit_id=credit_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已撤回，不再算学时。"))
