"""What waits for a decision and is not decided in time climbs; what was decided elsewhere waits no longer."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.flows import arriving_holding as holding
from tongxin.flows.arriving import CLUE, OPENS, let_in_those_who_wait
from tongxin.flows.arriving_children import stand_for
from tongxin.flows.arriving_settling import SETTLES, child_of, is_homeless, take_up
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Entry, HeldEntry
from tongxin.people.models import Child
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival


def follow_arrivals(now: datetime) -> int:
    """How many arrivals were settled or climbed."""
    waiting = Arrival.objects.filter(settled_at__isnull=True).select_related("receipt", "device")
    return sum(_decided(each, now) or _climbed(each, now) for each in waiting)


def _decided(arrival: Arrival, now: datetime) -> bool:
    """Whether it was handed in as a form, or settled in the child's own record."""
    entry = Entry.objects.filter(id=holding.opened_id(arrival.id)).first()
    held = HeldEntry.objects.filter(id=arrival.held_id, settled_at__isnull=False).first() if arrival.held_id else None
    if entry is None and (held is None or _counts(held)):
        return False
    if entry is not None and (arrival.receipt.reason == CLUE or is_homeless(arrival)):
        return _taken_up(arrival, entry, now)
    by = entry.person_id if entry else held.settled_by if held else None
    outcome = Arrival.RECORDED if entry else Arrival.ASIDE
    with transaction.atomic():
        if entry is not None and arrival.form_id == OPENS:
            _name(arrival, entry, now)
        arrival.child_id = entry.subject_id if entry is not None else arrival.child_id
        holding.settle(
            arrival, outcome=outcome, actor=Viewer(person_id=by), at=now, aside="" if entry else "other_stands"
        )
        let_in_those_who_wait(arrival.named_id, at=now)
    return True


def _counts(held: HeldEntry) -> bool:
    """Whether the phone's copy was found to be the valid one: then it waits until it stands in the record."""
    settled = Result.objects.filter(child_id=held.subject_id, kind=SETTLES, data__held=str(held.id))
    return settled.filter(data__valid_one="second").exists()


def _name(arrival: Arrival, entry: Entry, now: datetime) -> None:
    """A file that was made from what the phone sent: whatever the phone says of that child is about this one."""
    child = Child.objects.get(id=entry.subject_id)
    if arrival.named_id is not None:
        stand_for(named=arrival.named_id, child=child, device=arrival.device, at=now, by=entry.person_id)


def _taken_up(arrival: Arrival, entry: Entry, now: datetime) -> bool:
    """Whether a clue went into the file that was made from it; what can't goes on waiting for a person."""
    try:
        take_up(arrival, entry=entry, at=now)
    except (Refused, NotAllowed):
        return False
    return True


def _climbed(arrival: Arrival, now: datetime) -> bool:
    """Whether it went up because nobody decided in time."""
    if arrival.due_at > now:
        return False
    arrival.climbed += 1
    decider = holding.decider_for(arrival, child=child_of(arrival), at=now)
    arrival.decider_id = decider.post_id if decider else None
    arrival.due_at = now + limits_at(now).decide_within
    with transaction.atomic():
        arrival.save(update_fields=["climbed", "decider_id", "due_at"])
        holding.tell_decider(arrival, kind="arrival.climbed", at=now)
    return True


def pass_on(post: Post, *, at: datetime) -> int:
    """How many arrivals rest with whoever holds a post now, or with the next above it; they are told."""
    resting = Arrival.objects.filter(settled_at__isnull=True).filter(Q(decider_id=post.id) | Q(decider_id__isnull=True))
    return sum(_passed_on(each, at) for each in resting.select_related("receipt", "device"))


def _passed_on(arrival: Arrival, at: datetime) -> bool:
    before = arrival.decider_id
    decider = holding.decider_for(arrival, child=child_of(arrival), at=at)
    arrival.decider_id = decider.post_id if decider else None
    if before is None and arrival.decider_id is None:
        return False
    with transaction.atomic():
        arrival.save(update_fields=["decider_id"])
        holding.tell_decider(arrival, kind=holding.PASSED_ON, at=at)
    return True
