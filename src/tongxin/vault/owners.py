"""Whose key seals a value, and where the value stands."""

from typing import NamedTuple
from uuid import UUID

KINDS = frozenset({"child", "household", "adult", "staff", "intake", "file"})


class Owner(NamedTuple):
    """One key owner: each sealed value has exactly one (spine B3)."""

    kind: str
    id: UUID


class Place(NamedTuple):
    """Where a sealed value stands: model label, field, row. A value moved elsewhere doesn't open."""

    model: str
    field: str
    row: UUID | int | str


Item = tuple[str | bytes, Owner, Place | tuple[str, str, UUID | int | str]]


def context(*, model: str, field: str, owner: Owner, row: UUID | int | str | None) -> bytes:
    """The bytes that bind a value to its place (additional authenticated data)."""
    return "\x1f".join((model.lower(), field, owner.kind, owner.id.hex, str(row))).encode()
