"""Identifiers that sort by the moment they were made, and codes that people read out."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

# No letters or digits that are read for one another.
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"


def id_in(text: str) -> UUID | None:
    """The id that an address or a page names, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def new_id() -> UUID:
    """A fresh identifier; it says when it was made and nothing else."""
    return UUID(int=uuid7().int)


def code(*groups: int) -> str:
    """Letters and digits to be read out, in groups of these sizes: 31 of them, so nearly 5 bits each."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(size)) for size in groups)
