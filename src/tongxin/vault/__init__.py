"""The only door to sealed words: keys, sealing, and opening that is recorded first.

Loaded on first use, since Django's models aren't ready when an app's package is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tongxin.vault.fields import SealedField
from tongxin.vault.owners import Item, Owner, Place
from tongxin.vault.sealed import Sealed

if TYPE_CHECKING:
    from tongxin.vault import tokens
    from tongxin.vault.faults import Destroyed, MissingKey, NobodyRecords, Refused
    from tongxin.vault.fresh import FreshKeys, FreshRows, fresh_keys, keep
    from tongxin.vault.keys import (
        DataKey,
        Keyring,
        create_keys,
        destroy,
        destroyed,
        fetch,
        finish_rotation,
        key_ids,
        keyring,
        rewrap,
    )
    from tongxin.vault.opening import Viewer, open, open_bytes, register_recorder
    from tongxin.vault.sealing import digest_many, put, put_many, seal, seal_many

_NAMES = {
    "faults": ("Destroyed", "MissingKey", "NobodyRecords", "Refused"),
    "fresh": ("FreshKeys", "FreshRows", "fresh_keys", "keep"),
    "keys": (
        "DataKey", "Keyring", "create_keys", "destroy", "destroyed", "fetch", "finish_rotation", "key_ids", "keyring",
        "rewrap",
    ),
    "opening": ("Viewer", "open", "open_bytes", "register_recorder"),
    "sealing": ("digest_many", "put", "put_many", "seal", "seal_many"),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = [
    "DataKey", "Destroyed", "FreshKeys", "FreshRows", "Item", "Keyring", "MissingKey", "NobodyRecords", "Owner",
    "Place", "Refused", "Sealed", "SealedField", "Viewer", "create_keys", "destroy", "destroyed", "digest_many",
    "fetch", "finish_rotation", "fresh_keys", "keep", "key_ids", "keyring", "open", "open_bytes", "put", "put_many",
    "register_recorder", "rewrap", "seal", "seal_many", "tokens",
]


def __getattr__(name: str) -> Any:
    if name == "tokens":
        return import_module(f"{__name__}.tokens")
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
