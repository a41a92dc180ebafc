"""Writing down who looked, before anything is opened."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from tongxin.ledger.models import Access, AccessSubject
from tongxin.lib import bulk
from tongxin.vault import Owner, Viewer

# A look and everybody it showed in one statement: one way to the server and back, and all or nothing by itself.
TOGETHER = """
    WITH look AS (
        INSERT INTO ledger_access (id, at, person_id, post_id, part, purpose, route)
        VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
    )
    INSERT INTO ledger_accesssubject (access_id, owner_kind, owner_id)
    SELECT look.id, shown.kind, shown.id FROM look, unnest(%s::text[], %s::uuid[]) AS shown (kind, id)
"""


def record_look(
    *, viewer: Viewer, owners: Sequence[Owner], purpose: str, part: str, route: str, at: datetime
) -> None:
    """One look with everybody it showed; when this fails, nothing is opened (B9)."""
    look = Access(
        at=at, person_id=viewer.person_id, post_id=viewer.post_id, part=part, purpose=purpose, route=route
    )
    if connection.vendor == "postgresql":
        _in_one(look, owners)
    else:
        _one_after_the_other(look, owners)


def _in_one(look: Access, owners: Sequence[Owner]) -> None:
    values = [field.get_db_prep_save(getattr(look, field.attname), connection) for field in Access._meta.local_fields]
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER, [*values, [owner.kind for owner in owners], [owner.id for owner in owners]])


@transaction.atomic
def _one_after_the_other(look: Access, owners: Sequence[Owner]) -> None:
    look.save(force_insert=True)
    rows = [(look.id, owner.kind, owner.id) for owner in owners]
    bulk.insert(AccessSubject, ("access", "owner_kind", "owner_id"), rows)
