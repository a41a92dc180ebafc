"""All tasks of the viewer's posts, the nearest first."""

from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.cases.models import Task
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.web.console.counts import SOON
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.task_rows import task_rows
from tongxin.web.console.today import mine
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

PAGE = 50
# Whoever may read of the care for a child may see what is to be done, whoever does it.
PART = "care"
ORDER = ("due_at", "id")
ONLY = {"late": "已逾期", "soon": "七天内到期", "waiting": "已说明暂缓", "area": "辖区内所有岗位的逾期任务"}


@door("work")
def task_list(request: Request) -> HttpResponse:
    """One page of tasks."""
    only = request.GET.get("only", "")
    only = only if only in ONLY else ""
    post = id_in(request.GET.get("post", ""))
    rows = _of_area(request, post, only) if post or only == "area" else _own(request, only)
    shown = rows[:PAGE]
    children = access.visible(
        Child.objects.filter(id__in={task.case_id for task in shown}), viewer=request.viewer, part="roster",
        at=request.at,
    )
    names = open_names(
        request, listed=children, people=[task.owner_person_id for task in shown], purpose="tasks", route="tasks"
    )
    query = {name: str(value) for name, value in (("only", only), ("post", post)) if value}
    tasks = task_rows(request, shown, names=names.children, holders=names.people)
    last = shown[-1] if rows[PAGE:] else None
    return show(request, "console/tasks.html", {
        "tasks": tasks, "only": only, "choices": ONLY, "post_zh": post_titles([post]).get(post, "") if post else "",
        "may_give_reason": access.may_record(viewer=request.viewer, form_id="task_reason", at=request.at),
        "pager": {
            "first_url": "/tasks/?" + urlencode(query) if request.GET.get("after") else "",
            "next_url": f"/tasks/?{urlencode({**query, 'after': token_of(last)})}" if last else "",
            "shown_zh": f"本页 {len(shown)} 项",
        },
    })


def _own(request: Request, only: str) -> list[Task]:
    runs = mine(request, state=Task.WAITING if only == "waiting" else Task.OPEN)
    rows = merge(*(_next(request, tasks, only) for tasks in runs), key=lambda task: (task.due_at, task.id))
    return list(islice(rows, PAGE + 1))


def _next(request: Request, tasks: QuerySet[Task], only: str) -> list[Task]:
    at = request.at
    if only == "late":
        tasks = tasks.filter(due_at__lt=at)
    elif only == "soon":
        tasks = tasks.filter(due_at__gte=at, due_at__lt=at + SOON)
    if after := after_in(request):
        tasks = tasks.filter(due_at__gte=after[0]).exclude(due_at=after[0], id__lte=after[1])
    return list(tasks.order_by(*ORDER)[: PAGE + 1])


def _of_area(request: Request, post: UUID | None, only: str) -> list[Task]:
    """The tasks about children in the viewer's area: the overdue ones, whoever owns them, or those of one post."""
    tasks = Task.objects.filter(state=Task.OPEN)
    if post:
        tasks = tasks.filter(owner_post_id=post)
    if only == "area":
        tasks = tasks.filter(due_at__lt=request.at)
    return access.page(
        tasks, viewer=request.viewer, part=PART, at=request.at, order=ORDER, after=after_in(request), limit=PAGE + 1
    )


def token_of(task: Task) -> str:
    """A task's place in the order, for an address."""
    return f"{task.due_at.isoformat()}~{task.id}"


def after_in(request: Request) -> list[Any] | None:
    """Behind which task the address asks to go on."""
    due, _, key = request.GET.get("after", "").partition("~")
    try:
        return [datetime.fromisoformat(due).astimezone(request.at.tzinfo), int(key)]
    except ValueError:
        return None

