"""First entries about subjects that are new to the record, many at once, made ready before they are written.

Sealing and digests take longer than writing, and a database that other people write to is not kept
waiting for them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tongxin import vault
from tongxin.ledger import canonical
from tongxin.ledger.drafts import Actor, Draft, EventDraft
from tongxin.ledger.events import payload_of
from tongxin.ledger.models import Entry, Event, Subject
from tongxin.lib import ids
from tongxin.lib.bulk import Table
from tongxin.vault import DataKey, Keyring, ciphers
from tongxin.vault.keys import derived

EVENT = ("id", "kind", "subject", "entry", "person_id", "post_id", "at", "clear", "digest", "is_fact")
ENTRY = (
    "id", "subject", "subject_seq", "kind", "form_hash", "occurred_at", "recorded_at", "person_id", "post_id",
    "device", "supersedes", "correction_kind", "clear", "sealed", "key_id", "digest",
)


class First(NamedTuple):
    """A subject's first entry with what happened by it."""

    draft: Draft
    told: Sequence[EventDraft]


def first_entries(
    firsts: Sequence[First], *, recorded_at: datetime, actor: Actor, keyring: Keyring
) -> list[Table]:
    """The rows of subjects, entries and events, to be written in this order in one transaction."""
    writing = _Writing(recorded_at, actor.person_id, actor.post_id, keyring)
    label = Entry._meta.label_lower
    blobs = vault.seal_many(
        [
            (canonical.text(draft.answers), draft.subject, (label, "sealed", draft.entry_id))
            for draft, _ in firsts
        ],
        keyring=keyring,
    )
    entries, events = [], []
    for (draft, told), blob in zip(firsts, blobs, strict=True):
        key = keyring[draft.subject]
        entries.append(writing.entry(draft, blob, key))
        events += [writing.event(each, key) for each in told]
    subjects = [(draft.subject.id, draft.subject.kind, 1) for draft, _ in firsts]
    return [(Subject, ("id", "kind", "seq"), subjects), (Entry, ENTRY, entries), (Event, EVENT, events)]


class _Writing:
    def __init__(self, at: datetime, person: UUID | None, post: UUID | None, keyring: Keyring) -> None:
        self.at, self.person, self.post, self.keyring = at, person, post, keyring

    def entry(self, draft: Draft, blob: bytes, key: DataKey) -> tuple[Any, ...]:
        return (
            draft.entry_id, draft.subject.id, 1, draft.kind, draft.form_hash, draft.occurred_at, self.at,
            self.person, self.post, draft.device, None, draft.correction_kind, draft.clear, blob,
            self.keyring[draft.subject].id, _digest(key, draft.payload()),
        )

    def event(self, draft: EventDraft, key: DataKey) -> tuple[Any, ...]:
        event_id = ids.new_id()
        clear = canonical.text(draft.clear)
        payload = payload_of(event_id, draft, self.at, clear)
        return (
            event_id, draft.kind, draft.subject.id, draft.entry_id, self.person, self.post, self.at,
            json.loads(clear), _digest(key, payload), draft.is_fact,
        )


def _digest(key: DataKey, content: bytes) -> bytes:
    return ciphers.keyed_digest(content, key=derived(key, b"digest"), profile=key.profile)

