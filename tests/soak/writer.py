"""A process that writes to the ledger until it is ended; each entry is named on its output once it is kept."""

import random
import sys
from uuid import UUID

import django

django.setup()

from django.db import OperationalError, transaction  # noqa: E402

from tests.ledger.record import draft, happened, keep  # noqa: E402
from tongxin import ledger, vault  # noqa: E402


class RolledBack(Exception):
    """Thrown on purpose."""


def main(seed: str, *children: str) -> None:
    """Write about these children; one in nine writings is taken back, a database in use is asked again."""
    chance = random.Random(seed)
    owners = [vault.Owner("child", UUID(each)) for each in children]
    while True:
        child = chance.choice(owners)
        try:
            with transaction.atomic():
                entry = keep(draft(child))[0].entry
                ledger.enqueue(happened(child, "task.opened", entry=entry), ["tell_owner"])
                if not chance.randrange(9):
                    raise RolledBack
        except (RolledBack, OperationalError):
            continue
        print(entry.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
