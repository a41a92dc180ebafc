"""`tongxin worker`: reactions, moments that pass; every few seconds a seal and a sign of life."""

import logging
import os
import signal
import threading
import time
from datetime import datetime

from django.db import OperationalError, close_old_connections, connections, transaction

from tongxin import ledger
from tongxin.dashboards.nightly import count_by_night
from tongxin.flows import (
    blind_sessions,
    comparing,
    drafting,
    exchange_sending,
    export_copies,
    export_ending,
    file_taking,
    handlers,
    holding,
    preparation,
    screening_running,
    sweep,
)
from tongxin.intake import services as intake
from tongxin.ledger import receipts
from tongxin.ledger.models import Work
from tongxin.lib import clock, steady
from tongxin.lib.arguments import Parser
from tongxin.lib.sqlcipher import statistics
from tongxin.notices import queueing, sending

log = logging.getLogger("tongxin.worker")
AT_ONCE = 20
PAUSE = 1.0
BEAT_EVERY = 5.0
STATISTICS_EVERY = 3600.0
BATCHES_A_TURN = 5
# Few at a time: what is urgent and comes meanwhile goes before the rest.
MESSAGES_AT_ONCE, LINES_AT_ONCE = 4, 200


def main(argv: list[str]) -> int:
    """Work until told to stop; with --once, until nothing is left to do."""
    parser = Parser(prog="tongxin worker", description="启动后台处理")
    parser.add_argument("--once", action="store_true", help="做完眼下的事就结束")
    options = parser.parse_args(argv)
    preparation.refuse_outdated()
    name = f"worker-{os.getpid()}"
    if options.once:
        now = clock.now()
        while turn(name, now=now) + notify(name, now=now) + seal(now=now):
            continue
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    go_on(name, stop)
    return 0


def go_on(name: str, stop: threading.Event) -> None:
    """Reactions and messages side by side until `stop`; when one of them breaks off, so does the other."""
    # Servers outside may be slow: what they keep waiting holds up no crisis and no clock.
    sender = threading.Thread(target=go_on_notifying, args=(name, stop))
    sender.start()
    try:
        run(name, stop)
    finally:
        # A process that only sends messages would pass for a worker and never be started anew.
        stop.set()
        sender.join()


def go_on_notifying(name: str, stop: threading.Event) -> None:
    """Message after message until `stop`."""
    while not stop.is_set():
        try:
            if not notify(name, now=clock.now()):
                stop.wait(PAUSE)
        except Exception:
            log.exception("messages wait")
            close_old_connections()
            stop.wait(PAUSE)
    connections.close_all()


def notify(name: str, *, now: datetime) -> int:
    """How much was done for what leaves the house: lines weighed, days summed up, messages sent."""
    with steady.answering():
        many = queueing.weigh(at=now, limit=LINES_AT_ONCE) + queueing.digest(at=now)
    many += exchange_sending.send_due(worker=name, at=now, limit=MESSAGES_AT_ONCE)
    return many + sending.send_due(worker=name, at=now, limit=MESSAGES_AT_ONCE)


def run(name: str, stop: threading.Event) -> None:
    """Turn after turn until `stop`; a database that is away for a while is waited for."""
    beaten, spread, looked_at = -BEAT_EVERY, -STATISTICS_EVERY, None
    while not stop.is_set():
        try:
            if time.monotonic() - beaten >= BEAT_EVERY:
                ledger.beat(worker=name, at=clock.now())
                # What a busy hour sealed is summed up once it is over.
                if not seal(now=clock.now()):
                    ledger.summarise_new(now=clock.now())
                receipts.export_daily(now=clock.now())
                intake.forget_originals(at=clock.now(), held=holding.held())
                comparing.dispose_due(at=clock.now(), held=holding.held())
                blind_sessions.dispose_due(at=clock.now())
                file_taking.return_unanswered(at=clock.now())
                export_copies.destroy_expired(at=clock.now())
                count_by_night(at=clock.now(), meanwhile=lambda: ledger.beat(worker=name, at=clock.now()))
                looked_at = export_ending.recall_overtaken(at=clock.now(), after=looked_at)
                if time.monotonic() - spread >= STATISTICS_EVERY:
                    statistics.refresh()
                    spread = time.monotonic()
                beaten = time.monotonic()
            if not turn(name, now=clock.now()):
                stop.wait(PAUSE)
        except OperationalError:
            log.exception("the database is away")
            close_old_connections()
            stop.wait(PAUSE)


def turn(name: str, *, now: datetime) -> int:
    """How much was done: reactions, and cases looked at again."""
    with steady.answering():
        claimed = ledger.claim(worker=name, limit=AT_ONCE, now=now)
        for work in claimed:
            do(work, worker=name, now=now)
        followed = sweep.sweep(now, limit=AT_ONCE) + drafting.look_after(now, limit=AT_ONCE)
        return len(claimed) + followed + screening_running.look_after(now, limit=AT_ONCE)


def seal(*, now: datetime) -> int:
    """How many rows were sealed; the head that covers them lies outside the database afterwards."""
    total = 0
    for _ in range(BATCHES_A_TURN):
        sealed = ledger.seal_new(now=now)
        total += sealed
        if not sealed:
            break
    if total:
        ledger.export_head()
    return total


def do(work: Work, *, worker: str, now: datetime) -> None:
    """One reaction with everything it writes in one transaction; a failure is put off, never lost."""
    try:
        with transaction.atomic(durable=True):
            if ledger.finish(work, worker=worker):
                handlers.run(work, at=now)
    except Exception as error:
        log.exception("work %s failed", work.pk)
        ledger.fail(work, worker=worker, now=now, reason=type(error).__name__)
