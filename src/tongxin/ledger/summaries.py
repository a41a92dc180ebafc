"""One signed digest over the rows of many batches, so that a whole ledger is read at the speed of the database.

PostgreSQL hands rows over as it sends them to any client (`record_send`), a thousand at a time; hashing is done here.
A summary is signed only after each of its rows was proved by its own leaf, in the same view of the database. While it
holds, nothing in its rows, leaves and seals differs from then; once it doesn't, rows are judged one by one and named.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.db import connection, transaction
from psycopg import Cursor

from tongxin.ledger import canonical, heads, stored
from tongxin.ledger.heads import Head
from tongxin.ledger.models import Summary

ROWS = 8192
WINDOW = 2048
LOOKED_AT = (
    "coalesce((SELECT string_agg(record_send(o), ''::bytea ORDER BY o.id) "
    "FROM ledger_accesssubject o WHERE o.access_id = r.id), ''::bytea)"
)
SHAPE = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attrelid = ANY(%s::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""


def all_of_them() -> dict[int, int]:
    """The first and the last batch of each summary."""
    if connection.vendor != "postgresql":
        return {}
    return dict(Summary.objects.filter(profile=profile()).values_list("first", "last"))


def reach() -> int:
    """The last batch that a summary covers."""
    return max(all_of_them().values(), default=0)


@lru_cache(maxsize=1)
def profile() -> str:
    """Which columns rows have: after a migration that adds one, older summaries no longer fit."""
    tables = ["ledger_leaf", "ledger_accesssubject", *(source.table for source in stored.SOURCES.values())]
    with connection.cursor() as cursor:
        cursor.execute(SHAPE, [tables])
        shape = repr(cursor.fetchall())
    return f"rows-1-{hashlib.sha256(shape.encode()).hexdigest()[:16]}"


def holds(group: Sequence[Head]) -> bool:
    """Whether a summary says that every row, leaf and seal of these batches is as it was when it was proved."""
    summary = Summary.objects.filter(profile=profile(), first=group[0].batch, last=group[-1].batch).first()
    if summary is None:
        return False
    digest = _digest(group)
    said = _said(group, summary.profile, digest, canonical.moment(summary.proved_at))
    is_same = bytes(summary.digest) == digest
    return is_same and heads.is_signed_bytes(said, bytes(summary.signature))


def sign(group: Sequence[Head], *, at: datetime) -> None:
    """Keep the summary of batches that were proved just now, in this transaction."""
    digest, named = _digest(group), profile()
    signature = heads.sign_bytes(_said(group, named, digest, canonical.moment(at)))
    Summary.objects.create(
        first=group[0].batch, last=group[-1].batch, profile=named, digest=digest, signature=signature, proved_at=at,
    )


def _said(group: Sequence[Head], named: str, digest: bytes, at: str) -> bytes:
    """What is signed; the seals stand in it too, so that none of them is changed behind it."""
    seals = hashlib.sha256(b"".join(b"%d:%s" % (len(seal.signed()), seal.signed()) for seal in group)).hexdigest()
    parts = ("tongxin-summary", named, group[0].batch, group[-1].batch, seals, digest.hex(), at)
    return "|".join(map(str, parts)).encode()


def _digest(group: Sequence[Head]) -> bytes:
    found = hashlib.sha256()
    # Where a window is small, starting helpers for it takes longer than reading it.
    with transaction.atomic(), Cursor(connection.connection) as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        batches = [group[0].batch, group[-1].batch]
        cursor.execute("SELECT count(*) FROM ledger_leaf WHERE batch_id BETWEEN %s AND %s", batches)
        found.update(b"%d|" % (cursor.fetchone() or (0,))[0])
        for first in range(group[0].first, group[-1].last + 1, WINDOW):
            last = min(first + WINDOW - 1, group[-1].last)
            cursor.execute(_rows(), [first, last], binary=True, prepare=True)
            found.update((cursor.fetchone() or (None,))[0] or b"")
    return found.digest()


def _rows() -> str:
    """Leaves in their order, each followed by its row; whose words a look showed follow it."""
    row = " ".join(_row(name, source.table) for name, source in stored.SOURCES.items())
    leaf = "int8send(l.position) || int8send(l.batch_id) || int4send(length(l.digest)) || l.digest"
    return f"""
        SELECT string_agg(piece, ''::bytea) FROM (
            SELECT {leaf} || coalesce(CASE l.source {row} END, ''::bytea) AS piece
            FROM ledger_leaf l WHERE l.position BETWEEN %s AND %s ORDER BY l.position
        ) AS pieces
    """  # noqa: S608


def _row(name: str, table: str) -> str:
    looked_at = f" || {LOOKED_AT}" if name == "access" else ""
    return f"WHEN '{name}' THEN (SELECT record_send(r){looked_at} FROM {table} r WHERE r.id = l.row_id)"  # noqa: S608
