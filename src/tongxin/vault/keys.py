"""Data keys: made, fetched a batch at a time, rewrapped, destroyed.

Unwrapped keys live only as long as the call or the `Keyring` that needs them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet, UUIDField

from tongxin.lib import secrets
from tongxin.lib.prepared import Prepared, among
from tongxin.vault import ciphers, destructions, masters
from tongxin.vault.faults import Destroyed, MissingKey
from tongxin.vault.masters import Fresh, Wrapped
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import KINDS, Owner

ALIAS = "keys"
CHUNK = 500
FEW = 64
TRIES = 3
KEYS_OF = Prepared(
    lambda owners: SubjectKey.objects.filter(among("owner_id", owners)), using=ALIAS, several="owners",
    owners=UUIDField(),
)


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """One owner's key, unwrapped."""

    id: UUID
    profile: str
    content: bytes


class Keyring:
    """The keys of some owners, fetched on first need with one query; drop it after the unit of work."""

    def __init__(
        self, owners: Iterable[Owner] = (), *, known: Mapping[Owner, DataKey | None] | None = None
    ) -> None:
        self._wanted = set(owners)
        self._keys: dict[Owner, DataKey | None] = dict(known or {})

    def want(self, owners: Iterable[Owner]) -> None:
        """Fetch these with the next query."""
        self._wanted.update(owner for owner in owners if owner not in self._keys)

    def __getitem__(self, owner: Owner) -> DataKey:
        """The owner's key; refused when it was destroyed or never made."""
        found = self._fetched(owner)
        if owner not in found:
            raise MissingKey
        key = found[owner]
        if key is None:
            raise Destroyed
        return key

    def _fetched(self, owner: Owner) -> dict[Owner, DataKey | None]:
        if owner not in self._keys:
            self._wanted.add(owner)
            self._keys.update(fetch(self._wanted))
            self._wanted = set()
        return self._keys


def keyring(owners: Iterable[Owner]) -> Keyring:
    """The keys of `owners` for one unit of work."""
    return Keyring(owners)


def create_keys(owners: Iterable[Owner], *, at: datetime, profile: str = "") -> Keyring:
    """A key for each owner that has none; those that exist, destroyed ones too, stay as they are.

    Written before the rows it will seal: a key without rows harms nobody, a row without a key is lost.
    """
    wanted = list(dict.fromkeys(owners))
    if not wanted:
        return Keyring()
    unknown = {owner.kind for owner in wanted} - KINDS
    if unknown:
        raise ValueError(f"no such kind of key owner: {', '.join(sorted(unknown))}")
    chosen = profile or settings.TONGXIN_CIPHER_PROFILE
    for _ in range(TRIES):
        rows = _new_rows(wanted, chosen, at)
        with transaction.atomic(using=ALIAS):
            SubjectKey.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
            if masters.at_hand().has(rows[0].master_id):
                return Keyring(wanted)
            # Rotated and done with meanwhile: nobody could unwrap these any more.
            transaction.set_rollback(True, using=ALIAS)
    raise MissingKey


def key_ids(owners: Iterable[Owner]) -> dict[Owner, UUID]:
    """The ids of the keys that are alive."""
    return {owner: key.id for owner, key in fetch(owners).items() if key is not None}


def destroyed(owners: Iterable[Owner]) -> set[Owner]:
    """Those of `owners` whose key was destroyed."""
    return {owner for owner, key in fetch(owners).items() if key is None}


def destroy(owner: Owner, *, at: datetime) -> bool:
    """Destroy an owner's key for good; True when there was one to destroy."""
    rows = SubjectKey.objects.filter(owner_kind=owner.kind, owner_id=owner.id, destroyed_at__isnull=True)
    gone = rows.update(wrapped=None, destroyed_at=at) > 0
    if gone:
        transaction.on_commit(lambda: destructions.note(owner, at=at), using=ALIAS)
    connection = connections[ALIAS]
    if gone and connection.vendor == "sqlite" and not connection.in_atomic_block:
        # The log file beside the database still holds the old page until it is emptied.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone


def rewrap(*, limit: int = 1000) -> int:
    """How many data keys were put under the master key in use; call until it gives 0."""
    door = masters.at_hand()
    with transaction.atomic(using=ALIAS):
        rows = list(_former(door.current()).select_for_update().order_by("id")[:limit])
        if not rows:
            return 0
        contents = door.unwrap([_as_wrapped(row) for row in rows])
        made = door.wrap([_as_fresh(row, content) for row, content in zip(rows, contents, strict=True)])
        for row, wrapped in zip(rows, made.wrapped, strict=True):
            row.wrapped, row.master_id = wrapped, made.master_id
        SubjectKey.objects.bulk_update(rows, ["wrapped", "master_id"], batch_size=CHUNK)
    return len(rows)


def finish_rotation() -> bool:
    """Remove the former master key unless a key still needs it; whoever writes keys meanwhile is waited for."""
    with transaction.atomic(using=ALIAS):
        connection = connections[ALIAS]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {SubjectKey._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        if _former(masters.at_hand().current()).exists():
            return False
        secrets.forget_previous_master()
    return True


def _former(current: str) -> QuerySet[SubjectKey]:
    return SubjectKey.objects.filter(destroyed_at__isnull=True).exclude(master_id=current)


def derived(key: DataKey, purpose: bytes) -> bytes:
    """A key for another use than encryption, so that no key serves two."""
    return ciphers.keyed_digest(b"tongxin " + purpose, key=key.content, profile=key.profile)


def _new_rows(owners: Sequence[Owner], profile: str, at: datetime) -> list[SubjectKey]:
    fresh = [
        SubjectKey(owner_kind=owner.kind, owner_id=owner.id, profile=profile, created_at=at) for owner in owners
    ]
    made = masters.at_hand().wrap([_as_fresh(row, ciphers.new_key(profile)) for row in fresh])
    for row, wrapped in zip(fresh, made.wrapped, strict=True):
        row.wrapped, row.master_id = wrapped, made.master_id
    return fresh


def fetch(owners: Iterable[Owner]) -> dict[Owner, DataKey | None]:
    """The keys that exist, None where destroyed; an owner without a key is left out."""
    wanted = list(owners)
    found: dict[Owner, DataKey | None] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        try:
            found.update(_fetch_chunk(chunk))
        except MissingKey:
            # A rotation may have ended between reading the row and reading the master key.
            found.update(_fetch_chunk(chunk))
    return found


def _fetch_chunk(owners: Sequence[Owner]) -> dict[Owner, DataKey | None]:
    asked = set(owners)
    ids = [owner.id for owner in owners]
    rows = KEYS_OF.rows(owners=ids) if len(ids) <= FEW else SubjectKey.objects.filter(owner_id__in=ids)
    mine = [row for row in rows if Owner(row.owner_kind, row.owner_id) in asked]
    alive = [row for row in mine if row.destroyed_at is None]
    contents = iter(masters.at_hand().unwrap([_as_wrapped(row) for row in alive]) if alive else ())
    return {
        Owner(row.owner_kind, row.owner_id):
        None if row.destroyed_at is not None else DataKey(row.id, row.profile, next(contents))
        for row in mine
    }


def _as_fresh(row: SubjectKey, content: bytes) -> Fresh:
    return Fresh(content, row.profile, context_of(row.owner_kind, row.owner_id, row.profile))


def _as_wrapped(row: SubjectKey) -> Wrapped:
    if row.wrapped is None:
        raise MissingKey
    context = context_of(row.owner_kind, row.owner_id, row.profile)
    return Wrapped(bytes(row.wrapped), row.profile, context, row.master_id)


def context_of(owner_kind: str, owner_id: UUID, profile: str) -> bytes:
    """What binds a wrapped key to its owner."""
    return f"key {owner_kind} {owner_id.hex} {profile}".encode()
