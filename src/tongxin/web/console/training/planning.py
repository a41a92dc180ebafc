"""A county's training plans: the years, one of them with what came of each line, and the same as a workbook."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division, Post
from tongxin.exports.table import Column, Table
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import plans
from tongxin.flows.training.plans import ARRANGED, DONE, LATE, WAITING, Carried
from tongxin.flows.training.scope import APPROVE, KEEP, PLAN, today
from tongxin.lib import ids
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.rulebook import rules as rulebook
from tongxin.training.models import Plan
from tongxin.training.rules import Training, training_in
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems
from tongxin.web.console.training.home import HOME, PART, PURPOSE, ROUTE
from tongxin.web.console.training.workbook import workbook
from tongxin.web.doors import Request, door, id_for, may_do_any
from tongxin.web.pages import show
from tongxin.web.words import day_zh

PLANS, SHOWN = f"{HOME}plans/", 60
SEE = "office.keep_training|plan_training|approve_training"
STATES = {WAITING: "还没有安排", ARRANGED: "已安排", DONE: "已办", LATE: "过了月份还没有办"}


@door(SEE)
def plan_list(request: Request) -> HttpResponse:
    """The plans, year by year."""
    return _list(request)


def _list(request: Request, problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        rows = list(plans.plans_for(request.viewer, at=request.at)[:SHOWN])
    except NotAllowed:
        raise Http404 from None
    places = dict(Division.objects.filter(id__in=[each.county_id for each in rows]).values_list("id", "name"))
    year = today(request.at).year
    return show(request, "training/plans.html", {
        "problems": told_problems(problems), "may_plan": may_do_any(request, PLAN), "years": [year, year + 1], "rows": [
            {"plan": each, "url": f"{PLANS}{each.id}/", "place": places.get(each.county_id, ""),
             "many": each.lines.filter(dropped_at__isnull=True).count(), "state": each.get_state_display()}
            for each in rows
        ],
    }, status=status)


@door("office.plan_training", methods=("POST",))
def begin(request: Request) -> HttpResponse:
    """A draft, or the one that is begun already."""
    try:
        plan = plans.begin(year=number_in(request.POST.get("year", "")), actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _list(request, refused.problems, status=422)
    return HttpResponseRedirect(f"{PLANS}{plan.id}/")


@door(SEE)
def plan_page(request: Request, plan_id: UUID) -> HttpResponse:
    """One plan: its lines, what was held for each, and what may be done with it."""
    return _page(request, plan_id, {})


def _page(
    request: Request, plan_id: UUID, given: dict[str, list[str]], problems: Any = (), status: int = 200
) -> HttpResponse:
    plan, found = _plan(request, plan_id)
    wrong, rows = list(problems), plans.carried_out(plan, at=request.at)
    is_writer = plan.state == Plan.DRAFT and may_do_any(request, PLAN)
    may_approve = plan.state == Plan.DRAFT and may_do_any(request, APPROVE) and bool(rows)
    names = open_names(
        request, people=[plan.begun_by, plan.approved_by], purpose=PURPOSE, route=ROUTE, part=PART
    )
    keepers = rulebook.access_rules(at=request.at).office.get(KEEP, frozenset())
    posts = Post.objects.filter(division__county_id=plan.county_id, role__in=keepers)
    return show(request, "training/plan.html", {
        "plan": plan, "state": plan.get_state_display(), "problems": told_problems(wrong),
        "place": Division.objects.filter(id=plan.county_id).values_list("name", flat=True).first() or "",
        "begun_by": names.person(plan.begun_by), "approved_by": names.person(plan.approved_by),
        "rows": [plan_line(each, found) for each in rows], "budget": sum(each.line.budget for each in rows),
        "done": sum(each.state == DONE for each in rows), "late": sum(each.state == LATE for each in rows),
        "people": sum(each.people for each in rows), "person_times": sum(each.person_times for each in rows),
        "is_writer": is_writer, "fields": drawn(found.line, given, wrong) if is_writer else [], "key": ids.new_id(),
        "may_approve": may_approve and plan.begun_by != request.viewer.person_id,
        "is_own": may_approve and plan.begun_by == request.viewer.person_id,
        "may_keep": may_do_any(request, KEEP), "may_revise": plan.state == Plan.APPROVED and may_do_any(request, PLAN),
        "posts": [
            {"id": each.id, "zh": each.title, "on": str(each.id) == "".join(given.get("responsible", ()))
             or (not given and each.id == request.viewer.post_id)} for each in posts.order_by("division__code", "title")
        ] if is_writer else [],
    }, status=status)


def _plan(request: Request, plan_id: UUID) -> tuple[Plan, Training]:
    try:
        plan = plans.plan_for(plan_id=plan_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return plan, training_in(region=rulebook.region_of(plan.county_id), at=request.at)


def plan_line(each: Carried, found: Training) -> dict[str, Any]:
    """A line of a plan in words."""
    clear = each.line.clear
    return {
        "line": each.line, "month": clear["month"], "subject": found.subjects.get(clear["subject"], ""),
        "audiences": "、".join(found.audiences[one].zh for one in clear["audiences"] if one in found.audiences),
        "way": found.ways.get(clear["way"], ""), "hours": found.hours(clear["minutes"]), "planned": clear["people"],
        "responsible": each.line.responsible.title, "state": STATES[each.state], "is_late": each.state == LATE,
        "is_done": each.state == DONE, "sessions": each.sessions, "people": each.people,
        "person_times": each.person_times, "came_hours": found.hours(each.minutes),
    }


def _acted(
    request: Request, plan_id: UUID, act: Callable[[], object], done: str, given: dict[str, list[str]] | None = None
) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, plan_id, given or {}, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{PLANS}{plan_id}/")


@door("office.plan_training", methods=("POST",))
def add_line(request: Request, plan_id: UUID) -> HttpResponse:
    """One line more."""
    given, key = given_in(request), id_for(request.POST.get("key", ""))
    return _acted(request, plan_id, lambda: plans.add_line(
        plan_id=plan_id, key=key, given=given, responsible=id_in(request.POST.get("responsible", "")),
        actor=request.viewer, at=request.at,
    ), _("已加上一项。"), given)


@door("office.plan_training", methods=("POST",))
def drop_line(request: Request, plan_id: UUID, key: UUID) -> HttpResponse:
    """A line that is not wanted."""
    return _acted(request, plan_id, lambda: plans.drop_line(
        plan_id=plan_id, key=key, actor=request.viewer, at=request.at
    ), _("已去掉这一项。"))


@door("office.approve_training", methods=("POST",))
def approve(request: Request, plan_id: UUID) -> HttpResponse:
    """Another person says yes."""
    return _acted(request, plan_id, lambda: plans.approve(
        plan_id=plan_id, actor=request.viewer, at=request.at
    ), _("已批准，从现在起照着办。"))


@door(SEE)
def plan_sheet(request: Request, plan_id: UUID) -> HttpResponse:
    """The plan and what came of it as a workbook; numbers only, nobody's name."""
    plan, found = _plan(request, plan_id)
    heads = (
        ("month", "月份"), ("subject", "内容"), ("audiences", "培训谁"), ("way", "方式"), ("hours", "学时"),
        ("planned", "计划人数"), ("budget", "预算（元）"), ("responsible", "负责岗位"), ("state", "办了没有"),
        ("sessions", "办了几次"), ("people", "人数"), ("person_times", "人次"), ("came_hours", "总学时"),
    )
    rows = [plan_line(each, found) for each in plans.carried_out(plan, at=request.at)]
    table = Table(tuple(Column(*each) for each in heads), tuple(
        tuple(str(row["line"].budget if id == "budget" else row[id]) for id, _zh in heads) for row in rows
    ))
    facts = [("哪一年", f"{plan.year} 年 第 {plan.version} 版"), ("状态", plan.get_state_display()),
             ("生成", day_zh(today(request.at)))]
    return workbook(table, title=f"{plan.year} 年培训计划和执行", facts=facts, name=f"training-plan-{plan.year}")
