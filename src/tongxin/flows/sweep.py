"""Moments that pass: rows whose next moment to look has come are derived anew (spine B1)."""

from datetime import datetime

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.flows.derive import derive_again
from tongxin.ledger import subjects
from tongxin.people.models import Child

BATCH = 200


def sweep(now: datetime, *, limit: int = BATCH) -> int:
    """How many cases were looked at again; each in a short transaction of its own."""
    due = Case.objects.filter(look_again_at__lte=now).order_by("look_again_at").values_list("id", flat=True)
    done = 0
    for case_id in list(due[:limit]):
        with transaction.atomic():
            child = Child.objects.filter(id=case_id).first()
            if child is None:
                continue
            look_again(child, now=now)
            done += 1
    return done


def look_again(child: Child, *, now: datetime) -> None:
    """Derive one case at `now`; that a moment passed is itself a fact."""
    keys = vault.keyring([child.key_owner])
    subjects.lock([child.key_owner])
    ledger.record(
        kind="moment.passed", subject=child.key_owner, actor=WORKER, at=now, clear={}, is_fact=True, keyring=keys
    )
    derive_again(child=child, actor=WORKER, at=now, keyring=keys)
