"""What a booking already knows of the session that came of it: its day, how long, and whether they came."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import BookedChild, Booking
from tongxin.bookings.rules import rules_at
from tongxin.bookings.selectors import day_of
from tongxin.flows.booking_watch import recorded
from tongxin.flows.rota import stood_in
from tongxin.people.models import Child

CAME = {Booking.ARRIVED: "present", Booking.NO_SHOW: "absent"}
NOT_CAME = frozenset({Booking.CANCELLED})


def came_by_booking(child: Child, *, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Fields of the session record from the last booking with the viewer that has no record yet; empty where none is.

    Only of the days in which a record is still asked for: an old booking says nothing of today.
    """
    booked = BookedChild.objects.filter(child_id=child.id).values("booking_id")
    rows = Booking.objects.filter(
        Q(person_id=viewer.person_id) | Q(post_id__in=stood_in(viewer=viewer, at=at)), id__in=booked, starts_at__lte=at,
        starts_at__gt=at - rules_at(at).prefilled_within,
    ).exclude(state__in=NOT_CAME)
    latest = list(rows.order_by("-starts_at", "id")[:1])
    if not latest or recorded(latest, at=at):
        return {}
    (row,) = latest
    found: dict[str, Any] = {"held_on": day_of(row.starts_at).isoformat()}
    if row.state in CAME:
        found["attended"] = CAME[row.state]
    if found.get("attended") != CAME[Booking.NO_SHOW]:
        found["minutes"] = int((row.ends_at - row.starts_at).total_seconds() // 60)
    return found
