"""The attachments that a viewer may see, part by part, and the bytes of one, opened as a look."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.documents import store
from tongxin.documents.faults import NotTaken
from tongxin.documents.models import Attachment

PURPOSE = "attachment"
# Whoever oversees looks also sees what was taken back.
OVERSEES = "log"
GONE = "这份附件的文件不在了，没有打开任何内容。请告知系统管理员，从备份恢复附件文件夹。"
DESTROYED = "这名儿童的档案已依法销毁，附件不能再打开。"


def readable(*, child_id: UUID, viewer: Viewer, at: datetime) -> list[Attachment]:
    """The attachments of a child in the parts that the viewer may read, newest first."""
    rows = Attachment.objects.filter(child_id=child_id)
    found: list[Attachment] = []
    for part in rows.order_by().values_list("part", flat=True).distinct():
        found += access.visible(rows.filter(part=part), viewer=viewer, part=part, at=at)
    return sorted(found, key=lambda row: row.number, reverse=True)


def one(*, attachment_id: UUID, child_id: UUID, viewer: Viewer, at: datetime) -> Attachment | None:
    """An attachment of a child, if the viewer may see it; one taken back only for those who oversee."""
    rows = Attachment.objects.filter(id=attachment_id, child_id=child_id).select_related("child")
    part = rows.values_list("part", flat=True).first()
    row = access.visible(rows, viewer=viewer, part=part, at=at).first() if part else None
    if row and row.retracted_at and not access.may(viewer=viewer, child_id=child_id, part=OVERSEES, at=at):
        return None
    return row


def by_themselves(child_id: UUID) -> list[Attachment]:
    """The attachments of a child that belong to no record, the newest first."""
    return list(Attachment.objects.filter(child_id=child_id, entry_id__isnull=True).order_by("-number"))


def of_records(child_id: UUID, *, kinds: Iterable[str]) -> list[Attachment]:
    """The attachments of some kinds that belong to records of a child and stand, the oldest first."""
    rows = Attachment.objects.filter(child_id=child_id, kind__in=list(kinds), entry_id__isnull=False)
    return list(rows.filter(retracted_at__isnull=True).order_by("number"))


def of_kinds(
    child_ids: Iterable[UUID], *, kinds: Iterable[str], viewer: Viewer, at: datetime
) -> dict[UUID, list[Attachment]]:
    """By child the attachments of some kinds that stand and that the viewer may see, the newest first."""
    rows = Attachment.objects.filter(child_id__in=list(child_ids), kind__in=list(kinds), retracted_at__isnull=True)
    found: dict[UUID, list[Attachment]] = {}
    for part in rows.order_by().values_list("part", flat=True).distinct():
        for row in access.visible(rows.filter(part=part), viewer=viewer, part=part, at=at).order_by("-number"):
            found.setdefault(row.child_id, []).append(row)
    return found


def known(child_id: UUID, ids: Iterable[UUID]) -> list[UUID]:
    """Those of some ids that are attachments of a child."""
    return list(Attachment.objects.filter(child_id=child_id, id__in=list(ids)).values_list("id", flat=True))


def children_of(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Whose attachment each of these ids is, where it is one; those set apart too."""
    return dict(Attachment.everything.filter(id__in=list(ids)).values_list("id", "child_id"))


def signed(entry_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Since when each of these records has a signed scan that stands."""
    rows = Attachment.objects.filter(entry_id__in=list(entry_ids), retracted_at__isnull=True)
    return {row.entry_id: row.added_at for row in rows.order_by("-added_at") if row.entry_id}


def has_any(*, child_id: UUID, kinds: Iterable[str], since: datetime) -> bool:
    """Whether a file of one of these kinds came to a child since a moment and stands."""
    rows = Attachment.objects.filter(child_id=child_id, kind__in=list(kinds), retracted_at__isnull=True)
    return rows.filter(added_at__gte=since).exists()


def set_apart(*, ids: Iterable[UUID], entries: Iterable[UUID]) -> list[Attachment]:
    """The attachments of what was set apart: those chosen by themselves, and those that belong to its records."""
    rows = Attachment.everything.filter(Q(id__in=list(ids)) | Q(entry_id__in=list(entries)))
    return list(rows.order_by("number"))


def opened(
    attachment: Attachment, *, viewer: Viewer, at: datetime, purpose: str = PURPOSE, part: str = "",
    route: str = "attachment",
) -> bytes:
    """The bytes of an attachment; the look is written down first."""
    sealed = store.read(attachment.id)
    if sealed is None:
        raise NotTaken(GONE)
    (content,) = vault.open_bytes(
        [attachment.sealed(sealed)], viewer=viewer, purpose=purpose, part=part or attachment.part, route=route, at=at
    )
    if content is None:
        raise NotTaken(DESTROYED)
    return content


def missing() -> int:
    """How many attachments have no file in the data folder."""
    return sum(not store.is_there(key) for key in Attachment.everything.values_list("id", flat=True).iterator())
