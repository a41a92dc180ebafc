"""Moments that pass: rows whose next moment to look has come are derived anew (spine B1)."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction

from tongxin import ledger, vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.flows import erasing, joined, retention, unusual
from tongxin.flows.activities.outings import follow_outings
from tongxin.flows.arriving_blobs import follow_blobs
from tongxin.flows.arriving_following import follow_arrivals
from tongxin.flows.asking_over import follow_asks
from tongxin.flows.booking_watch import follow_bookings
from tongxin.flows.clue_owners import follow_clues
from tongxin.flows.comparing_late import follow_pairs
from tongxin.flows.comparing_nightly import compare_by_night
from tongxin.flows.comparing_watch import follow_comparisons
from tongxin.flows.coordinating_watch import follow_coordination
from tongxin.flows.derive import derive_again
from tongxin.flows.duty_watch import follow_duty
from tongxin.flows.handing_over import follow_holdings
from tongxin.flows.pairing_companions import follow_companions
from tongxin.flows.recalls import follow_recalls
from tongxin.flows.recheck_weeks import follow_rechecks
from tongxin.flows.register_watch import follow_registers
from tongxin.flows.sharing_watch import follow_sharing
from tongxin.flows.sites.watch import follow_places
from tongxin.flows.supervision.watch import follow_supervision
from tongxin.flows.training.watching import follow_training
from tongxin.flows.workforce.watch import follow_workforce
from tongxin.ledger import subjects
from tongxin.people.models import Child
from tongxin.rulebook import rules

log = logging.getLogger("tongxin.sweep")
BATCH = 200
AGAIN = timedelta(minutes=5)
# Files that failed, until when they are left alone; their overdue moment stays for `doctor` to find.
_stuck: dict[UUID, datetime] = {}


def sweep(now: datetime, *, limit: int = BATCH) -> int:
    """How many cases were looked at again, after everything else that moments change.

    Nothing where no rules were adopted yet: such a place is only being set up.
    """
    if not rules.newest():
        return 0
    follow_all(now)
    return look_at_due(now, limit=limit)


def follow_all(now: datetime) -> None:
    """What moments that passed change besides cases: posts, clues, bookings, agreements, deadlines of all kinds."""
    follow_holdings(now)
    follow_arrivals(now)
    follow_blobs(now)
    unusual.look_back(now)
    follow_registers(now)
    follow_clues(now)
    follow_recalls(now)
    follow_comparisons(now)
    compare_by_night(now)
    follow_pairs(now)
    follow_sharing(now)
    follow_bookings(now)
    follow_duty(now)
    follow_asks(now)
    follow_companions(now)
    follow_outings(now)
    follow_training(now)
    follow_workforce(now)
    follow_coordination(now)
    follow_places(now)
    follow_supervision(now)
    follow_rechecks(now)
    erasing.finish(at=now)
    retention.look_for_due(now)


def look_at_due(now: datetime, *, limit: int = BATCH) -> int:
    """How many cases were looked at again; each in a short transaction of its own."""
    for case_id in [each for each, until in _stuck.items() if until <= now]:
        del _stuck[case_id]
    due = Case.objects.filter(look_again_at__lte=now).exclude(id__in=list(_stuck)).order_by("look_again_at")
    done = 0
    for case_id in list(due.values_list("id", flat=True)[:limit]):
        try:
            with transaction.atomic():
                look_again(Child.objects.get(id=case_id), now=now)
            done += 1
        except OperationalError:
            raise
        except Exception:
            # One file that can't be derived must not keep the others from being looked at.
            log.exception("case %s could not be looked at again", case_id)
            _stuck[case_id] = now + AGAIN
    return done


def look_again(child: Child, *, now: datetime, keys: vault.Keyring | None = None) -> None:
    """Derive one case at `now`; that a moment passed is itself a fact."""
    keys = keys or vault.keyring([child.key_owner])
    subjects.lock(joined.owners_with(child.id))
    ledger.record(
        kind="moment.passed", subject=child.key_owner, actor=WORKER, at=now, clear={}, is_fact=True, keyring=keys
    )
    derive_again(child=child, actor=WORKER, at=now, keyring=keys)
