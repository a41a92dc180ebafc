"""Files that a stopped phone sent: kept sealed until somebody has looked, then with their record or put aside."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.documents import content
from tongxin.documents.faults import NotAllowed as MayNotAdd
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.documents.services import File
from tongxin.flows import arriving_blobs as blobs
from tongxin.flows import attaching
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.models import Arrival, Blob

DECIDE = "decide_arrivals"
UNCHOSEN = "没有处理：请选一种处理办法。"
GONE = "这个文件刚刚已经由别人处理了，没有再改动。"
NOT_YOURS = "您的岗位不能给这份档案加附件，没有改动。请县（区）个案管理员处理。"


def waiting_files(*, viewer: Viewer, at: datetime) -> QuerySet[Blob]:
    """What the viewer may decide, the oldest first; never what they sent themselves."""
    if viewer.person_id is None or not access.may_do(viewer=viewer, action=DECIDE, at=at):
        return Blob.objects.none()
    seen = access.visible(Child.objects.all(), viewer=viewer, part="roster", at=at)
    rows = Blob.objects.filter(held_at__isnull=False, settled_at__isnull=True, child_id__in=seen.values("id"))
    return rows.exclude(device__person_id=viewer.person_id).select_related("device").order_by("held_at", "id")


def opened(*, blob_id: UUID, viewer: Viewer, at: datetime) -> tuple[bytes, str]:
    """The file as it would be kept, and what it is; `Refused` when its bytes are nothing that can be kept."""
    blob, child, entry = _found(blob_id, viewer, at)
    file = _opened(blob, child, entry, viewer, at)
    found = attachments_in(region=rules.region_of(child.county_id), at=at)
    try:
        kept = content.examine(
            file.content, name="", limits=found.limits, is_sound=found.kinds[file.kind].is_sound
        )
    except NotTaken as no:
        raise Refused.because(no.zh) from None
    return kept.kept, kept.media_type


@transaction.atomic
def keep_file(*, blob_id: UUID, actor: Viewer, at: datetime) -> None:
    """It stands with its record, in the name of whoever decided."""
    blob, child, entry = _found(blob_id, actor, at)
    file = _opened(blob, child, entry, actor, at)
    try:
        attaching.add(child=child, file=file, actor=actor, at=at)
    except NotTaken as no:
        raise Refused.because(no.zh) from None
    except MayNotAdd:
        raise Refused.because(NOT_YOURS) from None
    _settle(blob, child, Arrival.RECORDED, actor, at)
    blobs.note_attached(blob, at=at)


@transaction.atomic
def put_file_aside(*, blob_id: UUID, actor: Viewer, at: datetime) -> None:
    """It is not used; it stays sealed as it came."""
    blob, child, _ = _found(blob_id, actor, at)
    _settle(blob, child, Arrival.ASIDE, actor, at)


def refuse_unchosen(*, blob_id: UUID, actor: Viewer, at: datetime) -> None:
    """Nothing was chosen; only whoever may decide about the file is told so."""
    _found(blob_id, actor, at)
    raise Refused.because(UNCHOSEN)


def may_look(blob: Blob, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the viewer reads the part of the child's file to which it belongs."""
    entry, child = blobs.entry_of(blob), _child_of(blob)
    if entry is None or child is None:
        return False
    return access.may(viewer=viewer, child_id=child.id, part=_part(blob, child, entry, at), at=at)


def _found(blob_id: UUID, viewer: Viewer, at: datetime) -> tuple[Blob, Child, Entry]:
    """The file for one who may decide about it, alone until the transaction ends."""
    with transaction.atomic():
        blob = Blob.objects.select_for_update(of=("self",)).select_related("device").filter(id=blob_id).first()
    if blob is not None and blob.settled_at is not None:
        raise Refused.because(GONE)
    allowed = waiting_files(viewer=viewer, at=at).filter(id=blob_id).exists()
    if blob is None or not allowed or not may_look(blob, viewer=viewer, at=at):
        raise NotAllowed
    entry = blobs.entry_of(blob)
    child = _child_of(blob)
    assert entry is not None and child is not None  # noqa: S101
    return blob, child, entry


def _child_of(blob: Blob) -> Child | None:
    return Child.objects.filter(id=blob.child_id).first() if blob.child_id else None


def _opened(blob: Blob, child: Child, entry: Entry, viewer: Viewer, at: datetime) -> File:
    part = _part(blob, child, entry, at)
    return blobs.file_of(blob, entry, viewer=viewer, purpose="decide", part=part, at=at)


def _part(blob: Blob, child: Child, entry: Entry, at: datetime) -> str:
    kind = attachments_in(region=rules.region_of(child.county_id), at=at).kinds[blobs.KINDS[blob.kind]]
    return rules.access_rules(at=at).part_of(entry.form_id) if kind.signs else kind.part


def _settle(blob: Blob, child: Child, outcome: str, actor: Viewer, at: datetime) -> None:
    ledger.record(
        kind="file.settled", subject=child.key_owner, actor=actor, at=at, is_fact=True,
        clear={"file": str(blob.id), "outcome": outcome},
    )
    Blob.objects.filter(id=blob.id).update(
        settled_at=at, settled_by=actor.person_id, settled_post=actor.post_id, outcome=outcome
    )
