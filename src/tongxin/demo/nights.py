"""What the worker does behind the scenes: notices are put into lists, the record is sealed."""

from datetime import datetime, timedelta

from django.db import transaction

from tongxin import ledger
from tongxin.flows import handlers
from tongxin.ledger.models import Work

WORKER = "worker-year"
AT_ONCE = 500
SOON = timedelta(seconds=2)


def pass_night(now: datetime) -> None:
    """The day's reactions done, each as soon as it could be, and the day's rows sealed."""
    with transaction.atomic():
        do_waiting(now)
    while ledger.seal_new(now=now):
        continue


def do_waiting(now: datetime) -> None:
    """The reactions that wait, done as soon as each could be."""
    while claimed := ledger.claim(worker=WORKER, limit=AT_ONCE, now=now):
        for work in claimed:
            _do(work)


def _do(work: Work) -> None:
    if ledger.finish(work, worker=WORKER):
        handlers.run(work, at=work.event.at + SOON)
