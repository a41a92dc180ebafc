"""Writing sealed values, and digests that only the owner's key can make."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model

from tongxin.vault import ciphers
from tongxin.vault.keys import Keyring, derived
from tongxin.vault.owners import Item, Owner, Place, context


def seal(
    content: str | bytes, *, owner: Owner, place: Place | tuple[str, str, UUID | int | str],
    keyring: Keyring | None = None,
) -> bytes:
    """One value sealed under its owner's key for one place (model label, field, row id)."""
    return seal_many([(content, owner, place)], keyring=keyring)[0]


def seal_many(items: Sequence[Item], *, keyring: Keyring | None = None) -> list[bytes]:
    """Values sealed each for its owner and place, with one key query for all of them."""
    keys = keyring or Keyring()
    keys.want(owner for _, owner, _ in items)
    return [_sealed(content, owner, Place(*place), keys) for content, owner, place in items]


def put(instance: Model, values: Mapping[str, str | None], *, keyring: Keyring | None = None) -> None:
    """Seal `values` onto the sealed fields of an unsaved or saved row; None empties a field."""
    put_many([(instance, values)], keyring=keyring)


def put_many(
    rows: Sequence[tuple[Model, Mapping[str, str | None]]], *, keyring: Keyring | None = None
) -> None:
    """Seal values onto many rows with one key query; each row has its `key_owner` and its id."""
    wanted = [(row, name, text) for row, values in rows for name, text in values.items()]
    items = [_item(row, name, text) for row, name, text in wanted if text is not None]
    blobs = iter(seal_many(items, keyring=keyring))
    for row, name, text in wanted:
        setattr(row, name, None if text is None else next(blobs))


def digest_many(items: Iterable[tuple[bytes, Owner]], *, keyring: Keyring | None = None) -> list[bytes]:
    """Keyed digests: the same content under the same owner gives the same bytes, to nobody else."""
    wanted = list(items)
    keys = keyring or Keyring()
    keys.want(owner for _, owner in wanted)
    return [
        ciphers.keyed_digest(content, key=derived(keys[owner], b"digest"), profile=keys[owner].profile)
        for content, owner in wanted
    ]


def _item(row: Any, name: str, text: str) -> Item:
    if row.pk is None:
        raise ValueError("a row needs its id before its values are sealed")
    return text, row.key_owner, Place(row._meta.label_lower, name, row.pk)


def _sealed(content: str | bytes, owner: Owner, place: Place, keys: Keyring) -> bytes:
    key = keys[owner]
    return ciphers.seal(
        content.encode() if isinstance(content, str) else content,
        key=key.content,
        profile=key.profile,
        context=context(model=place.model, field=place.field, owner=owner, row=place.row),
    )
