"""What is due to children of the viewer's area and not received: counted by need, listed by the day."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpResponse
from django.urls import path

from tongxin.access import selectors as access
from tongxin.assessments.selectors import standing
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.file import File
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import words_of
from tongxin.web.console.task_rows import form_url, late
from tongxin.web.console.tasks import after_in, token_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

STEP, PART, FORM = "need", "benefits", "need_answer"
PAGE = 50
ORDER = ("due_at", "id")
COLON = "："


@door("office.see_needs")
def need_list(request: Request) -> HttpResponse:
    """Every need that waits about a child whose benefits the viewer may read, page by page."""
    waiting = Task.objects.filter(step=STEP, state__in=LIVE)
    wanted = request.GET.get("need", "")
    mine = access.visible(waiting, viewer=request.viewer, part=PART, at=request.at)
    counted = mine.values_list("zh").annotate(number=Count("id")).order_by("-number", "zh")
    counts = {zh.partition(COLON)[2]: number for zh, number in counted}
    if wanted in counts:
        waiting = waiting.filter(zh__endswith=f"{COLON}{wanted}")
    rows = access.page(
        waiting, viewer=request.viewer, part=PART, at=request.at, order=ORDER, after=after_in(request), limit=PAGE + 1
    )
    tasks = rows[:PAGE]
    children = Child.objects.filter(id__in={task.case_id for task in tasks})
    names = open_names(
        request, listed=children, people=[task.owner_person_id for task in tasks], purpose="tasks", route="needs"
    )
    titles = post_titles(task.owner_post_id for task in tasks)
    may_answer = access.may_record(viewer=request.viewer, form_id=FORM, at=request.at)
    query = {"need": wanted} if wanted in counts else {}
    return show(request, "console/needs.html", {
        "counts": [{"zh": zh, "number": number, "url": "/needs/?" + urlencode({"need": zh}), "is_shown": zh == wanted}
                   for zh, number in counts.items()],
        "is_narrowed": bool(query), "may_answer": may_answer, "answered": _answered(request),
        "all": sum(counts.values()),
        "children": mine.values("case_id").distinct().count(),
        "needs": [{
            "url": form_url(task) if may_answer else f"/children/{task.case_id}/#needs",
            "may_answer": may_answer,
            "name": names.children[task.case_id], "zh": task.zh.partition(COLON)[2],
            "late_zh": late(task, request.at), "due_zh": words.due_zh(task.due_at, at=request.at),
            "owner_zh": f"{titles.get(task.owner_post_id, '')}　{names.person(task.owner_person_id)}".strip()
            if task.owner_post_id else "没有可以办理的岗位",
            "since": task.opened_at,
        } for task in tasks],
        "pager": {
            "first_url": "/needs/?" + urlencode(query) if request.GET.get("after") else "",
            "next_url": "/needs/?" + urlencode({**query, "after": token_of(tasks[-1])}) if rows[PAGE:] else "",
            "shown_zh": f"本页 {len(tasks)} 项",
        },
    })


def _answered(request: Request) -> list[dict[str, Any]]:
    """How many were answered in which way so far, about children whose benefits the viewer may read."""
    children = access.visible(Child.objects.all(), viewer=request.viewer, part=PART, at=request.at)
    found = standing().filter(kind=FORM, child_id__in=children.values("id"))
    counted = Counter(found.values_list("data__outcome", flat=True))
    kinds = words_of(request, "need_outcome")
    return [{"zh": zh, "number": counted[code]} for code, zh in kinds.items() if counted[code]]


def need_rows(file: File) -> list[dict[str, Any]]:
    """What is due to one child, for whoever may read of benefits."""
    if PART not in file.parts:
        return []
    tasks = {task.key: task for task in file.tasks}
    rows = []
    for id, need in file.state.care.needs.items():
        task = tasks.get(f"{STEP}:{id}:{need.fact.id}")
        rows.append({
            "zh": need.zh, "since": need.fact.at, "is_applied": bool(need.due_on),
            "due_zh": words.due_zh(task.due_at, at=file.request.at) if task else "",
            "late_zh": late(task, file.request.at) if task else "",
            "url": form_url(task) if task and FORM in file.may_record else "",
        })
    return rows


urlpatterns = [path("needs/", need_list)]
