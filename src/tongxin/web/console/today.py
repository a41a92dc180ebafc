"""The work of a day as lines, one a household: whom to see, why, until when, and the one thing to press."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tongxin.access import selectors as access
from tongxin.cases.models import Task
from tongxin.people.models import Child
from tongxin.web.console.names import Names, post_titles
from tongxin.web.console.task_rows import task_rows
from tongxin.web.doors import Request

# Tasks read for a number of lines: a household has a few.
TASKS_A_LINE = 3
ORDER = ("due_at", "id")


def own_tasks(request: Request, *, lines: int) -> list[Task]:
    """What the viewer's posts are there to do, the nearest first, also when it has gone up to somebody else."""
    rows = visible_tasks(request).filter(post_id__in=request.viewer.post_ids)
    return list(rows.order_by(*ORDER)[: lines * TASKS_A_LINE + 1])


def passed_up_tasks(request: Request, *, lines: int) -> list[Task]:
    """What came up to the viewer's posts because others left it undone or their post is vacant."""
    rows = visible_tasks(request).filter(owner_post_id__in=request.viewer.post_ids)
    rows = rows.exclude(post_id__in=request.viewer.post_ids)
    return list(rows.order_by(*ORDER)[: lines * TASKS_A_LINE + 1])


def visible_tasks(request: Request, *, state: str = Task.OPEN) -> QuerySet[Task]:
    """Tasks about children whom the viewer may see."""
    return access.visible(Task.objects.filter(state=state), viewer=request.viewer, part="roster", at=request.at)


def mine(request: Request, *, state: str = Task.OPEN) -> list[QuerySet[Task]]:
    """The viewer's tasks in two lists without repeats, each walked in its own index."""
    tasks, posts = visible_tasks(request, state=state), request.viewer.post_ids
    return [tasks.filter(owner_post_id__in=posts), tasks.filter(post_id__in=posts).exclude(owner_post_id__in=posts)]


def children_of(request: Request, ids: Iterable[UUID]) -> dict[UUID, Child]:
    """The children that the viewer may see, by id."""
    found = access.visible(
        Child.objects.filter(id__in=set(ids)), viewer=request.viewer, part="roster", at=request.at
    )
    return {child.id: child for child in found.only("id", "name", "household_id")}


def lines_of(
    request: Request, tasks: Sequence[Task], *, children: dict[UUID, Child], names: Names
) -> list[dict[str, Any]]:
    """The lines in the order of their most urgent task."""
    titles = post_titles(post for task in tasks for post in (task.owner_post_id, task.post_id))
    rows = task_rows(request, tasks, names=names.children, titles=titles)
    grouped: dict[UUID, list[dict[str, Any]]] = {}
    for task, row in zip(tasks, rows, strict=True):
        child = children.get(task.case_id)
        if child is not None:
            grouped.setdefault(child.household_id or child.id, []).append({**row, "child_id": child.id})
    return [_line(key, group) for key, group in grouped.items()]


def _line(key: UUID, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One household: its children with what each needs; the button does the nearest thing, or shows them all."""
    first = rows[0]
    whom: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        each = whom.setdefault(row["child_id"], {"name": row["who_zh"], "url": row["file_url"], "needs": []})
        each["needs"].append(row)
    together = len(whom) > 1
    return {
        "children": list(whom.values()), "due_zh": first["due_zh"], "late_zh": first["late_zh"],
        "is_together": together, "url": f"/households/{key}/" if together else first["url"],
        "passed_zh": "" if first["is_mine"] else f"已上报：{first['owner_zh']}", "from_zh": first["from_zh"],
        "file_url": f"/households/{key}/" if together else first["file_url"],
    }
