"""Keeping entries: once, numbered under the subject's lock, sealed whole under the subject's key."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, UUIDField

from tongxin import vault
from tongxin.ledger import apart, canonical, subjects
from tongxin.ledger.drafts import Actor, Draft
from tongxin.ledger.faults import DifferentCopy
from tongxin.ledger.models import Entry, HeldEntry, Subject
from tongxin.lib import bulk, together
from tongxin.lib.prepared import Prepared
from tongxin.vault import Keyring, Owner

CHUNK = 500
ABOUT = Prepared(
    lambda subject: Entry.objects.filter(subject_id=subject).select_related("subject").order_by("subject_seq"),
    subject=UUIDField(),
)

ONE = Prepared(lambda entry: Entry.everything.filter(id=entry).select_related("subject"), entry=UUIDField())


class Kept(NamedTuple):
    """The entry on record, and whether this call put it there."""

    entry: Entry
    is_new: bool


def keep_entry(
    *, entry_id: UUID, subject: Owner, kind: str, form_hash: str, occurred_at: datetime,
    recorded_at: datetime, actor: Actor, clear: Mapping[str, Any], answers: Mapping[str, Any],
    device: str = "", supersedes: UUID | None = None, correction_kind: str = "",
    keyring: Keyring | None = None,
) -> Kept:
    """Keep an entry as it was written down; a second equal copy changes nothing (C1)."""
    draft = Draft(
        entry_id, subject, kind, form_hash, occurred_at, clear, answers, device, supersedes, correction_kind
    )
    return keep_entries([draft], recorded_at=recorded_at, actor=actor, keyring=keyring)[0]


def keep_entries(
    drafts: Sequence[Draft], *, recorded_at: datetime, actor: Actor, keyring: Keyring | None = None
) -> list[Kept]:
    """Keep many entries in their order, all or none; `DifferentCopy` names the first that contradicts."""
    with together.atomic():
        return _kept(drafts, recorded_at, actor, keyring)


def _kept(
    drafts: Sequence[Draft], recorded_at: datetime, actor: Actor, keyring: Keyring | None
) -> list[Kept]:
    keys = keyring or vault.keyring(draft.subject for draft in drafts)
    rows = subjects.lock(draft.subject for draft in drafts)
    digests = vault.digest_many([(draft.payload(), draft.subject) for draft in drafts], keyring=keys)
    known = _known([draft.entry_id for draft in drafts])
    kept: list[Kept] = []
    fresh: list[Entry] = []
    for draft, digest in zip(drafts, digests, strict=True):
        entry = known.get(draft.entry_id)
        if entry is None:
            entry = _numbered(draft, rows[draft.subject.id], digest, recorded_at, actor)
            known[entry.id] = entry
            fresh.append(entry)
            kept.append(Kept(entry, True))
        elif bytes(entry.digest) == digest:
            kept.append(Kept(entry, False))
        else:
            raise DifferentCopy(draft.entry_id)
    _store(fresh, {draft.entry_id: draft for draft in drafts}, keys)
    _count_up(rows, Counter(entry.subject_id for entry in fresh))
    return kept


@transaction.atomic
def hold(
    draft: Draft, *, reason: str, at: datetime, actor: Actor, keyring: Keyring | None = None
) -> HeldEntry:
    """Keep a contradicting copy whole, sealed, for a person to settle."""
    subjects.ensure([draft.subject])
    held = HeldEntry(
        entry_id=draft.entry_id, subject_id=draft.subject.id, reason=reason, received_at=at,
        person_id=actor.person_id, post_id=actor.post_id,
    )
    place = (HeldEntry._meta.label_lower, "content", held.id)
    held.content = vault.seal(draft.payload(), owner=draft.subject, place=place, keyring=keyring)
    held.save(force_insert=True)
    return held


def settle_held(copies: Mapping[UUID, tuple[datetime, UUID | None] | None]) -> None:
    """Make held copies equal to what the record says of them: settled when and by whom, or None while they wait."""
    if not copies:
        return
    for held in HeldEntry.objects.filter(id__in=list(copies)).defer("content"):
        at, by = copies[held.id] or (None, None)
        if (held.settled_at, held.settled_by) != (at, by):
            HeldEntry.objects.filter(id=held.id).update(settled_at=at, settled_by=by)


def facts(subject: Owner) -> list[Entry]:
    """All entries about a subject in the order in which they were recorded."""
    return ABOUT.rows(subject=subject.id)


def open_entries(
    entries: Sequence[Entry], *, viewer: vault.Viewer, purpose: str, at: datetime,
    part: str = "answers", route: str = "",
) -> list[dict[str, Any] | None]:
    """The answers behind entries, recorded as one look; None where the key was destroyed."""
    texts = vault.open(
        [entry.sealed for entry in entries], viewer=viewer, purpose=purpose, at=at, part=part, route=route
    )
    return apart.spoken(entries, [None if text is None else json.loads(text) for text in texts])


def read_ahead(entries: Sequence[UUID]) -> None:
    """Which of the entries that pieces done together may keep are on record."""
    found = _found(entries)
    for entry_id in entries:
        together.learn(ONE.question(entry=entry_id), [found[entry_id]] if entry_id in found else [])


def _known(keys: Sequence[UUID]) -> dict[UUID, Entry]:
    if len(keys) == 1:
        return {row.id: row for row in ONE.rows(entry=keys[0])}
    return _found(keys)


def _found(keys: Sequence[UUID]) -> dict[UUID, Entry]:
    found: dict[UUID, Entry] = {}
    for start in range(0, len(keys), CHUNK):
        rows = Entry.everything.filter(id__in=keys[start : start + CHUNK]).select_related("subject")
        found.update((row.id, row) for row in rows)
    return found


def _numbered(draft: Draft, subject: Subject, digest: bytes, recorded_at: datetime, actor: Actor) -> Entry:
    subject.seq += 1
    return Entry(
        id=draft.entry_id, subject=subject, subject_seq=subject.seq, kind=draft.kind,
        form_hash=draft.form_hash, occurred_at=draft.occurred_at, recorded_at=recorded_at,
        person_id=actor.person_id, post_id=actor.post_id, device=draft.device,
        supersedes_id=draft.supersedes, correction_kind=draft.correction_kind,
        clear=json.loads(canonical.text(draft.clear)), digest=digest,
    )


def _store(entries: Sequence[Entry], drafts: Mapping[UUID, Draft], keys: Keyring) -> None:
    if not entries:
        return
    label = Entry._meta.label_lower
    ordered = [drafts[entry.id] for entry in entries]
    blobs = vault.seal_many(
        [(canonical.text(d.answers), d.subject, (label, "sealed", d.entry_id)) for d in ordered], keyring=keys
    )
    for entry, blob in zip(entries, blobs, strict=True):
        entry.sealed = blob
        entry.key_id = keys[drafts[entry.id].subject].id
    bulk.store(entries)
    for entry in entries:
        together.learn(ONE.question(entry=entry.id), [entry])


def _count_up(rows: Mapping[UUID, Subject], added: Mapping[UUID, int]) -> None:
    """Their rows are locked, so what was counted here is what holds."""
    if together.now():
        for subject_id in added:
            bulk.put(rows[subject_id])
        return
    if len(added) <= bulk.FEW:
        for subject_id in added:
            bulk.change(rows[subject_id], "seq")
        return
    for count in set(added.values()):
        keys = [key for key, number in added.items() if number == count]
        for start in range(0, len(keys), CHUNK):
            Subject.objects.filter(id__in=keys[start : start + CHUNK]).update(seq=F("seq") + count)
