"""Keys for many new owners at once: an import seals under them right away and stores them first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from tongxin.lib import bulk, ids
from tongxin.lib.bulk import Laid
from tongxin.vault import ciphers, masters
from tongxin.vault.keys import ALIAS, DataKey, Keyring, context_of
from tongxin.vault.masters import Fresh
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import Owner

COLUMNS = ("id", "owner_kind", "owner_id", "wrapped", "master_id", "profile", "created_at", "destroyed_at")


class FreshKeys(NamedTuple):
    """Keys to seal under, and the rows by which they are kept."""

    keyring: Keyring
    rows: "FreshRows"


class FreshRows(NamedTuple):
    """Rows ready to be stored, and under which master key they are wrapped."""

    laid: Laid
    master_id: str


def fresh_keys(
    owners: Iterable[Owner], *, at: datetime, known: Mapping[Owner, DataKey | None] | None = None
) -> FreshKeys:
    """A key for each owner without one in `known`; nothing is read from or written to a database."""
    found = dict(known or {})
    profile = settings.TONGXIN_CIPHER_PROFILE
    fresh = {
        owner: DataKey(UUID(int=ids.new_id().int), profile, ciphers.new_key(profile))
        for owner in dict.fromkeys(owners) if owner not in found
    }
    made = masters.at_hand().wrap(
        [Fresh(key.content, profile, context_of(*owner, profile)) for owner, key in fresh.items()]
    )
    rows = [
        (key.id, owner.kind, owner.id, wrapped, made.master_id, profile, at, None)
        for (owner, key), wrapped in zip(fresh.items(), made.wrapped, strict=True)
    ]
    laid = bulk.lay_out((SubjectKey, COLUMNS, rows), using=ALIAS)
    return FreshKeys(Keyring(known={**found, **fresh}), FreshRows(laid, made.master_id))


def keep(rows: FreshRows) -> bool:
    """Store fresh keys, before anything sealed under them; False, and none stored, when they have to be made anew.

    That is when one exists already, or when their master key was taken out of use meanwhile.
    """
    try:
        with transaction.atomic(using=ALIAS):
            bulk.write(rows.laid, using=ALIAS)
            is_kept = masters.at_hand().has(rows.master_id)
            transaction.set_rollback(not is_kept, using=ALIAS)
    except IntegrityError:
        return False
    return is_kept

