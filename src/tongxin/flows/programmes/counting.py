"""What a body really did between two days: read from the system's own records, never from what somebody types."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from tongxin.access import scope
from tongxin.accounts.models import Post
from tongxin.activities.models import Occasion
from tongxin.assessments.models import Result
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.core.pathway.courses import PRESENT
from tongxin.groups.models import Meeting
from tongxin.ledger.models import Entry
from tongxin.programmes.models import Contract, Counted
from tongxin.programmes.rules import Count

ENTRIES, MEETINGS = "entries", "meetings"
TAKEN_BACK, ABSENT, LATE, PAID, SAME_CHILD, OVER = "taken_back", "absent", "late", "paid", "same_child", "over"


@dataclass(frozen=True, slots=True)
class Found:
    """One record that could be paid for: which, whose, when."""

    record_id: UUID
    child_id: UUID | None
    day: date


@dataclass(slots=True)
class Tally:
    """What counts of one deliverable, and how many were left out for which reason."""

    counted: list[Found] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def tally(
    contract: Contract, *, rule: Count, room: int, first: date, last: date, late_after: timedelta,
    taken: frozenset[UUID] = frozenset(),
) -> Tally:
    """The records of a body for one deliverable, the oldest first, at most `room`; `taken` counted a moment ago."""
    with scope.widened():
        made = _records(contract, rule, first, last, late_after)
    ids = [each.record_id for each in made.counted]
    paid = set(Counted.objects.filter(record_id__in=ids, is_live=True).values_list("record_id", flat=True)) | taken
    known = set(
        Counted.objects.filter(acceptance__contract=contract, rule=rule.id, is_live=True).values_list(
            "child_id", flat=True
        )
    ) if rule.is_people else set()
    found = Tally(left_out=made.left_out)
    for each in made.counted:
        if each.record_id in paid:
            found.left_out[PAID] += 1
        elif rule.is_people and each.child_id in known:
            found.left_out[SAME_CHILD] += 1
        elif len(found.counted) >= room:
            found.left_out[OVER] += 1
        else:
            found.counted.append(each)
            known.add(each.child_id)
    return found


def _records(contract: Contract, rule: Count, first: date, last: date, late_after: timedelta) -> Tally:
    posts = list(Post.objects.filter(organisation=contract.organisation).values_list("id", flat=True))
    if rule.origin == ENTRIES:
        return _entries(posts, rule, first, last, late_after)
    if rule.origin == MEETINGS:
        return _meetings(posts, first, last, late_after)
    return _occasions(contract, first, last)


def _entries(posts: list[UUID], rule: Count, first: date, last: date, late_after: timedelta) -> Tally:
    since, until = (datetime.combine(day, time(), CHINA) for day in (first, last + timedelta(days=1)))
    rows = Entry.objects.filter(
        kind__in=rule.forms, post_id__in=posts, occurred_at__gte=since, occurred_at__lt=until
    ).only("id", "subject_id", "occurred_at", "recorded_at", "supersedes_id", "correction_kind", "kind")
    standing = list(rows.order_by("occurred_at", "id"))
    later = {
        each.supersedes_id: each.correction_kind
        for each in Entry.objects.filter(supersedes_id__in=[row.id for row in standing]).only(
            "supersedes_id", "correction_kind"
        )
    }
    here = {row.id: row for row in standing}
    told = dict(Result.objects.filter(entry_id__in=list(here)).values_list("entry_id", "data"))
    found = Tally()
    for row in standing:
        if row.id in later:
            # Corrected, the newer one counts; taken back, none does.
            found.left_out[TAKEN_BACK] += later[row.id] in WITHDRAWN
        elif row.correction_kind in WITHDRAWN:
            continue
        elif rule.is_attended and (told.get(row.id) or {}).get("attended") != PRESENT:
            found.left_out[ABSENT] += 1
        elif row.supersedes_id is None and row.recorded_at - row.occurred_at > late_after:
            found.left_out[LATE] += 1
        else:
            day = row.occurred_at.astimezone(CHINA).date()
            found.counted.append(Found(_root(row, here), row.subject_id, day))
    return found


def _root(row: Entry, here: dict[UUID, Entry]) -> UUID:
    """The first of a chain of corrections: however often it is corrected, it is one record."""
    id, before = row.id, row.supersedes_id
    while before is not None:
        id = before
        known = here.get(before)
        before = known.supersedes_id if known else Entry.objects.filter(id=before).values_list(
            "supersedes_id", flat=True
        ).first()
    return id


def _meetings(posts: list[UUID], first: date, last: date, late_after: timedelta) -> Tally:
    since, until = (datetime.combine(day, time(), CHINA) for day in (first, last + timedelta(days=1)))
    rows = Meeting.objects.filter(
        Q(group__leader_id__in=posts), state=Meeting.HELD, planned_for__gte=since, planned_for__lt=until
    )
    found = Tally()
    for row in rows.order_by("planned_for", "id"):
        if row.told_at is not None and row.told_at - row.planned_for > late_after:
            found.left_out[LATE] += 1
        else:
            found.counted.append(Found(row.id, None, row.planned_for.astimezone(CHINA).date()))
    return found


def _occasions(contract: Contract, first: date, last: date) -> Tally:
    rows = Occasion.objects.filter(
        activity__organisation=contract.organisation, held_on__gte=first, held_on__lte=last
    ).order_by("held_on", "id")
    found = Tally()
    for row in rows:
        if row.withdrawn_at is not None:
            found.left_out[TAKEN_BACK] += 1
        elif not row.came:
            found.left_out[ABSENT] += 1
        else:
            found.counted.append(Found(row.id, None, row.held_on))
    return found


def children_in(counted: Iterable[Counted]) -> set[UUID]:
    """The different children of what was counted."""
    return {each.child_id for each in counted if each.child_id is not None}
