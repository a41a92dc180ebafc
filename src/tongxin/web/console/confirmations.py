"""Grades that wait for somebody's word: what is proposed, why, and until when."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.cases.models import Case, Proposal, Task
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.basis import DECIDES
from tongxin.web.console.chips import Chip, Chips
from tongxin.web.console.gates import gate_shown
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.options import county_of_viewer
from tongxin.web.console.task_rows import form_url, late
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 50
PART = "psychological"
# The gate of the impact assessments before a proposed grade is confirmed.
GATE = "grading"
ORDER = ("due_at", "id")


@door("work")
def confirmations(request: Request) -> HttpResponse:
    """The open confirmations of the viewer's area, those that wait for the viewer first."""
    tasks = _waiting(request) if access.sees_psychology(viewer=request.viewer, at=request.at) else []
    shown = tasks[:SHOWN]
    cases = Case.objects.in_bulk([task.case_id for task in shown])
    children = Child.objects.only("id", "name", "file_no").in_bulk(list(cases))
    names = open_names(
        request, listed=children.values(), people=[task.owner_person_id for task in shown],
        purpose="tasks", route="confirmations", part=PART,
    )
    rows = _rows(request, shown, cases, names)
    mine = [row for row in rows if row["is_mine"]]
    return show(request, "console/confirmations.html", {
        "mine": mine, "others": [row for row in rows if not row["is_mine"]],
        "gate": gate_shown(request, GATE, county_id=county_of_viewer(request)) if mine else None,
        "has_more": len(tasks) > SHOWN, "shown": SHOWN,
    })


def _waiting(request: Request) -> list[Task]:
    tasks = Task.objects.filter(form=DECIDES, state=Task.OPEN)
    return access.page(
        tasks, viewer=request.viewer, part=PART, at=request.at, order=ORDER, limit=SHOWN + 1,
    )


def _rows(
    request: Request, tasks: Sequence[Task], cases: dict[UUID, Case], names: Names
) -> list[dict[str, Any]]:
    chips = Chips(request, list(cases.values()))
    titles = post_titles(task.owner_post_id for task in tasks)
    proposals: dict[UUID, Proposal] = {}
    # What another file of the child proposes is confirmed in the one that leads.
    leads = dict(Case.objects.filter(goes_on__in=list(cases)).values_list("id", "goes_on"))
    for proposal in Proposal.objects.filter(case_id__in=[*cases, *leads], is_open=True).order_by("proposed_at"):
        proposals[leads.get(proposal.case_id) or proposal.case_id] = proposal
    return [
        {
            "name": names.children.get(task.case_id, ""), "file_url": f"/children/{task.case_id}/", "zh": task.zh,
            "url": form_url(task), "is_mine": task.owner_post_id in request.viewer.post_ids,
            "proposed": _chip(chips, cases[task.case_id], proposals.get(task.case_id)),
            "standing": _level(chips, cases[task.case_id], cases[task.case_id].standing),
            "reasons": [str(each["zh"]) for each in proposals[task.case_id].reasons]
            if task.case_id in proposals else [],
            "proposed_at": proposals[task.case_id].proposed_at if task.case_id in proposals else None,
            "owner_zh": f"{titles.get(task.owner_post_id, '')}　{names.person(task.owner_person_id)}"
            if task.owner_post_id and task.owner_person_id else "没有可以办理的岗位",
            "due_zh": words.due_zh(task.due_at, at=request.at), "late_zh": late(task, request.at),
        }
        for task in tasks if chips.may_read(cases[task.case_id], PART)
    ]


def _chip(chips: Chips, case: Case, proposal: Proposal | None) -> Chip:
    return _level(chips, case, proposal.level if proposal else case.level)


def _level(chips: Chips, case: Case, level: str) -> Chip:
    return chips.level(level, region=rules.region_of(case.county_id))
