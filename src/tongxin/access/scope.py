"""For whom a connection asks: what the second wall goes by on PostgreSQL; on SQLite there is nothing to say.

A request reads as its viewer. A transaction of a request that writes sees everything: whether it may be begun was
decided before, and what follows from a record reaches siblings and posts elsewhere.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.pq import TransactionStatus

from tongxin.access.wall import SETTINGS
from tongxin.accounts.viewers import Viewer

SET = "SELECT " + ", ".join(f"set_config('tongxin.{name}', %s, false)" for name in SETTINGS)
WIDEN = "SELECT set_config('tongxin.wide', 'yes', true)"
NOTHING = ("",) * len(SETTINGS)
# What it adds to a request of somebody's on PostgreSQL: saying for whom, and for nobody any more.
STATEMENTS = 2


@contextmanager
def asking(*, writes: bool) -> Iterator[None]:
    """While a request is answered; afterwards the connection asks for nobody."""
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with connection.execute_wrapper(_Widening()) if writes else _as_it_is():
            yield
    finally:
        if getattr(connection, "asks_for_somebody", False) and _may_set():
            _set(NOTHING, is_somebody=False)


def narrow(viewer: Viewer, *, at: datetime) -> None:
    """From now on the connection asks for a viewer."""
    if connection.vendor == "postgresql" and (viewer.person_id is not None or viewer.seats):
        _set(("yes" if viewer.is_worker else "", *_own(viewer), at.isoformat()), is_somebody=True)


def widen() -> None:
    """From now on it asks for everybody: for doors that need no session and decide by what the call itself carries."""
    if connection.vendor == "postgresql":
        _set(("yes", *NOTHING[1:]), is_somebody=True)


@contextmanager
def widened() -> Iterator[None]:
    """While one question is asked that reaches beyond the viewer's own places, its answer decided elsewhere."""
    if connection.vendor != "postgresql":
        yield
        return
    before = _now()
    if before[0] == "yes":
        # What a transaction widened for itself ends with it; set here it would outlast the transaction.
        yield
        return
    widen()
    try:
        yield
    finally:
        if _may_set():
            _set(before, is_somebody=True)


class _Widening:
    """Lets each transaction of a writing request see everything; the setting ends with the transaction."""

    def __init__(self) -> None:
        self._outside = len(connection.atomic_blocks)
        self._is_wide = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if len(connection.atomic_blocks) > self._outside and (_is_at_rest() or not self._is_wide):
            self._is_wide = True
            execute(WIDEN, [()] if many else None, many, context)
        return execute(sql, params, many, context)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


def _own(viewer: Viewer) -> tuple[str, str, str, str]:
    places = sorted({seat.division_id for seat in viewer.seats})
    lists = (viewer.post_ids, viewer.organisation_ids, places)
    posts, bodies, spots = (",".join(map(str, each)) for each in lists)
    return str(viewer.person_id or ""), posts, bodies, spots


def _set(values: tuple[str, ...], *, is_somebody: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET, values)
    connection.asks_for_somebody = is_somebody  # type: ignore[attr-defined]


def _now() -> tuple[str, ...]:
    asked = ", ".join(f"coalesce(current_setting('tongxin.{name}', true), '')" for name in SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return tuple(cursor.fetchone())


def _is_at_rest() -> bool:
    return bool(_status() == TransactionStatus.IDLE)


def _may_set() -> bool:
    """A transaction that failed takes no more statements, and takes its settings back by itself."""
    return _status() in (TransactionStatus.IDLE, TransactionStatus.INTRANS)


def _status() -> Any:
    return connection.connection.info.transaction_status if connection.connection else None
