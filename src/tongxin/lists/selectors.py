"""Which kept filters somebody is offered: their own, and those shared by the posts above theirs."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.lists.models import SavedView

SHOWN = 30
# A line of posts is short; a ring in it must not hang a page.
HIGHEST = 8


def offered(*, viewer: Viewer, at: datetime) -> list[SavedView]:
    """The kept filters for a viewer, own ones first."""
    del at
    if viewer.person_id is None or not viewer.seats:
        return []
    mine = Q(person_id=viewer.person_id, post_id__in=viewer.post_ids)
    shared = Q(is_shared=True, post_id__in=line_above(viewer.post_ids))
    rows = list(SavedView.objects.filter(mine | shared).order_by("created_at", "id")[:SHOWN])
    return sorted(rows, key=lambda view: view.person_id != viewer.person_id)


def line_above(post_ids: tuple[UUID, ...]) -> set[UUID]:
    """Posts with all those that they report to, directly or not."""
    found, step = set(post_ids), set(post_ids)
    for _ in range(HIGHEST):
        above = Post.objects.filter(id__in=step, reports_to__isnull=False).values_list("reports_to_id", flat=True)
        step = {post for post in above if post} - found
        if not step:
            break
        found |= step
    return found
