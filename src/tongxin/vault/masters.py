"""The door to the master key: data keys go in and come out wrapped; where the key lies is decided here alone.

Without TONGXIN_KMS it is a file that this process reads; with it, another process holds it (`kms_client`).
"""

import os
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tongxin.lib import secrets
from tongxin.vault import ciphers
from tongxin.vault.faults import MissingKey

VARIABLE = secrets.KMS


class Fresh(NamedTuple):
    """A data key to be wrapped, with what binds it to its owner."""

    content: bytes
    profile: str
    context: bytes


class Wrapped(NamedTuple):
    """A wrapped data key, with what binds it to its owner, and the id of the master key it is under."""

    blob: bytes
    profile: str
    context: bytes
    master_id: str


class Made(NamedTuple):
    """Data keys wrapped under one master key, in the order asked."""

    master_id: str
    wrapped: list[bytes]


class Masters(Protocol):
    """Whoever holds the master key."""

    def current(self) -> str:
        """The id of the master key in use."""

    def has(self, master_id: str) -> bool:
        """Whether keys under this master key can be unwrapped."""

    def wrap(self, keys: Sequence[Fresh]) -> Made:
        """Data keys under the master key in use."""

    def unwrap(self, keys: Sequence[Wrapped]) -> list[bytes]:
        """The data keys; refused whole when one can't be unwrapped."""


class KeyFile:
    """The master key as a file that this process may read."""

    def current(self) -> str:
        return next(iter(secrets.masters()))

    def has(self, master_id: str) -> bool:
        return master_id in secrets.masters()

    def wrap(self, keys: Sequence[Fresh]) -> Made:
        master_id, master = next(iter(secrets.masters().items()))
        return Made(master_id, [
            ciphers.seal(key.content, key=_wrapping(master, key.profile), profile=key.profile, context=key.context)
            for key in keys
        ])

    def unwrap(self, keys: Sequence[Wrapped]) -> list[bytes]:
        known = secrets.masters()
        return [_unwrapped(key, known) for key in keys]


def at_hand() -> Masters:
    """The holder of the master key that this process was set to."""
    if not os.environ.get(VARIABLE):
        return FILE
    from tongxin.vault.kms_client import at

    return at(os.environ[VARIABLE])


def _unwrapped(key: Wrapped, known: dict[str, bytes]) -> bytes:
    master = known.get(key.master_id)
    if master is None:
        raise MissingKey
    wrapping = _wrapping(master, key.profile)
    try:
        return ciphers.unseal(key.blob, key=wrapping, profile=key.profile, context=key.context)
    except ciphers.Unopened:
        raise MissingKey from None


def _wrapping(master: bytes, profile: str) -> bytes:
    """The key that data keys of a profile are wrapped with."""
    said = b"tongxin wrap " + profile.encode()
    return ciphers.keyed_digest(said, key=master, profile=profile)[: ciphers.SIZES[profile]]


FILE = KeyFile()
