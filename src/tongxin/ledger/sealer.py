"""The sealer: gives committed rows their positions and seals them in signed, chained batches.

Rows of a transaction still open are left for later on PostgreSQL (below the horizon), so a cursor
by position never skips one. One sealer works at a time.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from tongxin.ledger import canonical, heads, merkle, stored
from tongxin.ledger.models import Leaf, Seal
from tongxin.lib import bulk

BATCH = 4096
LOCK = 7_300_415
HORIZON = (
    "(r.xid < pg_snapshot_xmin(pg_current_snapshot())"
    # A number from the future was given by another cluster, before a restore: its transaction is over.
    " OR r.xid >= pg_snapshot_xmax(pg_current_snapshot())"
    # What the sealing transaction wrote itself stands or falls with its seal.
    " OR r.xid = pg_current_xact_id_if_assigned())"
)


class Tail(NamedTuple):
    """What is not yet sealed: how many rows, and since when the oldest waits."""

    rows: int
    since: str | None


class Chosen(NamedTuple):
    """A row about to be sealed."""

    source: str
    key: str


def seal_new(*, now: datetime) -> int:
    """How many rows were sealed, one batch at most; call until it gives 0, then `export_head`."""
    with transaction.atomic():
        if not _is_only_sealer():
            return 0
        chosen = _waiting()
        if chosen:
            _seal(chosen, now)
        return len(chosen)


def unsealed() -> Tail:
    """How long the tail is that no seal covers yet."""
    total, since = 0, []
    for source in stored.SOURCES:
        count, oldest = _unsealed_of(source)
        total += count
        if oldest is not None:
            since.append(oldest.decode(errors="replace"))
    return Tail(total, min(since, default=None))


def _unsealed_of(source: str) -> tuple[int, bytes | None]:
    """How many rows of a table have no leaf, and the oldest's moment.

    They nearly always come after the last that has one: those are looked at first, and believed when the numbers agree.
    """
    table, moment, _ = stored.SOURCES[source]
    wanted = [("count(*)", stored.NUMBER), (f"min({moment})", stored.MOMENT)]
    after, params = _after_last(source, table)
    count, oldest = stored.select(wanted, f"FROM {table} r WHERE {after}{_no_leaf(source)}", params)[0]
    if after and int(count or b"0") != _in_all(table) - _leaves_in_all(source):
        count, oldest = stored.select(wanted, f"FROM {table} r WHERE {_no_leaf(source)}")[0]
    return int(count or b"0"), oldest


def _in_all(table: str) -> int:
    return int(stored.select([("count(*)", stored.NUMBER)], f"FROM {table}")[0][0] or b"0")


def _leaves_in_all(source: str) -> int:
    return Leaf.objects.filter(source=source).count()


def _is_only_sealer() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _waiting() -> list[Chosen]:
    chosen: list[Chosen] = []
    for source in stored.SOURCES:
        chosen += [Chosen(source, key) for key in _waiting_in(source, BATCH - len(chosen))]
    return chosen


def _waiting_in(source: str, limit: int) -> list[str]:
    if limit <= 0:
        return []
    table = stored.SOURCES[source].table
    after, params = _after_last(source, table)
    order = "r.xid, r.id" if connection.vendor == "postgresql" else "r.rowid"
    where = f"{HORIZON} AND " if connection.vendor == "postgresql" else ""
    rows = stored.select(
        [("r.id", stored.ID)],
        f"FROM {table} r WHERE {where}{after}{_no_leaf(source)} ORDER BY {order} LIMIT {int(limit)}",
        params,
    )
    return [(key or b"").decode() for (key,) in rows]


def _after_last(source: str, table: str) -> tuple[str, list[Any]]:
    """Where to go on reading: a shortcut only, since rows that have a leaf are left out anyway."""
    last = Leaf.objects.filter(source=source).order_by("-position").values_list("row_id", flat=True).first()
    if last is None:
        return "", []
    if connection.vendor != "postgresql":
        start = f"coalesce((SELECT c.rowid FROM {table} c WHERE c.id = %s), 0)"  # noqa: S608
        return f"r.rowid > {start} AND ", [last.hex]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT xid::text FROM {table} "  # noqa: S608
            "WHERE id = %s AND xid < pg_snapshot_xmax(pg_current_snapshot())",
            [last],
        )
        found = cursor.fetchone()
    return ("", []) if found is None else ("(r.xid, r.id) > (%s::xid8, %s) AND ", [found[0], last])


def _no_leaf(source: str) -> str:
    leaf = f"SELECT 1 FROM ledger_leaf l WHERE l.source = '{source}' AND l.row_id = r.id"  # noqa: S608
    return f"NOT EXISTS ({leaf})"


def _seal(chosen: Sequence[Chosen], now: datetime) -> None:
    before = heads.head()
    first = before.last + 1 if before else 1
    leaves = _leaves(chosen, first)
    unsigned = heads.Head(
        batch=before.batch + 1 if before else 1,
        first=first,
        last=first + len(leaves) - 1,
        root=merkle.root([leaf for _, _, leaf in leaves]).hex(),
        previous=(hashlib.sha256(before.signed()).digest() if before else heads.GENESIS).hex(),
        sealed_at=canonical.moment(now),
    )
    Seal.objects.create(
        batch=unsigned.batch, first=first, last=unsigned.last, root=bytes.fromhex(unsigned.root),
        previous=bytes.fromhex(unsigned.previous), signature=heads.sign(unsigned), sealed_at=now,
    )
    rows = [
        (first + index, source, UUID(key), digest, unsigned.batch)
        for index, (source, key, digest) in enumerate(leaves)
    ]
    bulk.insert(Leaf, ("position", "source", "row_id", "digest", "batch"), rows)


def _leaves(chosen: Sequence[Chosen], first: int) -> list[tuple[str, str, bytes]]:
    contents = {
        source: stored.contents(source, [row.key for row in chosen if row.source == source])
        for source in stored.SOURCES
    }
    return [
        (source, key, stored.digest(position=place, source=source, key=key, content=contents[source][key]))
        for place, (source, key) in enumerate(chosen, start=first)
    ]
