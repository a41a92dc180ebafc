"""Writing down who looked, before anything is opened."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin.ledger.models import Access, AccessSubject
from tongxin.lib import bulk, ids
from tongxin.vault import Owner, Viewer

LOOK = ("id", "at", "person_id", "post_id", "part", "purpose", "route")
SHOWN = ("access", "owner_kind", "owner_id")


@transaction.atomic
def record_look(
    *, viewer: Viewer, owners: Sequence[Owner], purpose: str, part: str, route: str, at: datetime
) -> None:
    """One look with everybody it showed; when this fails, nothing is opened (B9)."""
    look = ids.new_id()
    bulk.insert(Access, LOOK, [(look, at, viewer.person_id, viewer.post_id, part, purpose, route)])
    bulk.insert(AccessSubject, SHOWN, [(look, owner.kind, owner.id) for owner in owners])
