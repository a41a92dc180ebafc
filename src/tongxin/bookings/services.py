"""Taking time of a room, a counsellor and a child, all of it or nothing; the database refuses what is taken."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tongxin import vault
from tongxin.bookings.models import BookedChild, Booking, Slot
from tongxin.bookings.times import quarters

Taking = tuple[str, UUID]


class Taken(Exception):
    """Somebody else has some of this time; nothing was taken."""


def takings(booking: Booking, child_id: UUID | None) -> list[Taking]:
    """What a booking takes time of."""
    found: list[Taking] = [(Slot.ROOM, booking.room_id), (Slot.PERSON, booking.person_id)]
    if child_id is not None:
        found.append((Slot.CARER if booking.whom == "carer" else Slot.CHILD, child_key(child_id)))
    return found


def child_key(child_id: UUID) -> UUID:
    """Under what a child's time is taken: nobody who reads a room's times learns whose they are."""
    return UUID(bytes=hmac.digest(vault.tokens.key("booked children"), child_id.bytes, hashlib.sha256)[:16])


def take(bookings: Sequence[Booking], *, child_id: UUID | None) -> None:
    """Store bookings with all their time; `Taken` when somebody was quicker, and then nothing is stored."""
    rows = [slot for each in bookings for slot in _slots(each, takings(each, child_id))]
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(bookings)
            if child_id is not None:
                BookedChild.objects.bulk_create([BookedChild(booking=each, child_id=child_id) for each in bookings])
            _store(rows)
    except IntegrityError as error:
        raise Taken from error


def move(booking: Booking, *, child_id: UUID | None) -> None:
    """Store a booking's new room, person and time; what it had before is free afterwards."""
    had = {(each.kind, each.key, each.at): each for each in Slot.objects.filter(booking=booking)}
    wants = {(each.kind, each.key, each.at): each for each in _slots(booking, takings(booking, child_id))}
    try:
        with transaction.atomic():
            # New time first: two who change places at once meet what the other still has, and neither waits.
            _store([slot for key, slot in wants.items() if key not in had])
            Slot.objects.filter(id__in=[slot.id for key, slot in had.items() if key not in wants]).delete()
            booking.save()
    except IntegrityError as error:
        raise Taken from error


def free(booking: Booking) -> None:
    """Its time can be booked again."""
    Slot.objects.filter(booking=booking).delete()


def forget_about(child_id: UUID) -> int:
    """How many bookings no longer say whose they are; the room's book stays, without the child."""
    Slot.objects.filter(kind__in=(Slot.CHILD, Slot.CARER), key=child_key(child_id)).delete()
    return BookedChild.objects.filter(child_id=child_id).delete()[0]


def taken_of(wanted: Iterable[Taking], *, starts_at: datetime, ends_at: datetime) -> list[Slot]:
    """The quarters of an hour that are taken of these between two moments, each with its booking."""
    keys = list(wanted)
    rows = Slot.objects.filter(key__in=[key for _, key in keys], at__gte=starts_at, at__lt=ends_at)
    return [each for each in rows.select_related("booking").order_by("at") if (each.kind, each.key) in keys]


def _slots(booking: Booking, whose: Sequence[Taking]) -> list[Slot]:
    return [
        Slot(booking=booking, kind=kind, key=key, at=at)
        for kind, key in whose for at in quarters(booking.starts_at, booking.ends_at)
    ]


def _store(rows: Sequence[Slot]) -> None:
    """In one order for everybody, so that no two wait for each other."""
    Slot.objects.bulk_create(sorted(rows, key=lambda each: (each.kind, str(each.key), each.at)), batch_size=200)
