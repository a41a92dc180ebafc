"""What a post has in hand, child by child: what a successor takes over, seen before anything is handed over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from tongxin.accounts.models import Post
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.referrals.models import Referral
from tongxin.referrals.services import ENDED

CRISIS, REFERRAL, TASK = "crisis", "referral", "task"
GROUPS = {CRISIS: "危机处置中", REFERRAL: "转介还没有办完", TASK: "有待办的事"}


@dataclass(slots=True)
class Work:
    """The unfinished work of one post: each child stands in the most urgent group only."""

    post: Post
    groups: dict[str, dict[UUID, list[Task]]] = field(default_factory=dict)


def unfinished(*, posts: Iterable[Post]) -> list[Work]:
    """What each of the posts has in hand."""
    return [_of(post) for post in posts]


def _of(post: Post) -> Work:
    tasks: dict[UUID, list[Task]] = {}
    for task in Task.objects.filter(
        Q(post_id=post.id) | Q(owner_post_id=post.id), state__in=LIVE
    ).order_by("due_at", "id"):
        tasks.setdefault(task.case_id, []).append(task)
    referred = set(
        Referral.objects.filter(from_post_id=post.id).exclude(state__in=ENDED).values_list("child_id", flat=True)
    )
    dangers = set(Case.objects.filter(id__in=set(tasks) | referred, in_crisis=True).values_list("id", flat=True))
    work = Work(post)
    for child_id in [*tasks, *(each for each in sorted(referred) if each not in tasks)]:
        group = CRISIS if child_id in dangers else REFERRAL if child_id in referred else TASK
        work.groups.setdefault(group, {})[child_id] = tasks.get(child_id, [])
    return work
