"""What phones brought about a child who is erased: whose keys go too, and what is put away with them.

Most of it is sealed under the child's key; what came before there was a file, and pictures on their way, have their
own. What still waits for somebody stands against an erasure and isn't touched here.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.sync.models import Arrival, Blob, ChildAlias, Piece
from tongxin.vault import Owner


def owners_of(child: Child) -> Iterator[Owner]:
    """The keys of their own that records and files from phones about a child have."""
    for arrival in _arrivals(child.id).filter(owner_kind="intake", settled_at__isnull=False).order_by("id"):
        yield arrival.key_owner
    for blob in _blobs(child.id).order_by("id"):
        yield blob.key_owner


def strip(child: Child, *, at: datetime) -> int:
    """How many pieces of files went; their phones are told that they are done with."""
    gone = _blobs(child.id)
    count = Piece.objects.filter(blob__in=gone.values("id")).delete()[0]
    gone.update(received=F("total"), outcome=Arrival.ASIDE, settled_at=at)
    return count


def waits(child_id: UUID) -> bool:
    """Whether a record or a file from a phone about a child still waits for somebody."""
    return (
        _arrivals(child_id).filter(settled_at__isnull=True).exists()
        or Blob.objects.filter(child_id=child_id, held_at__isnull=False, settled_at__isnull=True).exists()
    )


def _arrivals(child_id: UUID) -> QuerySet[Arrival]:
    """Those known to be about the child, those that a phone said were, and those that became records of the child."""
    named = Q(named_id=child_id) | Q(named_id__in=ChildAlias.objects.filter(child_id=child_id).values("phone_id"))
    return Arrival.objects.filter(Q(child_id=child_id) | named | Q(receipt__entry_id__in=_entries(child_id)))


def _blobs(child_id: UUID) -> QuerySet[Blob]:
    """Files that haven't become attachments: an attachment goes with the child's own."""
    with_arrivals = _arrivals(child_id).filter(settled_at__isnull=False).values("receipt__entry_id")
    about = Q(child_id=child_id) | Q(entry_id__in=_entries(child_id)) | Q(entry_id__in=with_arrivals)
    return Blob.objects.filter(about, is_attached=False)


def _entries(child_id: UUID) -> QuerySet[Entry, UUID]:
    return Entry.everything.filter(subject_id=child_id).values_list("id", flat=True)
