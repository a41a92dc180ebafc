"""What moments that pass do to agreements: one comes into force, ends, is aligned day by day; late duties climb."""

from datetime import datetime

from django.db import transaction

from tongxin.flows.sharing_agreements import settle
from tongxin.flows.sharing_duties import follow_duties
from tongxin.flows.sharing_ending import locked
from tongxin.flows.sharing_sending import align, send_queued
from tongxin.sharing.models import Agreement

BATCH = 50


def follow_sharing(now: datetime, *, limit: int = BATCH) -> int:
    """How many agreements were looked at again; what is queued is sent after."""
    due = Agreement.objects.filter(look_at__lte=now).order_by("look_at").values_list("id", flat=True)
    ids = list(due[:limit])
    for agreement_id in ids:
        with transaction.atomic():
            (agreement,) = locked([agreement_id])
            before = agreement.current_id
            settle(agreement, at=now)
            if agreement.state == Agreement.IN_FORCE and agreement.current_id == before:
                align(agreement, at=now)
    send_queued(now)
    follow_duties(now)
    return len(ids)
