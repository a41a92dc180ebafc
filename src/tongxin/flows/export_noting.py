"""Files with names that leave on another way than by a request: written into the same register, with their hash."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.exports.models import WAYS, Export, Included
from tongxin.flows.export_asking import record
from tongxin.flows.refusals import NotAllowed
from tongxin.lib import ids

CHUNK = 500


@transaction.atomic
def note(
    *, way: str, content: bytes, rows: int, actor: Viewer, at: datetime, form: str = "xlsx", is_named: bool = True,
    purpose: str = "", children: Sequence[UUID] = (),
) -> Export:
    """A line of the register for a file that was just handed out."""
    seat = actor.seat
    if way not in WAYS or actor.person_id is None or actor.post_id is None or seat is None:
        raise NotAllowed
    row = Export(
        number=f"{at.astimezone(CHINA):%Y%m%d}-{ids.code(4).upper()}", division_id=seat.division_id, way=way, rows=rows,
        county_id=Division.objects.filter(id=seat.division_id).values_list("county_id", flat=True).first(),
        person_id=actor.person_id, post_id=actor.post_id, asked_at=at, made_at=at, purpose=purpose, form=form,
        is_named=is_named, children=rows, until_on=at.astimezone(CHINA).date(), state=Export.NOTED,
        digest=hashlib.sha256(content).hexdigest(),
    )
    row.save(force_insert=True)
    Included.objects.bulk_create([Included(export=row, child_id=each) for each in children], batch_size=CHUNK)
    record("export.noted", row, actor, at, way=way, rows=rows, sha256=row.digest)
    return row
