"""Photos, recordings and signatures from phones: piece by piece, sealed; whole and with their entry, attachments."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.documents.faults import NotAllowed, NotTaken
from tongxin.documents.services import File
from tongxin.flows import attaching
from tongxin.flows.arriving_holding import decider_near, opened_id, viewer_for
from tongxin.flows.handlers import later_handlers
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival, Blob, Device, Piece, Receipt

# What a phone calls it, and the kind of attachment that it becomes.
KINDS = {"photo": "photo", "voice": "recording", "signature": "signed_scan"}
NOT_YET = "附件的规则还没有采用，文件已收好，采用后自动存入。"
NOT_HERS = "您的岗位不能给这份档案加附件，文件没有存入，请联系督导员。"
TOO_LARGE = "文件太大，没有收下。请缩短录音，或重拍一张小一些的照片。"
ERASED = "这份档案已经删除，文件没有存入。"
USED = "这个文件编号已用于另一个文件，没有收下。请在手机上重新添加。"


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file as they arrive."""

    blob_id: UUID
    entry_id: UUID
    kind: str
    offset: int
    total: int
    content: bytes


class NotReceived(Exception):
    """These bytes were not taken; why, and how much is there already."""

    def __init__(self, zh: str, *, received: int = 0, status: int = 409) -> None:
        super().__init__(zh)
        self.zh, self.received, self.status = zh, received, status


def receive(part: Part, *, device: Device, at: datetime) -> Blob:
    """The file with this part added; `NotReceived` names the place from which to go on."""
    limits = limits_at(at)
    if part.kind not in KINDS or not 0 < part.total <= limits.blob_bytes or len(part.content) > limits.piece_bytes:
        raise NotReceived(TOO_LARGE, status=413)
    vault.create_keys([vault.Owner("intake", part.blob_id)], at=at)
    with transaction.atomic():
        blob = _blob(part, device=device, at=at)
        if blob.received >= blob.total:
            return blob
        if part.offset != blob.received or part.offset + len(part.content) > blob.total or not part.content:
            raise NotReceived("", received=blob.received)
        piece = Piece(blob=blob, offset=part.offset)
        place = (Piece._meta.label_lower, "content", piece.id)
        piece.content = vault.seal(part.content, owner=blob.key_owner, place=place)
        piece.save(force_insert=True)
        blob.received += len(part.content)
        blob.save(update_fields=["received"])
    if blob.received == blob.total:
        attach(blob, at=at)
    return blob


def _blob(part: Part, *, device: Device, at: datetime) -> Blob:
    """The file on its way, its row locked; an id that stands for another file is refused."""
    Blob.objects.bulk_create([Blob(
        id=part.blob_id, device=device, entry_id=part.entry_id, kind=part.kind, total=part.total, begun_at=at,
    )], ignore_conflicts=True)
    blob = Blob.objects.select_for_update(of=("self",)).select_related("device").get(id=part.blob_id)
    sent = (part.entry_id, part.kind, part.total, device.person_id)
    if (blob.entry_id, blob.kind, blob.total, blob.device.person_id) != sent:
        raise NotReceived(USED, status=422)
    return blob


def receive_whole(
    *, blob_id: UUID, entry_id: UUID, kind: str, content: bytes, device: Device, at: datetime
) -> Blob:
    """A file that came otherwise than from its phone, from where the phone itself had stopped."""
    step, blob = limits_at(at).piece_bytes, Blob.objects.filter(id=blob_id).first()
    offset = blob.received if blob else 0
    while True:
        part = Part(blob_id, entry_id, kind, offset, len(content), content[offset : offset + step])
        blob = receive(part, device=device, at=at)
        if blob.received >= blob.total:
            return blob
        offset = blob.received


def entry_of(blob: Blob) -> Entry | None:
    """The entry that a file belongs to; of one that waited and was opened as a form, what it became."""
    found = Entry.objects.filter(id=blob.entry_id).first()
    if found is not None:
        return found
    arrivals = Arrival.objects.filter(receipt__entry_id=blob.entry_id, settled_at__isnull=False)
    return Entry.objects.filter(id__in=[opened_id(id) for id in arrivals.values_list("id", flat=True)]).first()


def attach(blob: Blob, *, at: datetime) -> bool:
    """Whether a whole file became an attachment; it waits while its entry isn't in the record."""
    entry = entry_of(blob)
    child = Child.objects.filter(id=entry.subject_id).first() if entry else None
    if entry is None or child is None or blob.is_attached or blob.outcome == Arrival.ASIDE:
        return False
    if vault.destroyed([child.key_owner]):
        _put_away(blob, at=at)
        return False
    if needs_a_person(blob, at=at):
        hold(blob, child=child, at=at)
        return False
    try:
        file = file_of(blob, entry, viewer=WORKER, purpose="attach", part="care", at=at)
        _add(child, file, entry, blob.device, at)
    except NotTaken as no:
        _note(blob, no.zh)
        return False
    except NotAllowed:
        _note(blob, NOT_HERS)
        return False
    except rules.NotAdopted:
        _note(blob, NOT_YET)
        return False
    note_attached(blob, at=at)
    return True


def needs_a_person(blob: Blob, *, at: datetime) -> bool:
    """Whether somebody has to look at a file first: it began to come only when its phone was stopped.

    What came with an entry that somebody let into the record goes with it, as long as it came within the grace.
    """
    device, ended = blob.device, blob.device.ended_at
    if device.state == Device.ACTIVE or ended is None or blob.outcome == Arrival.RECORDED:
        return False
    if blob.begun_at >= ended + limits_at(at).grace:
        return True
    decided = Receipt.objects.filter(entry_id=blob.entry_id, settled_at__isnull=False, received_at__gte=ended)
    return blob.begun_at >= ended and not decided.exists()


def hold(blob: Blob, *, child: Child, at: datetime) -> None:
    """It waits for a person, who is told; the phone is done with it."""
    if blob.held_at is not None:
        return
    decider = decider_near(child, without=blob.device.person_id, at=at)
    with transaction.atomic():
        Blob.objects.filter(id=blob.id).update(held_at=at, child_id=child.id)
        blob.held_at, blob.child_id = at, child.id
        told = ledger.record(
            kind="file.held", subject=child.key_owner, actor=WORKER, at=at, is_fact=True,
            clear={"file": str(blob.id), "owner": str(decider.post_id) if decider else None},
        )
        ledger.enqueue(told, later_handlers(told.kind))


def note_attached(blob: Blob, *, at: datetime) -> None:
    """It is an attachment now; what was on its way is gone."""
    Blob.objects.filter(id=blob.id).update(is_attached=True, problem="")
    blob.is_attached = True
    blob.pieces.all().delete()
    vault.destroy(blob.key_owner, at=at)


def file_of(blob: Blob, entry: Entry, *, viewer: Viewer, purpose: str, part: str, at: datetime) -> File:
    """The whole file, opened as a look."""
    pieces = blob.pieces.select_related("blob").order_by("offset")
    opened = vault.open_bytes(
        [piece.content for piece in pieces], viewer=viewer, purpose=purpose, part=part, route="field", at=at
    )
    content = b"".join(each or b"" for each in opened)
    return File(id=blob.id, name="", content=content, kind=KINDS[blob.kind], entry_id=entry.id)


def _add(child: Child, file: File, entry: Entry, device: Device, at: datetime) -> None:
    """In the name of whose phone it is, else of whoever recorded the entry in their place."""
    try:
        attaching.add(child=child, file=file, actor=viewer_for(device, at=at), at=at)
    except NotAllowed:
        if entry.person_id is None or entry.person_id == device.person_id:
            raise
        person = Person.objects.filter(id=entry.person_id, is_active=True).first()
        if person is None:
            raise
        attaching.add(child=child, file=file, actor=viewer_of(person=person, at=at, post_id=entry.post_id), at=at)


def _put_away(blob: Blob, *, at: datetime) -> None:
    """What belongs to a record of an erased file goes as that did."""
    _note(blob, ERASED)
    Blob.objects.filter(id=blob.id).update(outcome=Arrival.ASIDE, settled_at=at)
    blob.pieces.all().delete()
    vault.destroy(blob.key_owner, at=at)


def _note(blob: Blob, problem: str) -> None:
    blob.problem = problem
    Blob.objects.filter(id=blob.id).update(problem=problem[:200])


def follow_blobs(now: datetime) -> int:
    """How many whole files found their entry meanwhile; those that nobody finished are put away in time."""
    waiting = Blob.objects.filter(is_attached=False, problem="", held_at__isnull=True).select_related("device")
    whole = [blob for blob in waiting if blob.received >= blob.total]
    done = sum(attach(blob, at=now) for blob in whole)
    for blob in Blob.objects.filter(is_attached=False, begun_at__lt=now - limits_at(now).blob_kept):
        if blob.received < blob.total:
            blob.delete()
            vault.destroy(blob.key_owner, at=now)
    return done
