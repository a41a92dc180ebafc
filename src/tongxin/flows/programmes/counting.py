"""What a body really did between two days: read from the system's own records, never from what somebody types."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from tongxin.access import scope
from tongxin.accounts.models import Post
from tongxin.activities.models import Came, Doubt, Occasion, SignIn
from tongxin.assessments.models import Result
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.core.pathway.courses import PRESENT
from tongxin.flows.funds.twice import Files, files_of
from tongxin.flows.group_presences import newest_of
from tongxin.groups.models import Meeting, Presence
from tongxin.ledger.models import Entry
from tongxin.programmes.models import Contract, Counted
from tongxin.programmes.rules import Count

ENTRIES, MEETINGS = "entries", "meetings"
TIMES = ("id", "supersedes_id", "occurred_at", "recorded_at")
TAKEN_BACK, ABSENT, LATE, DOUBTED = "taken_back", "absent", "late", "doubted"
PAID, SAME_CHILD, OVER, IN_MEETING = "paid", "same_child", "over", "in_meeting"


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
    taken: frozenset[UUID] = frozenset(), pays_meetings: bool = False,
) -> Tally:
    """The records of a body for one deliverable, the oldest first, at most `room`; `taken` counted a moment ago.

    A group's meeting is paid once: where the contract pays meetings too, what was written of one is no session.
    """
    with scope.widened():
        made = _records(contract, rule, first, last, late_after)
    ids = [each.record_id for each in made.counted]
    paid, in_meeting = _live(ids) | taken, frozenset[UUID]()
    if rule.origin == MEETINGS:
        paid |= _as_sessions(ids)
    elif rule.origin == ENTRIES:
        in_meeting = _in_meetings(ids, all_of=pays_meetings)
    known = {
        id for id in Counted.objects.filter(acceptance__contract=contract, rule=rule.id, is_live=True).values_list(
            "child_id", flat=True
        ) if id
    } if rule.is_people else set()
    # Files that were joined are one child.
    files = files_of({each.child_id for each in made.counted if each.child_id} | known) if rule.is_people else {}
    had = {files[id] for id in known}
    found = Tally(left_out=made.left_out)
    for each in made.counted:
        if each.record_id in paid:
            found.left_out[PAID] += 1
        elif each.record_id in in_meeting:
            found.left_out[IN_MEETING] += 1
        elif each.child_id in files and files[each.child_id] in had:
            found.left_out[SAME_CHILD] += 1
        elif len(found.counted) >= room:
            found.left_out[OVER] += 1
        else:
            found.counted.append(each)
            had |= {files[each.child_id]} if each.child_id in files else set()
    return found


def _live(ids: Iterable[UUID]) -> frozenset[UUID]:
    return frozenset(
        Counted.objects.filter(record_id__in=list(ids), is_live=True).values_list("record_id", flat=True)
    )


def _as_sessions(meeting_ids: list[UUID]) -> frozenset[UUID]:
    """The meetings of which some child's record was counted by itself."""
    of = dict(Presence.objects.filter(meeting__in=meeting_ids).values_list("entry_id", "meeting_id"))
    return frozenset(of[id] for id in _live(of))


def _in_meetings(entry_ids: list[UUID], *, all_of: bool) -> frozenset[UUID]:
    """The records that came of a group's meeting; only of meetings that were counted, unless `all_of` them."""
    of = dict(Presence.objects.filter(entry_id__in=entry_ids).values_list("entry_id", "meeting_id"))
    counted = set(of.values()) if all_of else _live(of.values())
    return frozenset(id for id, meeting in of.items() if meeting in counted)


def _records(contract: Contract, rule: Count, first: date, last: date, late_after: timedelta) -> Tally:
    posts = list(Post.objects.filter(organisation=contract.organisation).values_list("id", flat=True))
    if rule.origin == ENTRIES:
        return _entries(posts, rule, first, last, late_after)
    if rule.origin == MEETINGS:
        return _meetings(posts, first, last, late_after)
    return _occasions(contract, first, last, late_after)


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
    roots = _roots(standing)
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
        elif roots[row.id].recorded_at - min(roots[row.id].occurred_at, row.occurred_at) > late_after:
            # A late record stays late, also when a correction gives it another day.
            found.left_out[LATE] += 1
        else:
            day = row.occurred_at.astimezone(CHINA).date()
            found.counted.append(Found(roots[row.id].id, row.subject_id, day))
    return found


def _roots(rows: list[Entry]) -> dict[UUID, Entry]:
    """By record the first of its chain of corrections: however often it is corrected, it is one record."""
    known, missing = {row.id: row for row in rows}, {row.supersedes_id for row in rows if row.supersedes_id}
    while missing := missing - set(known):
        before = {row.id: row for row in Entry.objects.filter(id__in=missing).only(*TIMES)}
        known |= before
        missing = {row.supersedes_id for row in before.values() if row.supersedes_id} if before else set()
    found = {}
    for row in rows:
        root = row
        while root.supersedes_id in known:
            root = known[root.supersedes_id]
        found[row.id] = root
    return found


def _meetings(posts: list[UUID], first: date, last: date, late_after: timedelta) -> Tally:
    since, until = (datetime.combine(day, time(), CHINA) for day in (first, last + timedelta(days=1)))
    rows = list(Meeting.objects.filter(
        Q(group__leader_id__in=posts), state=Meeting.HELD, planned_for__gte=since, planned_for__lt=until
    ).order_by("planned_for", "id"))
    attended, found = _met(rows), Tally()
    for row in rows:
        if row.id not in attended:
            found.left_out[ABSENT] += 1
        elif row.told_at is not None and row.told_at - row.planned_for > late_after:
            found.left_out[LATE] += 1
        else:
            found.counted.append(Found(row.id, None, row.planned_for.astimezone(CHINA).date()))
    return found


def _met(rows: Iterable[Meeting]) -> set[UUID]:
    """The meetings of which some child's record, as it stands after corrections, says that the child was there."""
    of = dict(Presence.objects.filter(meeting__in=list(rows)).values_list("entry_id", "meeting_id"))
    newest = {first: entry for first, entry in newest_of(of).items() if entry.correction_kind not in WITHDRAWN}
    ids = [each.id for each in newest.values()]
    told = dict(Result.objects.filter(entry_id__in=ids).values_list("entry_id", "data"))
    return {of[first] for first, entry in newest.items() if (told.get(entry.id) or {}).get("attended") == PRESENT}


def _occasions(contract: Contract, first: date, last: date, late_after: timedelta) -> Tally:
    """Times at which people signed in by themselves or children were ticked: a typed number pays nothing."""
    rows = list(Occasion.objects.filter(
        activity__organisation=contract.organisation, held_on__gte=first, held_on__lte=last
    ).order_by("held_on", "id"))
    about = {id for row in rows for id in (row.id, row.activity_id)}
    doubted = set(Doubt.objects.filter(about_id__in=about, settled_at__isnull=True).values_list("about_id", flat=True))
    attended, found = _attended(rows, late_after), Tally()
    for row in rows:
        if row.withdrawn_at is not None:
            found.left_out[TAKEN_BACK] += 1
        elif doubted & {row.id, row.activity_id}:
            found.left_out[DOUBTED] += 1
        elif attended.get(row.id):
            found.counted.append(Found(row.id, None, row.held_on))
        else:
            found.left_out[LATE if row.id in attended else ABSENT] += 1
    return found


def _attended(rows: Iterable[Occasion], late_after: timedelta) -> dict[UUID, bool]:
    """By occasion to which somebody came, whether it was said in time: by themselves on the day, or on the list."""
    held = {row.id: row.held_on for row in rows}
    found: dict[UUID, bool] = {}
    for id, at in SignIn.objects.filter(occasion__in=list(held)).values_list("occasion_id", "at"):
        found[id] = found.get(id, False) or at.astimezone(CHINA).date() == held[id]
    for id, at in Came.objects.filter(occasion__in=list(held), cancelled_at__isnull=True).values_list(
        "occasion_id", "at"
    ):
        found[id] = found.get(id, False) or at.astimezone(CHINA).date() - held[id] <= late_after
    return found


def children_in(counted: Iterable[Counted]) -> set[Files]:
    """The different children of what was counted, each by its files."""
    return set(files_of(each.child_id for each in counted if each.child_id is not None).values())
