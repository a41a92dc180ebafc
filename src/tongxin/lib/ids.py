"""Identifiers that sort by the moment they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7


def id_in(text: str) -> UUID | None:
    """The id that an address or a page names, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def new_id() -> UUID:
    """A fresh identifier; it says when it was made and nothing else."""
    return UUID(int=uuid7().int)
