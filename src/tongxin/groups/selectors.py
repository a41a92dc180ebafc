"""Which groups somebody has to do with, and which of a group's children they may see (spine B7)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.groups.models import Group, Meeting, Member
from tongxin.rulebook import rules

SEE, MANAGE, OVERSEE = "see_groups", "manage_groups", "oversee_groups"
# That somebody is in a group says as much as that sessions took place; who does the counselling sees it by that.
PART, CONTENT = "care", "sessions"


def groups_for(*, viewer: Viewer, at: datetime) -> QuerySet[Group]:
    """The groups that somebody leads, seconds or supervises, and those of their area where they oversee groups."""
    mine = Q(leader_id__in=viewer.post_ids) | Q(second_id__in=viewer.post_ids) | Q(supervisor_id__in=viewer.post_ids)
    found = rules.access_rules(at=at)
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=OVERSEE):
            mine |= Q(**{f"{seat.division_level}_id": seat.division_id})
    return Group.objects.filter(mine).select_related("division", "leader", "second", "supervisor")


def group_for(*, group_id: UUID, viewer: Viewer, at: datetime) -> Group | None:
    """The group, if the viewer has to do with it."""
    return groups_for(viewer=viewer, at=at).filter(id=group_id).first()


def leads(group: Group, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody leads this group, as first or second, and may lead groups at all."""
    posts = {seat.post_id for seat in viewer.seats if rules.access_rules(at=at).may_do(role=seat.role, action=MANAGE)}
    return bool(posts & {group.leader_id, group.second_id})


def members_of(group: Group, *, viewer: Viewer, at: datetime, with_left: bool = False) -> list[Member]:
    """The members whom the viewer may see, in the order in which they joined."""
    rows = group.members.select_related("child").order_by("joined_at", "id")
    wanted = rows if with_left else rows.filter(left_at__isnull=True)
    seen = {
        id for part in (PART, CONTENT)
        for id in access.visible(wanted, viewer=viewer, part=part, at=at).values_list("id", flat=True)
    }
    return [member for member in wanted if member.id in seen]


def size_of(group: Group, *, with_left: bool = False) -> int:
    """How many are in a group, those too whom a viewer may not see: only the number is told."""
    with scope.widened():
        rows = Member.objects.filter(group=group)
        return rows.count() if with_left else rows.filter(left_at__isnull=True).count()


def sizes_of(groups: Iterable[Group]) -> dict[UUID, int]:
    """How many are in each group now."""
    found = {group.id: 0 for group in groups}
    with scope.widened():
        for group_id in Member.objects.filter(group_id__in=found, left_at__isnull=True).values_list(
            "group_id", flat=True
        ):
            found[group_id] += 1
    return found


def next_meetings(groups: Iterable[Group]) -> dict[UUID, Meeting]:
    """The next meeting of each group that is planned, or waits to be signed in."""
    found: dict[UUID, Meeting] = {}
    rows = Meeting.objects.filter(group__in=list(groups), state=Meeting.PLANNED).order_by("planned_for", "number")
    for meeting in rows:
        found.setdefault(meeting.group_id, meeting)
    return found
