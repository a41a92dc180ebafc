"""Which kept filters somebody is offered: their own, and those shared by the posts above theirs."""

from datetime import datetime
from uuid import UUID

from django.db.models import UUIDField

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.lib.prepared import Prepared, among
from tongxin.lists.models import SavedView

SHOWN = 30
# A line of posts is short; a ring in it must not hang a page.
HIGHEST = 8
OF_POSTS = Prepared(
    lambda posts: SavedView.objects.filter(among("post_id", posts)).order_by("created_at", "id"), several="posts",
    posts=UUIDField(),
)
ABOVE = Prepared(
    lambda posts: Post.objects.filter(among("id", posts), reports_to__isnull=False).values_list(
        "reports_to_id", flat=True
    ),
    several="posts", posts=UUIDField(),
)


def offered(*, viewer: Viewer, at: datetime) -> list[SavedView]:
    """The kept filters for a viewer, own ones first."""
    del at
    if viewer.person_id is None or not viewer.seats:
        return []
    rows = [
        view for view in OF_POSTS.rows(posts=sorted(line_above(viewer.post_ids)))
        if view.is_shared or (view.person_id == viewer.person_id and view.post_id in viewer.post_ids)
    ]
    return sorted(rows[:SHOWN], key=lambda view: view.person_id != viewer.person_id)


def line_above(post_ids: tuple[UUID, ...]) -> set[UUID]:
    """Posts with all those that they report to, directly or not."""
    found, step = set(post_ids), set(post_ids)
    for _ in range(HIGHEST):
        step = set(ABOVE.rows(posts=sorted(step))) - found
        if not step:
            break
        found |= step
    return found
