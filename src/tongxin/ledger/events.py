"""Recording that something happened."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.ledger import canonical, subjects
from tongxin.ledger.drafts import Actor, EventDraft
from tongxin.ledger.models import Entry, Event
from tongxin.lib import bulk, ids, together
from tongxin.vault import Keyring, Owner
from tongxin.vault.owners import KINDS

KIND = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


def record(
    *, kind: str, subject: Owner, actor: Actor, at: datetime, clear: Mapping[str, Any],
    entry: Entry | None = None, is_fact: bool = False, keyring: Keyring | None = None,
) -> Event:
    """The event, added to the record."""
    draft = EventDraft(kind, subject, clear, entry.id if entry else None, is_fact)
    return record_many([draft], actor=actor, at=at, keyring=keyring)[0]


def record_many(
    drafts: Sequence[EventDraft], *, actor: Actor, at: datetime, keyring: Keyring | None = None
) -> list[Event]:
    """The events, added to the record in their order."""
    with together.atomic(savepoint=False):
        return _recorded(drafts, actor, at, keyring)


def _recorded(drafts: Sequence[EventDraft], actor: Actor, at: datetime, keyring: Keyring | None) -> list[Event]:
    # Whoever has an entry is a subject already.
    subjects.ensure(draft.subject for draft in drafts if draft.entry_id is None)
    keys = keyring or vault.keyring(draft.subject for draft in drafts)
    keys.want(draft.subject for draft in drafts if draft.subject.kind in KINDS)
    events = [_event(draft, actor, at, keys) for draft in drafts]
    bulk.store(events)
    return events


def _event(draft: EventDraft, actor: Actor, at: datetime, keys: Keyring) -> Event:
    if not KIND.fullmatch(draft.kind):
        raise ValueError(f"an event's kind reads noun.done, not {draft.kind}")
    event_id = ids.new_id()
    clear = canonical.text(draft.clear)
    return Event(
        id=event_id, kind=draft.kind, subject_id=draft.subject.id, entry_id=draft.entry_id,
        person_id=actor.person_id, post_id=actor.post_id, at=at, clear=json.loads(clear),
        digest=_digest(payload_of(event_id, draft, at, clear), draft.subject, keys), is_fact=draft.is_fact,
    )


def payload_of(event_id: UUID, draft: EventDraft, at: datetime, clear: str) -> bytes:
    """The canonical bytes that an event's digest is made of."""
    return canonical.text(
        [event_id, draft.kind, draft.subject.id, draft.entry_id, at, clear, draft.is_fact]
    ).encode()


def _digest(payload: bytes, owner: Owner, keys: Keyring) -> bytes:
    """Keyed by the subject's key, so that nothing can be guessed from it once the key is destroyed."""
    if owner.kind in KINDS:
        try:
            return vault.digest_many([(payload, owner)], keyring=keys)[0]
        except (vault.Destroyed, vault.MissingKey):
            pass
    return hashlib.sha256(payload).digest()
