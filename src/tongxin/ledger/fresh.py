"""First entries about subjects that are new to the record, many at once, made ready before they are written.

Sealing and digests take longer than writing, and a database that other people write to is not kept
waiting for them.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from tongxin import vault
from tongxin.ledger import canonical
from tongxin.ledger.drafts import Actor, Draft, EventDraft
from tongxin.ledger.events import made
from tongxin.ledger.models import Entry, Event, Subject
from tongxin.lib.bulk import Table
from tongxin.vault import Keyring

EVENT = ("id", "kind", "subject", "entry", "person_id", "post_id", "at", "clear", "digest", "is_fact")
ENTRY = (
    "id", "subject", "subject_seq", "kind", "form_hash", "occurred_at", "recorded_at", "person_id", "post_id",
    "device", "supersedes", "correction_kind", "clear", "sealed", "key_id", "digest",
)


def first_entries(
    drafts: Sequence[Draft], *, told: Sequence[EventDraft], recorded_at: datetime, actor: Actor, keyring: Keyring
) -> list[Table]:
    """The rows of subjects, entries and events, to be written in this order in one transaction."""
    digests = vault.digest_many([(draft.payload(), draft.subject) for draft in drafts], keyring=keyring)
    label = Entry._meta.label_lower
    blobs = vault.seal_many(
        [(canonical.text(d.answers), d.subject, (label, "sealed", d.entry_id)) for d in drafts], keyring=keyring
    )
    subjects = [(draft.subject.id, draft.subject.kind, 1) for draft in drafts]
    person, post = actor.person_id, actor.post_id
    entries = [
        (d.entry_id, d.subject.id, 1, d.kind, d.form_hash, d.occurred_at, recorded_at, person, post, d.device,
         None, d.correction_kind, json.loads(canonical.text(d.clear)), blob, keyring[d.subject].id, digest)
        for d, blob, digest in zip(drafts, blobs, digests, strict=True)
    ]
    events = [made(draft, actor, recorded_at, keyring) for draft in told]
    return [
        (Subject, ("id", "kind", "seq"), subjects), (Entry, ENTRY, entries),
        (Event, EVENT, [
            (e.id, e.kind, e.subject_id, e.entry_id, e.person_id, e.post_id, e.at, e.clear, e.digest, e.is_fact)
            for e in events
        ]),
    ]
