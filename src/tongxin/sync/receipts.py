"""What was said of each entry that a phone sent: once, and the same ever after."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, UUIDField

from tongxin import vault
from tongxin.ledger import canonical
from tongxin.lib import bulk, ids, together
from tongxin.lib.prepared import Prepared
from tongxin.sync.models import Device, Receipt
from tongxin.vault import Keyring, Owner

LOCKS = 5_310_771
NUMBERS = "free receipt numbers"
COPIES = Prepared(lambda entry: Receipt.objects.filter(entry_id=entry), entry=UUIDField())
NUMBERED = Prepared(
    lambda number: Receipt.objects.filter(number=number).values_list("id", flat=True), number=CharField()
)


def lock_entry(entry_id: UUID) -> None:
    """Let nobody else take in this entry until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, _lock_of(entry_id)])


def read_ahead(entries: Sequence[UUID]) -> None:
    """Lock the entries that are taken in together, read what was said of them, and find numbers for what will be."""
    _lock_all(entries)
    copies: dict[UUID, list[Receipt]] = {each: [] for each in entries}
    for receipt in Receipt.objects.filter(entry_id__in=entries):
        copies[receipt.entry_id].append(receipt)
    for entry_id, found in copies.items():
        together.learn(COPIES.question(entry=entry_id), found)
    numbers = {_number() for _ in entries}
    taken = set(Receipt.objects.filter(number__in=numbers).values_list("number", flat=True))
    together.learn(NUMBERS, list(numbers - taken))


def _lock_all(entries: Sequence[UUID]) -> None:
    """In one order, so that two batches can't wait for each other."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, number) FROM unnest(%s::int[]) AS number",
            [LOCKS, sorted({_lock_of(each) for each in entries})],
        )


def _lock_of(entry_id: UUID) -> int:
    return int.from_bytes(hashlib.sha256(entry_id.bytes).digest()[:4], signed=True)


def own_id(payload: Mapping[str, Any], device: Device) -> UUID:
    """An id for what came without one: the same content from the same phone has the same."""
    return UUID(bytes=digest(payload, device.key_owner)[:16], version=5)


def copies_of(entry_id: UUID) -> list[Receipt]:
    """The receipts of all that came under this id before."""
    return COPIES.rows(entry=entry_id)


def known(copies: Iterable[Receipt], payload: Mapping[str, Any]) -> Receipt | None:
    """The receipt of exactly this copy among those of its id, if it came before."""
    for receipt in copies:
        try:
            if bytes(receipt.digest) == digest(payload, receipt.owner):
                return receipt
        except (vault.Destroyed, vault.MissingKey):
            # Whose it was is erased: nothing more can be told apart, and nothing may be kept again.
            return receipt
    return None


def digest(payload: Mapping[str, Any], owner: Owner, *, keyring: Keyring | None = None) -> bytes:
    """The digest of an entry as it was sent, under its owner's key."""
    return vault.digest_many([(canonical.text(payload).encode(), owner)], keyring=keyring)[0]


def give(
    *, entry_id: UUID, payload: Mapping[str, Any], owner: Owner, device: Device, state: str, at: datetime,
    reason: str = "", shifted: int = 0, keyring: Keyring | None = None,
) -> Receipt:
    """A receipt for one copy of an entry."""
    receipt = Receipt(
        id=ids.new_id(), entry_id=entry_id, number=_free_number(), digest=digest(payload, owner, keyring=keyring),
        owner_kind=owner.kind, owner_id=owner.id, device=device, state=state, reason=reason, shifted=shifted,
        received_at=at,
    )
    bulk.store([receipt])
    together.learn(COPIES.question(entry=entry_id), [*copies_of(entry_id), receipt] if together.now() else [])
    return receipt


def _free_number() -> str:
    ahead: list[str] = together.known(NUMBERS, list)
    if ahead:
        return ahead.pop()
    while True:
        number = _number()
        if NUMBERED.row(number=number) is None:
            return number


def _number() -> str:
    return ids.code(4, 3).upper()
