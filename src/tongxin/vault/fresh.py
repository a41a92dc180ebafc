"""Keys for many new owners at once: an import seals under them right away and stores them first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from tongxin.lib import bulk, ids, secrets
from tongxin.lib.bulk import Laid
from tongxin.vault import ciphers
from tongxin.vault.keys import ALIAS, DataKey, Keyring, context_of, wrapping
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import Owner

COLUMNS = ("id", "owner_kind", "owner_id", "wrapped", "master_id", "profile", "created_at", "destroyed_at")


class FreshKeys(NamedTuple):
    """Keys to seal under, and the rows by which they are kept."""

    keyring: Keyring
    rows: Laid


def fresh_keys(
    owners: Iterable[Owner], *, at: datetime, known: Mapping[Owner, DataKey | None] | None = None
) -> FreshKeys:
    """A key for each owner without one in `known`; nothing is read from or written to a database."""
    found = dict(known or {})
    profile = settings.TONGXIN_CIPHER_PROFILE
    master_id, master = next(iter(secrets.masters().items()))
    wrap = wrapping(master, profile)
    rows: list[tuple[Any, ...]] = []
    for owner in dict.fromkeys(owners):
        if owner in found:
            continue
        key = found[owner] = DataKey(UUID(int=ids.new_id().int), profile, ciphers.new_key(profile))
        context = context_of(owner.kind, owner.id, profile)
        wrapped = ciphers.seal(key.content, key=wrap, profile=profile, context=context)
        rows.append((key.id, owner.kind, owner.id, wrapped, master_id, profile, at, None))
    return FreshKeys(Keyring(known=found), bulk.lay_out((SubjectKey, COLUMNS, rows), using=ALIAS))


def keep(rows: Laid) -> bool:
    """Store fresh keys, before anything sealed under them; False, and none stored, when one exists already."""
    try:
        with transaction.atomic(using=ALIAS):
            bulk.write(rows, using=ALIAS)
    except IntegrityError:
        return False
    return True

