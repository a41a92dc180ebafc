"""The crisis board: every open crisis in the viewer's area, with its clock, who is with the child, and what is due."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases import slices
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.crisis_board import Held, held_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.taking_over import take_over as take
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console import crisis_words
from tongxin.web.console.children import ORDER
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.options import pathway_shown
from tongxin.web.console.task_rows import form_url, late
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

SHOWN = 100
STEPS_SHOWN = 3
# The step by which a professional has spoken with the child.
CONTACTED = "professional"
IN_CRISIS_STEPS = (
    "crisis.", "close_crisis", "safety_check", "household_check", "hold_watch", "make_safety_plan",
    "review_safety_plan",
)
TAKE_OVER = "crisis.take_over"
Board = tuple[list[Case], dict[UUID, list[Task]], dict[UUID, Held]]


@door("office.see_crisis_board")
def crisis_board(request: Request) -> HttpResponse:
    """The open crises: whom nobody has spoken with, whose child is alone and what is overdue first."""
    return show(request, "console/crises.html", _board(request, _read(request)))


@door("office.see_crisis_board")
def crisis_rows(request: Request) -> HttpResponse:
    """The board anew where something changed since the page was made; nothing is opened where nothing did."""
    read = _read(request)
    if request.GET.get("seen") == _mark(request, read):
        return HttpResponse(status=204)
    return show(request, "console/_crisis_board.html", _board(request, read))


@door("child.record", methods=("POST",))
def take_over(request: Request, child_id: UUID) -> HttpResponse:
    """“I have it”: the bell stops, the crisis has somebody."""
    child_for(request, child_id)
    names = open_names(request, people=[request.viewer.person_id], purpose="crises", route="crises", part="staff")
    try:
        take(child_id=child_id, name=names.person(request.viewer.person_id), actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, problem.zh)
    else:
        messages.success(request, _("已接手，时间已记下。先确认孩子身边有人，再做下一步。"))
    return HttpResponseRedirect(f"/children/{child_id}/#crisis")


def _read(request: Request) -> Board:
    cases = access.page(
        slices.leading().filter(slices.in_crisis(pathway_shown(request))), viewer=request.viewer, part="crisis",
        at=request.at, order=ORDER, limit=SHOWN + 1,
    )
    tasks: dict[UUID, list[Task]] = {case.id: [] for case in cases[:SHOWN]}
    # By the cases alone: asked for the state as well, SQLite walks all open tasks there are.
    for task in Task.objects.filter(case_id__in=tasks).order_by("due_at", "id"):
        if task.state in LIVE and task.step.startswith(IN_CRISIS_STEPS):
            tasks[task.case_id].append(task)
    began = {case.id: moment for case in cases[:SHOWN] if (moment := _began(case))}
    return cases, tasks, held_in(began)


def _mark(request: Request, read: Board) -> str:
    """Changes with whatever the board says."""
    cases, tasks, held = read
    said = [
        (
            str(case.id), case.derived_seq, words.span_zh(request.at - began) if (began := _began(case)) else "",
            str(found.covered_until(request.at)) if (found := held.get(case.id)) else "",
            [
                (task.key, str(task.owner_person_id), task.climbed, late(task, request.at))
                for task in tasks.get(case.id, ())
            ],
        )
        for case in cases
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _board(request: Request, read: Board) -> dict[str, Any]:
    cases, tasks, held = read
    owners = [task.owner_person_id for rows in tasks.values() for task in rows[:STEPS_SHOWN]]
    takers = [UUID(each.taken_over.person) for each in held.values() if each.taken_over and each.taken_over.person]
    children = Child.objects.filter(id__in=tasks)
    names = open_names(
        request, listed=children, people=[*owners, *takers], purpose="crises", route="crises", part="crisis"
    )
    titles = post_titles([
        *(task.owner_post_id for rows in tasks.values() for task in rows),
        *(owner for each in held.values() for _at, owner in each.rings),
    ])
    places = dict(Division.objects.filter(
        id__in={place for case in cases for place in (case.county_id, case.town_id, case.village_id) if place}
    ).values_list("id", "name"))
    rows = [
        _row(request, case, tasks[case.id], held.get(case.id, Held()), names, titles, places)
        for case in cases[:SHOWN]
    ]
    return {
        "rows": sorted(rows, key=_danger), "has_more": len(cases) > SHOWN, "shown": SHOWN,
        "mark": _mark(request, read),
        "sees_duty": access.may_do(viewer=request.viewer, action="see_duty", at=request.at),
    }


def _began(case: Case) -> datetime | None:
    crisis = case.state.get("crisis") or {}
    return datetime.fromisoformat(crisis["began_at"]) if crisis else None


def _danger(row: dict[str, Any]) -> tuple[bool, bool, bool, bool, float]:
    """Nobody took over, nobody spoke with the child, the child alone, something overdue; then the longest."""
    began = row["began_at"]
    return (
        row["taken"] is not None, row["is_called"], not row["watch"]["is_gap"], not row["is_late"],
        began.timestamp() if began else 0.0,
    )


def _row(
    request: Request, case: Case, tasks: list[Task], held: Held, names: Names, titles: dict[UUID, str],
    places: dict[int, str],
) -> dict[str, Any]:
    began = _began(case)
    crisis = case.state.get("crisis") or {}
    taken = [step for step, _ in crisis.get("taken", ())]
    ring = next((task for task in tasks if task.step == TAKE_OVER), None)
    is_concern = bool(case.state.get("is_concern"))
    steps = [_step(request, task, names, titles) for task in tasks[:STEPS_SHOWN]]
    return {
        "id": case.id, "url": f"/children/{case.id}/#crisis", "name": names.children.get(case.id, ""),
        "place": _place(case, places), "began_at": began,
        "for_zh": words.span_zh(request.at - began) if began else "", "left": len(tasks), "done": len(taken),
        "is_late": any(late(task, request.at) for task in tasks),
        "is_called": CONTACTED in taken,
        "called_zh": "专业人员已联系孩子" if CONTACTED in taken else "专业人员还没有联系孩子",
        "taken": crisis_words.taken(held, names) if ring is None or held.taken_over else None,
        "rings": crisis_words.rings(held, titles),
        "watch": crisis_words.watch(held, region=case.county_id, at=request.at, is_concern=is_concern),
        "guardian": crisis_words.guardian(held, is_concern=is_concern),
        "told": crisis_words.told(held, region=case.county_id, at=request.at),
        "means": crisis_words.means(held), "plan": crisis_words.plan(held),
        "may_take": ring is not None and ring.owner_post_id in request.viewer.post_ids,
        "next": next((step for step in steps if step["url"]), None), "steps": steps,
    }


def _place(case: Case, places: Mapping[int, str]) -> str:
    """Where the child lives, as near as the file says; somebody has to go there."""
    near = places.get(case.town_id or 0, "") + places.get(case.village_id or 0, "")
    if near:
        return near
    county = places.get(case.county_id or 0, "")
    return _("%(county)s，住在哪个村还没有写") % {"county": county} if county else _("住在哪里还没有写")


def _step(request: Request, task: Task, names: Names, titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "zh": task.zh, "due_zh": words.due_zh(task.due_at, at=request.at), "late_zh": late(task, request.at),
        "owner_zh": f"{titles.get(task.owner_post_id, '')}　{names.person(task.owner_person_id)}"
        if task.owner_post_id and task.owner_person_id else "没有可以办理的岗位",
        "url": form_url(task) if task.owner_post_id in request.viewer.post_ids else "",
    }
