"""What the worker does behind the scenes, for a whole province at once: lines in lists, moments that passed, seals."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger
from tongxin.accounts.models import Holding
from tongxin.accounts.viewers import Viewer, seats_of
from tongxin.cases.models import Case
from tongxin.flows import handlers, record_together, sweep
from tongxin.lib import steady
from tongxin.notices import queueing
from tongxin.notices import services as notices

WORKER = "worker-province"
AT_ONCE, SET = 2000, 250
SOON = timedelta(seconds=2)
# Everybody read what had come by then; what came since still waits for some.
READ_UNTIL = timedelta(days=12)


def pass_moments(counties: Sequence[int], now: datetime, *, is_only_writer: bool) -> int:
    """How many cases of some counties were looked at again because a moment had come; old lines are written too."""
    done = 0
    while due := list(_due(counties, now)[:SET]):
        with steady.answering():
            record_together.look_again_all(due, now=now, is_only_writer=is_only_writer)
        done += len(due)
    _react(now - READ_UNTIL)
    return done


def _due(counties: Sequence[int], now: datetime) -> QuerySet[Case, UUID]:
    rows = Case.objects.filter(look_again_at__lte=now, county_id__in=counties)
    return rows.order_by("look_again_at", "id").values_list("id", flat=True)


def tell(now: datetime) -> int:
    """How many reactions were done, each as soon as it could be; people read their lists meanwhile."""
    # Whatever else the worker looks after when moments pass.
    sweep.sweep(now)
    done = _react(now - READ_UNTIL)
    with transaction.atomic():
        held = Holding.objects.filter(to_at__isnull=True, post_id__in=notices.told())
        for holding in held.select_related("post__division"):
            viewer = Viewer(holding.person_id, seats_of([holding.post]))
            notices.mark_read(viewer=viewer, at=now - READ_UNTIL)
    done += _react(now)
    while queueing.weigh(at=now, limit=AT_ONCE):
        continue
    return done


def _react(until: datetime) -> int:
    done = 0
    while claimed := ledger.claim(worker=WORKER, limit=AT_ONCE, now=until):
        with transaction.atomic():
            handlers.run_all(claimed, worker=WORKER, soon=SOON)
        done += len(claimed)
    return done


def seal(now: datetime, *, tell: Callable[[int], None] = lambda rows: None) -> int:
    """How many rows were sealed; the head lies outside the database afterwards."""
    done = 0
    while rows := ledger.seal_new(now=now):
        done += rows
        tell(done)
    ledger.export_head()
    return done
