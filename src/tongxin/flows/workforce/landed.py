"""Children's tasks that lie on somebody without a valid clearance: told to whoever can change it, never moved.

A task follows its post, so it also lands on a holder whose question has run out or was never asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.workforce import clearances, reach
from tongxin.flows.workforce.clearances import ABSENT, BARRED, FOUND, OVER

SAYS = {
    ABSENT: "还没有违法犯罪记录查询", OVER: "的违法犯罪记录查询已过期", FOUND: "的违法犯罪记录查询没有通过",
}


@dataclass(frozen=True, slots=True)
class Landed:
    """A post whose holder has no valid clearance, with how many tasks of how many children lie there."""

    post: Post
    state: str
    tasks: int
    children: int

    @property
    def zh(self) -> str:
        return f"{self.post.title}的任职人{SAYS[self.state]}"


def landed(viewer: Viewer, *, at: datetime) -> list[Landed]:
    """In the viewer's area, those with most children first."""
    county_id = reach.county_or_none(viewer)
    roles = reach.rules_in(county_id, at=at).check.roles
    posts = {each.id: each for each in reach.posts_seen(viewer, at=at) if each.role in roles}
    rows: Any = (
        Task.objects.filter(state__in=LIVE, owner_post_id__in=list(posts), owner_person_id__isnull=False)
        .values("owner_post_id", "owner_person_id").annotate(tasks=Count("id"), of=Count("case_id", distinct=True))
    )
    states = clearances.states([each["owner_person_id"] for each in rows], county_id, at=at)
    found = [
        Landed(posts[each["owner_post_id"]], states[each["owner_person_id"]], each["tasks"], each["of"])
        for each in rows if states[each["owner_person_id"]] in BARRED
    ]
    return sorted(found, key=lambda each: (-each.children, each.post.title))


def told_of(tasks: Iterable[Task], *, county_id: int | None, at: datetime) -> list[str]:
    """Of one child's tasks, in words whose holder has no valid clearance: all of them once the county's day has come,
    before it those whose question ran out or came to something."""
    owners: dict[UUID, UUID] = {
        task.owner_post_id: task.owner_person_id for task in tasks if task.owner_post_id and task.owner_person_id
    }
    if not owners:
        return []
    roles = reach.rules_in(county_id, at=at).check.roles
    posts = list(Post.objects.filter(id__in=owners, role__in=roles).order_by("title", "id"))
    states = clearances.states([owners[post.id] for post in posts], county_id, at=at)
    wanted = BARRED if clearances.is_required(county_id, at=at) else frozenset({OVER, FOUND})
    return [
        f"{post.title}的任职人{SAYS[states[owners[post.id]]]}" for post in posts if states[owners[post.id]] in wanted
    ]
