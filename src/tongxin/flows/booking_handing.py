"""Whoever sits instead of another takes over what is booked in those hours; what they can't take is told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.bookings import selectors, services
from tongxin.bookings.models import Booking, Change
from tongxin.bookings.services import Taken
from tongxin.flows import rota
from tongxin.flows.booking import child_of, knows, tell
from tongxin.flows.refusals import Refused
from tongxin.flows.rota import Named
from tongxin.flows.workforce import gates
from tongxin.rulebook import rules


@dataclass(frozen=True, slots=True)
class Handed:
    """How many bookings went over, and how many stay with whoever had them until somebody moves them."""

    over: int = 0
    left: int = 0


@transaction.atomic
def answer(*, change_id: UUID, is_yes: bool, actor: Viewer, at: datetime) -> Handed:
    """The yes or no to a stand-in or a swap; with a yes the bookings of those hours go to who sits then."""
    rota.answer(change_id=change_id, is_yes=is_yes, actor=actor, at=at)
    if not is_yes:
        return Handed()
    first = Change.objects.select_related("shift", "shift__room").get(id=change_id)
    changes = [first]
    if first.pair is not None:
        changes = list(Change.objects.filter(pair=first.pair).select_related("shift", "shift__room").order_by("id"))
    # Read before anything is handed over: of a swap both have what the other gives.
    wanted = [(change, _booked(change, at)) for change in changes]
    results = [_hand(row, change, actor, at) for change, rows in wanted for row in rows]
    return Handed(over=sum(results), left=len(results) - sum(results))


def _booked(change: Change, at: datetime) -> list[Booking]:
    """What is booked in the room in the hours of the shift with those who don't sit there any more."""
    sittings = selectors.sittings([change.shift], first=change.day, last=change.day, calendar=rules.calendar_at(at))
    if not sittings:
        return []
    since, until = sittings[0].span
    before = {change.shift.person_id, change.asked_by_id} - {change.person_id}
    rows = Booking.objects.select_for_update(of=("self",)).filter(
        room_id=change.shift.room_id, person_id__in=before, state=Booking.BOOKED, starts_at__lt=until,
        ends_at__gt=since, starts_at__gt=at,
    )
    return list(rows.select_related("room").order_by("starts_at", "id"))


def _hand(row: Booking, change: Change, actor: Viewer, at: datetime) -> bool:
    if change.person_id is None or change.post_id is None:
        return False
    child_id, before = child_of(row), row.post_id
    if child_id is not None and not knows(Named(change.post_id, change.person_id), child_id, at):
        return False
    try:
        gates.refuse_person(
            person_id=change.person_id, post_id=change.post_id, place="", child_id=child_id, at=at
        )
    except Refused:
        return False
    row.person_id, row.post_id, row.changed_at, row.reminded_at = change.person_id, change.post_id, at, None
    try:
        services.move(row, child_id=child_id)
    except Taken:
        return False
    tell("booking.changed", row, actor, at, what="handed", also=before)
    return True
