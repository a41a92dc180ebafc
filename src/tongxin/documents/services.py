"""Adding a file to a child's file, and taking it back; both are facts of the record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.documents import content, store
from tongxin.documents.faults import NotAllowed, NotTaken
from tongxin.documents.kinds import Attachments, Kind, attachments_in
from tongxin.documents.models import CONTENT, Attachment
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Keyring

LABEL = Attachment._meta.label_lower
USED = "页面已过期，没有保存，已有的附件没有变动。请刷新附件页，重新选择文件再传。"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it arrives; `id` is made where it is chosen, so that a second sending is the same file."""

    id: UUID
    name: str
    content: bytes
    kind: str
    title: str = ""
    entry_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """The attachment, and whether something was taken out of the file before it was kept."""

    attachment: Attachment
    was_cleaned: bool


def may_add(*, viewer: Viewer, child_id: UUID, part: str, at: datetime) -> bool:
    """Whether a viewer may add to a part of a file: they read it, and record at least one form of it."""
    forms = [form for form, each in rules.access_rules(at=at).form_parts.items() if each == part]
    asks = [(part, access.READ), *(("", f"record.{form}") for form in forms)]
    allowed = access.allowed(viewer=viewer, child_id=child_id, asks=asks, at=at)
    return (part, access.READ) in allowed and len(allowed) > 1


def add(*, child: Child, file: File, actor: Viewer, at: datetime) -> Added:
    """Keep a file sealed under the child's key, with its fact; `NotTaken` says why not."""
    found = attachments_in(region=rules.region_of(child.county_id), at=at)
    kind = _kind_of(file, found)
    entry = _entry_of(file, child, kind)
    part = _part(kind, entry, at)
    if not may_add(viewer=actor, child_id=child.id, part=part, at=at):
        raise NotAllowed
    if len(file.title) > found.limits["title_characters"]:
        raise NotTaken(f"说明超过 {found.limits['title_characters']} 个字，没有保存。请写短一些。")
    kept = content.examine(file.content, name=file.name, limits=found.limits, is_sound=kind.is_sound)
    keys = vault.keyring([child.key_owner])
    row = Attachment(
        id=file.id, child_id=child.id, entry_id=entry.id if entry else None, kind=kind.id, part=part,
        media_type=kept.media_type, size=len(kept.kept), added_at=at, person_id=actor.person_id, post_id=actor.post_id,
        digest=vault.digest_many([(kept.kept, child.key_owner)], keyring=keys)[0],
    )
    if known := _already(row):
        return Added(known, False)
    vault.put(row, {"file_name": file.name, "title": file.title or None}, keyring=keys)
    sealed = vault.seal(kept.kept, owner=child.key_owner, place=(LABEL, CONTENT, row.id), keyring=keys)
    with transaction.atomic():
        attachment = _keep(row, sealed, entry, most=found.limits["per_child"], actor=actor, keys=keys)
    return Added(attachment, kept.was_cleaned)


def _kind_of(file: File, found: Attachments) -> Kind:
    kind = found.kinds.get(file.kind)
    if kind is None:
        raise NotTaken("没有选附件的种类，没有保存。请选好种类再传。")
    if kind.signs and file.entry_id is None:
        raise NotTaken(f"{kind.zh}要附到它所签的那条记录上，没有保存。请选好记录再传。")
    return kind


def _entry_of(file: File, child: Child, kind: Kind) -> Entry | None:
    if file.entry_id is None or not kind.signs:
        return None
    entry = Entry.objects.filter(id=file.entry_id, subject_id=child.id).first()
    if entry is None:
        raise NotAllowed
    return entry


def _part(kind: Kind, entry: Entry | None, at: datetime) -> str:
    return kind.part if entry is None else rules.access_rules(at=at).part_of(entry.form_id)


def _keep(
    row: Attachment, sealed: bytes, entry: Entry | None, *, most: int, actor: Viewer, keys: Keyring
) -> Attachment:
    """The row with its file and its fact, numbered under the child's lock."""
    ledger.lock_subject(row.key_owner)
    if known := _already(row):
        return known
    others = Attachment.everything.filter(child_id=row.child_id)
    if others.filter(digest=row.digest, kind=row.kind, entry_id=row.entry_id, retracted_at__isnull=True).exists():
        raise NotTaken("这份文件已经在附件里，没有重复保存。")
    row.number = others.count() + 1
    if row.number > most:
        raise NotTaken(f"这份档案已有 {most} 个附件，没有保存。请把多页合成一份 PDF。")
    _write(row, sealed)
    try:
        row.save(force_insert=True)
        ledger.record(
            kind="attachment.added", subject=row.key_owner, actor=actor, at=row.added_at, entry=entry, is_fact=True,
            keyring=keys,
            clear={"attachment": str(row.id), "kind": row.kind, "part": row.part, "digest": bytes(row.digest).hex()},
        )
    except BaseException:
        store.remove(row.id)
        raise
    return row


def _already(row: Attachment) -> Attachment | None:
    """The same file sent a second time; an id that stands for anything else is refused."""
    known = Attachment.everything.filter(id=row.id).first()
    if known is not None and (known.retracted_at or _sent(known) != _sent(row)):
        raise NotTaken(USED)
    return known


def _sent(row: Attachment) -> tuple[object, ...]:
    return row.child_id, row.kind, row.entry_id, bytes(row.digest)


def _write(row: Attachment, sealed: bytes) -> None:
    try:
        store.write(row.id, sealed)
    except FileExistsError:
        raise NotTaken(USED) from None


def retract(*, attachment: Attachment, reason: str, actor: Viewer, at: datetime) -> bool:
    """Take a file back, saying why; it stays sealed in the record. False when it was taken back already."""
    child = attachment.child
    found = attachments_in(region=rules.region_of(child.county_id), at=at)
    if reason not in found.reasons or not may_add(viewer=actor, child_id=child.id, part=attachment.part, at=at):
        raise NotAllowed
    with transaction.atomic():
        ledger.lock_subject(attachment.key_owner)
        standing = Attachment.objects.filter(id=attachment.id, retracted_at__isnull=True)
        if not standing.update(retracted_at=at, retracted_for=reason, retracted_by_post_id=actor.post_id):
            return False
        ledger.record(
            kind="attachment.retracted", subject=attachment.key_owner, actor=actor, at=at, is_fact=True,
            clear={"attachment": str(attachment.id), "reason": reason},
        )
    return True


def forget_about(child_id: UUID) -> int:
    """How many files of an erased child are gone, the sealed bytes with the rows, once this is committed."""
    rows = Attachment.everything.filter(child_id=child_id)
    ids = list(rows.values_list("id", flat=True))
    rows.delete()
    transaction.on_commit(lambda: _remove(ids))
    return len(ids)


def _remove(ids: list[UUID]) -> None:
    for each in ids:
        store.remove(each)
