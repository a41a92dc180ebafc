"""What was recorded, what happened, who looked and what is still to do: append-only, sealed, provable.

Loaded on first use, since Django's models aren't ready when an app's package is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongxin.ledger.drafts import Actor, Draft, EventDraft
    from tongxin.ledger.entries import Kept, facts, hold, keep_entries, keep_entry, open_entries, settle_held
    from tongxin.ledger.events import record, record_many
    from tongxin.ledger.faults import DifferentCopy
    from tongxin.ledger.findings import Finding, Report
    from tongxin.ledger.heads import Head, export_head, head, read_head
    from tongxin.ledger.looks import record_look
    from tongxin.ledger.sealer import Tail, seal_new, unsealed
    from tongxin.ledger.subjects import lock_subject
    from tongxin.ledger.verification import summarise_new, verify
    from tongxin.ledger.work import (
        beat,
        claim,
        dead,
        enqueue,
        enqueue_many,
        fail,
        finish,
        finish_all,
        is_worker_late,
        last_beat,
    )

_NAMES = {
    "drafts": ("Actor", "Draft", "EventDraft"),
    "entries": ("Kept", "facts", "hold", "keep_entries", "keep_entry", "open_entries", "settle_held"),
    "events": ("record", "record_many"),
    "faults": ("DifferentCopy",),
    "findings": ("Finding", "Report"),
    "heads": ("Head", "export_head", "head", "read_head"),
    "looks": ("record_look",),
    "sealer": ("Tail", "seal_new", "unsealed"),
    "subjects": ("lock_subject",),
    "verification": ("summarise_new", "verify"),
    "work": (
        "beat", "claim", "dead", "enqueue", "enqueue_many", "fail", "finish", "finish_all", "is_worker_late",
        "last_beat",
    ),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = [
    "Actor", "DifferentCopy", "Draft", "EventDraft", "Finding", "Head", "Kept", "Report", "Tail",
    "beat", "claim", "dead", "enqueue", "enqueue_many", "export_head", "facts", "fail", "finish", "finish_all", "head",
    "hold", "is_worker_late", "keep_entries", "keep_entry", "last_beat", "lock_subject", "open_entries",
    "read_head",
    "record", "record_look", "record_many", "seal_new", "settle_held", "summarise_new", "unsealed", "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
