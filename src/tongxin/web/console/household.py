"""One household: who lives there, who cares for whom, what each child needs next, one visit for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from tongxin.access import selectors as access
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CHINA
from tongxin.ledger.models import Entry
from tongxin.people.models import Carer, Child
from tongxin.web import words
from tongxin.web.console.chips import Chips
from tongxin.web.console.family import home_of
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.options import words_of
from tongxin.web.console.task_rows import CRISIS, task_rows
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

MOST = 20
VISIT = "visit_record"


@door("child.read")
def household(request: Request, household_id: UUID) -> HttpResponse:
    """The household, as far as the viewer may read the families of its children."""
    found = access.visible(
        Child.objects.filter(household_id=household_id), viewer=request.viewer, part="family", at=request.at
    )
    children = list(found.order_by("birth_month", "id")[:MOST])
    if not children:
        raise Http404
    carers = list(
        Carer.objects.filter(child__in=children, to_on__isnull=True).select_related("adult").order_by("id")
    )
    names = open_names(
        request, children=children, purpose="file", route="household", part="family",
        more=[word for carer in carers for word in (carer.adult.name, carer.adult.phone)],
    )
    return show(request, "console/household.html", {
        "children": _children(request, household_id, children, names), "carers": _carers(request, carers, names),
        "place": home_of(children[0]),
    })


def _children(
    request: Request, household_id: UUID, children: Sequence[Child], names: Names
) -> list[dict[str, Any]]:
    keys = [child.id for child in children]
    cases = Case.objects.in_bulk(keys)
    chips = Chips(request, list(cases.values()))
    tasks = [
        task for task in Task.objects.filter(case_id__in=keys).order_by("due_at", "id")
        if task.state in LIVE and not task.step.startswith(CRISIS)
    ]
    steps: dict[UUID, list[dict[str, Any]]] = {}
    for task, row in zip(tasks, task_rows(request, tasks, names={}), strict=True):
        steps.setdefault(task.case_id, []).append(row)
    visited = _visited_today(request, children)
    may_visit = access.may_record(viewer=request.viewer, form_id=VISIT, at=request.at)
    return [
        {
            "name": names.children[child.id], "url": f"/children/{child.id}/", "sex": child.get_sex_display(),
            "age": words.age_zh(child.birth_month, on=request.at.date()),
            "chips": chips.of(cases[child.id]) if child.id in cases else [], "steps": steps.get(child.id, []),
            "visited_at": visited.get(child.id),
            "visit_url": f"/children/{child.id}/forms/{VISIT}/?household={household_id}"
            if may_visit else "",
        }
        for child in children
    ]


def _visited_today(request: Request, children: Sequence[Child]) -> Mapping[UUID, datetime]:
    """When each child was last visited today, where the viewer may read of visits."""
    morning = request.at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    readable = access.visible(
        Child.objects.filter(id__in=[child.id for child in children]), viewer=request.viewer, part="care",
        at=request.at,
    )
    visits = Entry.objects.filter(
        subject_id__in=readable.values("id"), kind="visit", correction_kind="", occurred_at__gte=morning,
        occurred_at__lt=morning + timedelta(days=1),
    )
    return dict(visits.order_by("occurred_at").values_list("subject_id", "occurred_at"))


def _carers(request: Request, carers: Sequence[Carer], names: Names) -> list[dict[str, Any]]:
    """The adults, each once, with what they are to which child."""
    kinds = words_of(request, "relation")
    rows: dict[UUID, dict[str, Any]] = {}
    for index, carer in enumerate(carers):
        row = rows.setdefault(carer.adult_id, {
            "name": names.more[2 * index] or "（姓名待补）", "phone": names.more[2 * index + 1] or "", "to": [],
            "is_concern": False,
        })
        row["is_concern"] = row["is_concern"] or carer.is_concern
        row["to"].append({
            "child": names.children[carer.child_id], "relation": kinds.get(carer.relation, "其他"),
            "is_guardian": carer.is_guardian,
        })
    return list(rows.values())

