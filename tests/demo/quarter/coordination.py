"""The demonstration has departments on one table: a meeting with decisions, a late one ordered, a standard, cases."""

from tests.demo.small import END, Quarter
from tongxin.coordination.models import Expert, JointMeeting, Matter, Member, Policy, Standard, TypicalCase


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert [each for each in quarter.refused if each.startswith("coordination")] == []
    assert Member.objects.filter(to_at__isnull=True).count() >= 5 and Policy.objects.count() == 2
    assert JointMeeting.objects.filter(state=JointMeeting.HELD).count() == 1
    assert JointMeeting.objects.filter(state=JointMeeting.ASKED, planned_for__gt=END).count() == 1
    late = Matter.objects.get(kind=Matter.DECISION, member__department="health")
    assert late.climbed > 0 and late.orders.get().state == Matter.RECEIVED
    assert Standard.objects.get().state == Standard.COMMENT
    assert Expert.objects.count() == 3
    states = sorted(TypicalCase.objects.values_list("state", flat=True))
    assert states == [TypicalCase.PUBLISHED, TypicalCase.REVIEW]
