"""The crisis board: every open crisis in the viewer's area, with its clock and what is due."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases import slices
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.children import ORDER
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.options import pathway_shown
from tongxin.web.console.task_rows import form_url, late
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 100
STEPS_SHOWN = 3
# The step by which a professional has spoken with the child.
CONTACTED = "professional"
IN_CRISIS_STEPS = ("crisis.", "close_crisis", "safety_check", "household_check")


@door("office.see_crisis_board")
def crisis_board(request: Request) -> HttpResponse:
    """The open crises, the longest overdue first."""
    cases = access.page(
        Case.objects.filter(slices.in_crisis(pathway_shown(request))), viewer=request.viewer, part="crisis",
        at=request.at, order=ORDER, limit=SHOWN,
    )
    tasks: dict[UUID, list[Task]] = {case.id: [] for case in cases}
    # By the cases alone: asked for the state as well, SQLite walks all open tasks there are.
    for task in Task.objects.filter(case_id__in=tasks).order_by("due_at", "id"):
        if task.state in LIVE and task.step.startswith(IN_CRISIS_STEPS):
            tasks[task.case_id].append(task)
    owners = [task.owner_person_id for rows in tasks.values() for task in rows[:STEPS_SHOWN]]
    children = Child.objects.filter(id__in=tasks)
    names = open_names(
        request, listed=children, people=owners, purpose="crises", route="crises", part="crisis"
    )
    titles = post_titles(task.owner_post_id for rows in tasks.values() for task in rows)
    places = dict(Division.objects.filter(
        id__in={place for case in cases for place in (case.town_id, case.village_id) if place}
    ).values_list("id", "name"))
    return show(request, "console/crises.html", {
        "rows": sorted(
            (_row(request, case, tasks[case.id], names, titles, places) for case in cases), key=_danger,
        ),
    })


def _danger(row: dict[str, Any]) -> tuple[bool, bool, float]:
    """Whom nobody has spoken with and what is overdue first, then the longest."""
    began = row["began_at"]
    return row["is_called"], not row["is_late"], began.timestamp() if began else 0.0


def _row(
    request: Request, case: Case, tasks: list[Task], names: Names, titles: dict[UUID, str], places: dict[int, str]
) -> dict[str, Any]:
    crisis = case.state.get("crisis") or {}
    began = datetime.fromisoformat(crisis["began_at"]) if crisis else None
    taken = [step for step, _ in crisis.get("taken", ())]
    return {
        "url": f"/children/{case.id}/#crisis", "name": names.children.get(case.id, ""),
        "place": places.get(case.town_id or 0, "") + places.get(case.village_id or 0, ""), "began_at": began,
        "for_zh": words.span_zh(request.at - began) if began else "", "left": len(tasks), "done": len(taken),
        "is_late": any(late(task, request.at) for task in tasks),
        "is_called": CONTACTED in taken,
        "called_zh": "专业人员已联系孩子" if CONTACTED in taken else "专业人员还没有联系孩子",
        "steps": [_step(request, task, names, titles) for task in tasks[:STEPS_SHOWN]],
    }


def _step(request: Request, task: Task, names: Names, titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "zh": task.zh, "due_zh": words.due_zh(task.due_at, at=request.at), "late_zh": late(task, request.at),
        "owner_zh": f"{titles.get(task.owner_post_id, '')}　{names.person(task.owner_person_id)}"
        if task.owner_post_id and task.owner_person_id else "没有可以办理的岗位",
        "url": form_url(task) if task.owner_post_id in request.viewer.post_ids else "",
    }
