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
    from tongxin.vault.keys import Keyring, create_keys, destroy, destroyed, key_ids, keyring, rewrap
    from tongxin.vault.opening import Viewer, open, open_bytes, register_recorder
    from tongxin.vault.sealing import digest_many, put, put_many, seal, seal_many

_HOMES = {
    "tokens": "",
    **dict.fromkeys(("Destroyed", "MissingKey", "NobodyRecords", "Refused"), "faults"),
    **dict.fromkeys(
        ("Keyring", "create_keys", "destroy", "destroyed", "key_ids", "keyring", "rewrap"), "keys"
    ),
    **dict.fromkeys(("Viewer", "open", "open_bytes", "register_recorder"), "opening"),
    **dict.fromkeys(("digest_many", "put", "put_many", "seal", "seal_many"), "sealing"),
}

__all__ = [
    "Destroyed", "Item", "Keyring", "MissingKey", "NobodyRecords", "Owner", "Place", "Refused", "Sealed",
    "SealedField", "Viewer", "create_keys", "destroy", "destroyed", "digest_many", "key_ids", "keyring",
    "open", "open_bytes", "put", "put_many", "register_recorder", "rewrap", "seal", "seal_many", "tokens",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    home = _HOMES[name]
    value = getattr(import_module(f"{__name__}.{home}"), name) if home else import_module(f"{__name__}.{name}")
    globals()[name] = value
    return value
