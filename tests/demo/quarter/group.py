"""The demonstration has a group that meets: somebody stays away, and a danger raised in a meeting is a crisis."""

from tests.demo.small import END, Quarter
from tongxin.assessments.models import Result
from tongxin.flows import group_counts
from tongxin.groups.models import Group, Meeting, Member, Presence


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert [each for each in quarter.refused if each.startswith(("course_start", "session_record"))] == []
    group = Group.objects.get()
    held = group.meetings.filter(state=Meeting.HELD)
    assert held.count() >= 4 and group.meetings.filter(state=Meeting.PLANNED, planned_for__gt=END).exists()
    seen = group_counts.seen_in([group])
    assert sorted(row.attended for rows in seen.values() for row in rows)[0] == "absent"
    left = Member.objects.get(left_reason="crisis")
    entry = Presence.objects.filter(member=left).latest("meeting__number").entry_id
    assert Result.objects.get(entry_id=entry).data["alarms"]
    tally = group_counts.tally([group])
    assert tally.person_times > tally.people > 2
