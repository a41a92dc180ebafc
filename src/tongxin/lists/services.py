"""Keeping filters, sharing them, and dropping them again."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.lists.models import SavedView

# Filters of a list are few; more would be a list of their own to search in.
MOST = 20


def keep(*, filters: Mapping[str, str], is_shared: bool, actor: Viewer, at: datetime) -> SavedView | None:
    """The kept filters, the same once; nothing when there is nothing to keep or no more room."""
    if not filters or actor.person_id is None or actor.post_id is None:
        return None
    mine = SavedView.objects.filter(person_id=actor.person_id, post_id=actor.post_id)
    query = urlencode(sorted(filters.items()))
    if not mine.filter(query=query).exists() and mine.count() >= MOST:
        return None
    view, _ = mine.update_or_create(
        query=query, defaults={"is_shared": is_shared},
        create_defaults={
            "is_shared": is_shared, "created_at": at, "person_id": actor.person_id, "post_id": actor.post_id,
        },
    )
    return view


def drop(*, view_id: UUID, actor: Viewer, at: datetime) -> bool:
    """Forget filters that the actor kept; other people's stay."""
    del at
    if actor.person_id is None:
        return False
    gone, _ = SavedView.objects.filter(id=view_id, person_id=actor.person_id).delete()
    return gone > 0
