"""Writing down who looked, before anything is opened."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin.ledger.models import Access, AccessSubject
from tongxin.lib import bulk
from tongxin.vault import Owner, Viewer


@transaction.atomic
def record_look(
    *, viewer: Viewer, owners: Sequence[Owner], purpose: str, part: str, route: str, at: datetime
) -> None:
    """One look with everybody it showed; when this fails, nothing is opened (B9)."""
    look = Access.objects.create(
        at=at, person_id=viewer.person_id, post_id=viewer.post_id, part=part, purpose=purpose, route=route
    )
    rows = [(look.id, owner.kind, owner.id) for owner in owners]
    bulk.insert(AccessSubject, ("access", "owner_kind", "owner_id"), rows)
