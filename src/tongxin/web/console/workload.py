"""How much lies on each post of the viewer's area; for a post of figures alone, on each place, as indicators say it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.cases.models import Task
from tongxin.web.console.district_figures import only_counts
from tongxin.web.console.district_told import WORK, work_told
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.names import open_names
from tongxin.web.console.places_filter import place_choices, place_named
from tongxin.web.console.posts import holdings_of
from tongxin.web.console.tasks import PART
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 60


@door("office.see_figures")
def workload(request: Request) -> HttpResponse:
    """The posts with the most overdue tasks first; every number leads to its tasks."""
    if only_counts(request):
        links = figure_links(request, WORK)
        return show(request, "console/work_told.html", {"places": work_told(request), "definitions": links})
    place = place_named(request.GET.get("place", ""))
    tasks = Task.objects.filter(state=Task.OPEN, owner_post_id__isnull=False)
    if place:
        tasks = tasks.filter(**{f"{place.level}_id": place.id})
    readable = access.visible(tasks, viewer=request.viewer, part=PART, at=request.at).order_by()
    counted = readable.values("owner_post_id").annotate(
        children=Count("case_id", distinct=True), all=Count("id"), late=Count("id", filter=Q(due_at__lt=request.at)),
    )
    rows = sorted(counted, key=lambda row: (-row["late"], -row["all"], row["owner_post_id"]))
    return show(request, "console/workload.html", {
        "rows": _rows(request, rows[:SHOWN]), "left_out": max(len(rows) - SHOWN, 0),
        "places": place_choices(request, place), "late": sum(row["late"] for row in rows), "posts": len(rows),
    })


def _rows(request: Request, counted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    posts = Post.objects.select_related("organisation").in_bulk([row["owner_post_id"] for row in counted])
    holdings = holdings_of(list(posts.values()), request)
    people = [each.person_id for found in holdings.values() for each in found]
    names = open_names(request, people=people, purpose="workload", route="workload", part="staff")
    return [
        {
            "title": posts[row["owner_post_id"]].title, "body": posts[row["owner_post_id"]].organisation.name,
            "holders": [names.person(each.person_id) for each in holdings.get(row["owner_post_id"], [])],
            "children": row["children"], "all": row["all"], "late": row["late"],
            "url": f"/tasks/?post={row['owner_post_id']}", "late_url": f"/tasks/?only=area&post={row['owner_post_id']}",
        }
        for row in counted
    ]
