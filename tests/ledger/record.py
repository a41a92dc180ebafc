"""Short ways to put something on record in these tests."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from tongxin import ledger, vault
from tongxin.lib import ids

PATIENCE = 30
AT = datetime(2025, 12, 30, 1, 0, tzinfo=UTC)
ACTOR = SimpleNamespace(person_id=uuid4(), post_id=uuid4())


def new_child() -> vault.Owner:
    owner = vault.Owner("child", uuid4())
    vault.create_keys([owner], at=AT)
    return owner


def draft(subject: vault.Owner, *, entry_id: UUID | None = None, **changes: Any) -> ledger.Draft:
    values: dict[str, Any] = {
        "kind": "visit", "form_hash": "f" * 64, "occurred_at": AT,
        "clear": {"mood": "low"}, "answers": {"note": "孩子说想妈妈"},
    }
    return ledger.Draft(entry_id or ids.new_id(), subject, **{**values, **changes})


def keep(*drafts: ledger.Draft) -> list[ledger.Kept]:
    return ledger.keep_entries(drafts, recorded_at=AT, actor=ACTOR)


def happened(subject: vault.Owner, kind: str = "visit.recorded", **more: Any) -> Any:
    return ledger.record(kind=kind, subject=subject, actor=ACTOR, at=AT, clear={"level": "low"}, **more)


def seal_all() -> int:
    """How many rows were sealed until none was left: other tests' open writes hold PostgreSQL's horizon."""
    total = 0
    give_up = time.monotonic() + PATIENCE
    while True:
        total += ledger.seal_new(now=AT + timedelta(seconds=1))
        if not ledger.unsealed().rows or time.monotonic() > give_up:
            return total
        time.sleep(0.01)
