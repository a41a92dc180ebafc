"""On a file's page: the other file of the same child, its tasks and its course, as far as the viewer may read it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, UUIDField

from tongxin.comparisons.models import Joining
from tongxin.flows import joining
from tongxin.flows.comparing import SETTLE
from tongxin.flows.links import SAME, Linked
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.task_rows import task_rows
from tongxin.web.console.timeline import SHOWN, timeline
from tongxin.web.doors import Request, may_do_any

STANDING = Prepared(
    lambda kept, other: Joining.objects.filter(Q(kept_id=kept) | Q(other_id=other), state=Joining.STANDING)
    .order_by("decided_at", "id"),
    kept=UUIDField(), other=UUIDField(),
)


def joined_part(file: File, links: Sequence[Linked]) -> dict[str, Any]:
    """What a file's page shows of the other files of its child, and where the viewer joins or parts them.

    `links` are the children linked with this one whom the viewer may see; mostly none of them is the same child.
    """
    request, child = file.request, file.child
    seen = {each.child.id: each.child for each in links if each.form_id == SAME}
    rows = STANDING.rows(kept=child.id, other=child.id) if seen else []
    may_join = joining.FORM in file.may_record and may_do_any(request, SETTLE)
    return {
        "joined": [
            _shown(request, seen[each.other_id], child) for each in rows
            if each.kept_id == child.id and each.other_id in seen
        ],
        "goes_on": next((seen.get(each.kept_id) for each in rows if each.other_id == child.id), None),
        "same_url": f"/children/{child.id}/same/" if may_join else "",
    }


def _shown(request: Request, other: Child, kept: Child) -> dict[str, Any]:
    file = read_file(request, other.id)
    entries = file.readable[-SHOWN:]
    names = open_names(
        request, children=[other], people=[
            *(entry.person_id for entry in entries), *(task.owner_person_id for task in file.tasks)
        ],
        purpose=file.purpose or "file", route="child",
    )
    titles = post_titles([*(each.post_id for each in entries), *(task.owner_post_id for task in file.tasks),
                          *(task.post_id for task in file.tasks)])
    tasks = task_rows(request, file.tasks, names={}, titles=titles, holders=names.people, parts=file.parts)
    seen = tasks if {"care", "crisis"} & file.parts else [row for row in tasks if row["is_mine"]]
    return {
        "child": other, "name": names.children[other.id], "tasks": seen, "entries": timeline(file, names, titles),
        "url": f"/children/{other.id}/?own=1", "pair_url": f"/children/{kept.id}/same/{other.id}/",
    }
