"""The flags that wait in the viewer's area, the first due first."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.assessments.models import Result
from tongxin.cases.models import Task
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import words_of
from tongxin.web.console.tasks import after_in, token_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

STEP, PART = "resolve_flag", "care"
PAGE = 50
ORDER = ("due_at", "id")


@door("work")
def flag_list(request: Request) -> HttpResponse:
    """Every flag that waits about a child whose care the viewer may read, page by page."""
    rows = access.page(
        Task.objects.filter(step=STEP, state__in=(Task.OPEN, Task.WAITING)), viewer=request.viewer, part=PART,
        at=request.at, order=ORDER, after=after_in(request), limit=PAGE + 1,
    )
    tasks = rows[:PAGE]
    children = Child.objects.filter(id__in={task.case_id for task in tasks})
    names = open_names(
        request, listed=children, people=[task.owner_person_id for task in tasks], purpose="tasks", route="flags"
    )
    titles = post_titles(task.owner_post_id for task in tasks)
    kinds = words_of(request, "flag_kind", region="")
    entries = [task.key.partition(":")[2] for task in tasks]
    results = {str(row.entry_id): row.data for row in Result.objects.filter(entry_id__in=entries)}
    return show(request, "console/flags.html", {
        "flags": [_row(request, task, names.children[task.case_id], kinds, results, {
            "owner": titles.get(task.owner_post_id, "") if task.owner_post_id else "没有可以办理的岗位",
            "person": names.person(task.owner_person_id) if task.owner_person_id else "",
        }) for task in tasks],
        "pager": {
            "first_url": "/flags/" if request.GET.get("after") else "",
            "next_url": "/flags/?" + urlencode({"after": token_of(tasks[-1])}) if rows[PAGE:] else "",
            "shown_zh": f"本页 {len(tasks)} 项",
        },
    })


def _row(
    request: Request, task: Task, name: str, kinds: dict[str, str], results: dict[str, Any], who: dict[str, str]
) -> dict[str, Any]:
    entry = task.key.partition(":")[2]
    return {
        "url": f"/children/{task.case_id}/#flags", "name": name, "late_zh": words.late_zh(task.due_at, at=request.at),
        "zh": kinds.get(str(results.get(entry, {}).get("flag_kind")), "标记"),
        "due_zh": words.due_zh(task.due_at, at=request.at), "owner_zh": f"{who['owner']}　{who['person']}".strip(),
        "since": task.opened_at,
    }
