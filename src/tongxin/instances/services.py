"""What is forgotten of files that went between installations: their content, never that they went."""

from uuid import UUID

from tongxin.instances.models import Arrival, ForeignEntry, Sending
from tongxin.ledger.models import Entry


def forget_sent(child_id: UUID) -> int:
    """How many files made for others lost their bytes; digests, days and receipts stay. One that waits is waited for
    no longer."""
    made = Sending.objects.filter(child_id=child_id)
    made.filter(state=Sending.WAITING).update(state=Sending.REPLACED)
    return made.exclude(content=b"").update(content=b"")


def forget_about(child_id: UUID) -> int:
    """The same for a child who is erased, with what came and which office elsewhere wrote what."""
    entries = Entry.everything.filter(subject_id=child_id).values("id")
    ForeignEntry.objects.filter(entry_id__in=entries).update(role="", office="")
    came = Arrival.objects.filter(child_id=child_id).exclude(content=b"").update(content=b"")
    return forget_sent(child_id) + came
