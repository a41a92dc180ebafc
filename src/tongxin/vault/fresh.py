"""Keys for many new owners at once, handed over unwrapped: an import seals under them right away."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from tongxin.lib import bulk, secrets
from tongxin.vault.keys import ALIAS, DataKey, Keyring, create_keys, fetch, new_row
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import Owner

COLUMNS = ("id", "owner_kind", "owner_id", "wrapped", "master_id", "profile", "created_at", "destroyed_at")


def create_many(owners: Iterable[Owner], *, at: datetime) -> Keyring:
    """A key for each owner that has none, as `create_keys`; those of an import cut short are found again."""
    wanted = list(dict.fromkeys(owners))
    found = fetch(wanted)
    profile = settings.TONGXIN_CIPHER_PROFILE
    master_id, master = next(iter(secrets.masters().items()))
    rows: list[SubjectKey] = []
    for owner in wanted:
        if owner not in found:
            row, content = new_row(owner, master_id, master, profile, at)
            found[owner] = DataKey(row.id, profile, content)
            rows.append(row)
    try:
        with transaction.atomic(using=ALIAS):
            values = ([row.__dict__[column] for column in COLUMNS] for row in rows)
            bulk.insert(SubjectKey, COLUMNS, values, using=ALIAS)
    except IntegrityError:
        # Somebody else made some of them meanwhile; theirs hold.
        return create_keys(wanted, at=at)
    return Keyring(known=found)
