"""Identifiers that sort by the moment they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh identifier; it says when it was made and nothing else."""
    return UUID(int=uuid7().int)
