"""What time brings to bookings: the counsellor is reminded the day before, and asked when a session has no record."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.viewers import WORKER
from tongxin.bookings.models import BookedChild, Booking
from tongxin.bookings.rules import rules_at
from tongxin.bookings.selectors import day_of
from tongxin.bookings.times import moment_of
from tongxin.ledger.models import Entry
from tongxin.notices import services as notices
from tongxin.vault import Owner

MOST = 500
HELD = (Booking.BOOKED, Booking.ARRIVED)


def follow_bookings(now: datetime) -> None:
    """Remind of tomorrow, and ask after what was not written down; each counsellor's in a transaction of its own."""
    _remind(now)
    _ask(now)


def unrecorded(person_id: UUID, *, at: datetime) -> list[Booking]:
    """A counsellor's bookings that were asked after and still have no record, the oldest first."""
    rows = list(
        Booking.objects.filter(
            person_id=person_id, missed_at__isnull=False, recorded_at__isnull=True, state__in=HELD
        ).select_related("room", "room__organisation").order_by("starts_at")[:MOST]
    )
    known = recorded(rows, at=at)
    return [each for each in rows if each.id not in known]


def recorded(rows: list[Booking], *, at: datetime) -> set[UUID]:
    """The bookings whose child has a record of a session on that day."""
    children = dict(
        BookedChild.objects.filter(booking__in=[each.id for each in rows]).values_list("booking_id", "child_id")
    )
    if not children:
        return set()
    kinds = rules_at(at).recorded_by
    first = min(each.starts_at for each in rows) - timedelta(days=1)
    found = Entry.objects.filter(
        subject_id__in=set(children.values()), kind__in=kinds, occurred_at__gte=first
    ).values_list("subject_id", "occurred_at")
    days = {(child, day_of(moment)) for child, moment in found}
    return {each.id for each in rows if (children.get(each.id), day_of(each.starts_at)) in days}


def _remind(now: datetime) -> None:
    found = rules_at(now)
    tomorrow = day_of(now) + timedelta(days=1)
    minutes = found.remind_at.hour * 60 + found.remind_at.minute
    # What begins today was due yesterday; nobody is reminded of what has begun.
    last = tomorrow if now >= moment_of(day_of(now), minutes) else day_of(now)
    rows = Booking.objects.filter(
        state=Booking.BOOKED, reminded_at__isnull=True, starts_at__gt=now,
        starts_at__lt=moment_of(last + timedelta(days=1), 0),
    )
    by_day: dict[tuple[UUID, UUID, date], list[UUID]] = defaultdict(list)
    for row in rows.order_by("starts_at")[:MOST]:
        day = day_of(row.starts_at)
        # Who made or moved it later than that knows of it from then.
        if row.changed_at < moment_of(day - timedelta(days=1), minutes):
            by_day[row.person_id, row.post_id, day].append(row.id)
    for (person, post, day), ids in by_day.items():
        with transaction.atomic():
            if Booking.objects.filter(id__in=ids, reminded_at__isnull=True).update(reminded_at=now):
                event = ledger.record(
                    kind="booking.reminded", subject=Owner("staff", person), actor=WORKER, at=now, is_fact=True,
                    clear={"day": day.isoformat(), "bookings": len(ids)},
                )
                notices.tell_post(post_id=post, event=event, at=now)


def _ask(now: datetime) -> None:
    found = rules_at(now)
    rows = list(
        Booking.objects.filter(
            state__in=HELD, whom__in=sorted(found.named), ends_at__lte=now - found.record_within,
            missed_at__isnull=True, recorded_at__isnull=True, booked__isnull=False,
        ).order_by("ends_at")[:MOST]
    )
    known = recorded(rows, at=now)
    Booking.objects.filter(id__in=known).update(recorded_at=now)
    for row in rows:
        if row.id in known:
            continue
        with transaction.atomic():
            if Booking.objects.filter(id=row.id, missed_at__isnull=True).update(missed_at=now):
                event = ledger.record(
                    kind="booking.missed", subject=Owner("staff", row.person_id), actor=WORKER, at=now, is_fact=True,
                    clear={"booking": str(row.id)},
                )
                notices.tell_post(post_id=row.post_id, event=event, at=now)
