"""The only way from sealed bytes to words. The look is written down first; if it can't be, nothing opens."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from tongxin.vault import ciphers
from tongxin.vault.faults import Destroyed, NobodyRecords, Refused
from tongxin.vault.keys import Keyring
from tongxin.vault.owners import Owner, context
from tongxin.vault.sealed import Sealed

Content = TypeVar("Content", str, bytes)


class Viewer(Protocol):
    """Who looks: a person acting from a post; the worker has neither."""

    @property
    def person_id(self) -> UUID | None: ...

    @property
    def post_id(self) -> UUID | None: ...


class Recorder(Protocol):
    """Writes down one look at some owners, in a short transaction of its own when none is open."""

    def __call__(
        self, *, viewer: Viewer, owners: Sequence[Owner], purpose: str, part: str, route: str, at: datetime
    ) -> None: ...


_recorders: list[Recorder] = []


def register_recorder(recorder: Recorder) -> None:
    """Let `recorder` write every look down; the ledger registers itself when Django starts."""
    _recorders[:] = [recorder]


def open(
    values: Sequence[Sealed | None], *, viewer: Viewer, purpose: str, at: datetime,
    part: str = "identity", route: str = "",
) -> list[str | None]:
    """The words behind `values`, in their order; None where nothing is stored or the key was destroyed."""
    return _opened(values, bytes.decode, viewer=viewer, purpose=purpose, at=at, part=part, route=route)


def open_bytes(
    values: Sequence[Sealed | None], *, viewer: Viewer, purpose: str, at: datetime,
    part: str = "identity", route: str = "",
) -> list[bytes | None]:
    """As `open`, for files."""
    return _opened(values, bytes, viewer=viewer, purpose=purpose, at=at, part=part, route=route)


def _opened(
    values: Sequence[Sealed | None], read: Callable[[bytes], Content], *, viewer: Viewer, purpose: str,
    at: datetime, part: str, route: str,
) -> list[Content | None]:
    present = [value for value in values if value is not None]
    if not purpose:
        raise ValueError("a look needs a purpose")
    if not present:
        return [None] * len(values)
    owners = list(dict.fromkeys(value.owner for value in present))
    if not _recorders:
        raise NobodyRecords
    _recorders[0](viewer=viewer, owners=owners, purpose=purpose, part=part, route=route, at=at)
    keys = Keyring(owners)
    return [None if value is None else _one(value, keys, read) for value in values]


def _one(value: Sealed, keys: Keyring, read: Callable[[bytes], Content]) -> Content | None:
    try:
        key = keys[value.owner]
    except Destroyed:
        return None
    place = context(model=value.model, field=value.field, owner=value.owner, row=value.row)
    try:
        return read(ciphers.unseal(value.blob, key=key.content, profile=key.profile, context=place))
    except ciphers.Unopened:
        raise Refused(value.model, value.field) from None
