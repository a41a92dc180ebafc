"""Who was there: read from the records as they stand after corrections; meetings, people and person-times (S3-25)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tongxin.access import scope
from tongxin.assessments.models import Result
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows.group_presences import is_first, newest_of
from tongxin.flows.group_sign_in import PRESENT
from tongxin.groups.models import Group, Meeting, Presence


@dataclass(frozen=True, slots=True)
class Seen:
    """One child at one meeting: what the record says now, and which record that is."""

    meeting_id: UUID
    number: int
    attended: str
    entry_id: UUID
    is_danger: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Meetings held, different children who came, and how often one of them came."""

    meetings: int = 0
    people: int = 0
    person_times: int = 0


def seen_in(groups: Iterable[Group]) -> dict[UUID, list[Seen]]:
    """What is on record of each member, meeting by meeting; left out are records taken back or of a danger alone."""
    rows = list(
        Presence.objects.filter(meeting__group__in=list(groups)).select_related("meeting").order_by("meeting__number")
    )
    newest = newest_of(row.entry_id for row in rows)
    ids = [entry.id for entry in newest.values()]
    results = dict(Result.objects.filter(entry_id__in=ids).values_list("entry_id", "data"))
    found: dict[UUID, list[Seen]] = defaultdict(list)
    for row in rows:
        entry = newest.get(row.entry_id)
        if entry is None or entry.correction_kind in WITHDRAWN:
            continue
        data = results.get(entry.id) or {}
        if is_first(data):
            continue
        found[row.member_id].append(Seen(
            row.meeting_id, row.meeting.number, str(data.get("attended", "")), entry.id, bool(data.get("alarms"))
        ))
    return dict(found)


def tally(groups: Iterable[Group]) -> Tally:
    """The three figures of some groups; of children whom a viewer may not see only the number is in them."""
    wanted = list(groups)
    with scope.widened():
        seen = seen_in(wanted)
        members = dict(Presence.objects.filter(meeting__group__in=wanted).values_list("member_id", "member__child_id"))
        held = Meeting.objects.filter(group__in=wanted, state=Meeting.HELD).count()
    came = {member: sum(each.attended == PRESENT for each in rows) for member, rows in seen.items()}
    return Tally(
        meetings=held, people=len({members[member] for member, times in came.items() if times}),
        person_times=sum(came.values()),
    )


def missed_in_row(rows: Iterable[Seen]) -> int:
    """How many times in a row, up to the last meeting, a child was not there."""
    count = 0
    for each in rows:
        count = 0 if each.attended == PRESENT else count + 1
    return count
