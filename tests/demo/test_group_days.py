"""The demonstration has a group that meets: somebody stays away, and a danger raised in a meeting is a crisis."""

import pytest

from tests.demo.small import END, played
from tongxin.assessments.models import Result
from tongxin.flows import group_counts
from tongxin.groups.models import Group, Meeting, Member, Presence

pytestmark = pytest.mark.django_db


def test_the_last_morning_has_a_group_with_meetings_and_a_danger_that_was_acted_on() -> None:
    result = played(seed=7)
    assert [each for each in result.refused if each.startswith(("course_start", "session_record"))] == []
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
