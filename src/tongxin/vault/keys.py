"""Data keys: made, fetched a batch at a time, rewrapped, destroyed.

Unwrapped keys live only as long as the call or the `Keyring` that needs them.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.models import UUIDField

from tongxin.lib import secrets
from tongxin.lib.prepared import Prepared, among
from tongxin.vault import ciphers, destructions
from tongxin.vault.faults import Destroyed, MissingKey
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import KINDS, Owner

ALIAS = "keys"
CHUNK = 500
FEW = 64
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
    unknown = {owner.kind for owner in wanted} - KINDS
    if unknown:
        raise ValueError(f"no such kind of key owner: {', '.join(sorted(unknown))}")
    chosen = profile or settings.TONGXIN_CIPHER_PROFILE
    master_id, master = next(iter(secrets.masters().items()))
    rows = [_new_row(owner, master_id, master, chosen, at) for owner in wanted]
    SubjectKey.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    return Keyring(wanted)


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
    masters = secrets.masters()
    current_id, current = next(iter(masters.items()))
    with transaction.atomic(using=ALIAS):
        rows = list(
            SubjectKey.objects.select_for_update()
            .filter(destroyed_at__isnull=True)
            .exclude(master_id=current_id)
            .order_by("id")[:limit]
        )
        for row in rows:
            content = _unwrapped(row, masters)
            row.wrapped, row.master_id = _wrap(content, row, current), current_id
        SubjectKey.objects.bulk_update(rows, ["wrapped", "master_id"], batch_size=CHUNK)
    return len(rows)


def derived(key: DataKey, purpose: bytes) -> bytes:
    """A key for another use than encryption, so that no key serves two."""
    return hmac.digest(key.content, b"tongxin " + purpose, hashlib.sha256)


def _new_row(owner: Owner, master_id: str, master: bytes, profile: str, at: datetime) -> SubjectKey:
    row = SubjectKey(
        owner_kind=owner.kind, owner_id=owner.id, master_id=master_id, profile=profile, created_at=at
    )
    row.wrapped = _wrap(ciphers.new_key(profile), row, master)
    return row


def fetch(owners: Iterable[Owner]) -> dict[Owner, DataKey | None]:
    """The keys that exist, None where destroyed; an owner without a key is left out."""
    wanted = list(owners)
    masters = secrets.masters()
    found: dict[Owner, DataKey | None] = {}
    for start in range(0, len(wanted), CHUNK):
        found.update(_fetch_chunk(wanted[start : start + CHUNK], masters))
    return found


def _fetch_chunk(owners: Sequence[Owner], masters: dict[str, bytes]) -> dict[Owner, DataKey | None]:
    asked = set(owners)
    found: dict[Owner, DataKey | None] = {}
    ids = [owner.id for owner in owners]
    for row in KEYS_OF.rows(owners=ids) if len(ids) <= FEW else SubjectKey.objects.filter(owner_id__in=ids):
        owner = Owner(row.owner_kind, row.owner_id)
        if owner in asked:
            is_gone = row.destroyed_at is not None
            found[owner] = None if is_gone else DataKey(row.id, row.profile, _unwrapped(row, masters))
    return found


def _wrap(content: bytes, row: SubjectKey, master: bytes) -> bytes:
    key = wrapping(master, row.profile)
    context = context_of(row.owner_kind, row.owner_id, row.profile)
    return ciphers.seal(content, key=key, profile=row.profile, context=context)


def _unwrapped(row: SubjectKey, masters: dict[str, bytes]) -> bytes:
    master = masters.get(row.master_id)
    if master is None or row.wrapped is None:
        raise MissingKey
    try:
        return ciphers.unseal(
            bytes(row.wrapped), key=wrapping(master, row.profile), profile=row.profile,
            context=context_of(row.owner_kind, row.owner_id, row.profile),
        )
    except ciphers.Unopened:
        raise MissingKey from None


def wrapping(master: bytes, profile: str) -> bytes:
    """The key that data keys of a profile are wrapped with."""
    return hmac.digest(master, b"tongxin wrap " + profile.encode(), hashlib.sha256)[: ciphers.SIZES[profile]]


def context_of(owner_kind: str, owner_id: UUID, profile: str) -> bytes:
    """What binds a wrapped key to its owner."""
    return f"key {owner_kind} {owner_id.hex} {profile}".encode()
