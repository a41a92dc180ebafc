"""A group as a test tells it: planned, joined, signed in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests import world
from tests.flows.forms import fill
from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import group_members, group_sign_in, grouping
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.group_sign_in import Outcome, Sign, Told
from tongxin.flows.grouping import Plan
from tongxin.flows.record import Sheet
from tongxin.groups.models import Group, Member
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child

NAMES = ("小雨", "小海", "小川", "小溪", "小山", "小月", "小星", "小禾")
EXCLUSIONS = (
    "acute_danger", "open_crisis", "harm_goes_on", "psychosis", "substance", "cannot_follow", "fresh_event",
)


class GroupStory:
    """One group of the counsellor's with the social worker as second, from nine in the morning on."""

    def __init__(self, cast: world.World, at: datetime = world.START) -> None:
        self.world, self.at = cast, at
        self.group: Group = self.plan()
        self._last: tuple[Child, Sheet] | None = None

    def viewer(self, name: str) -> Viewer:
        return self.world.viewer(name, self.at)

    def plan(self, *, by: str = "苏咨询", protocol: str = "ease", second: str | None = "林社工") -> Group:
        return grouping.plan_group(
            plan=Plan(
                protocol=protocol, room="镇社工站二楼", first_at=self.at + timedelta(hours=5),
                second_id=self.world.posts[second].id if second else None,
            ),
            actor=self.viewer(by), at=self.at,
        )

    def child(self, name: str, **more: Any) -> Child:
        return self.world.child(name, at=self.at, **more)

    def started(self, child: Child, **answers: Any) -> dict[str, Any]:
        calm: dict[str, Any] = {
            **dict.fromkeys(EXCLUSIONS, "no"), **group_members.brought(self.group, at=self.at),
            "provider": "counsellor", "qualification": "counsellor", "trained": "yes", "agreed": "yes",
        }
        return fill(child, "course_start", self.at, **calm | answers)

    def join(self, who: str | Child, **answers: Any) -> Member:
        child = who if isinstance(who, Child) else self.child(who)
        self._last = child, Sheet(ids.new_id(), "course_start", self.started(child, **answers), self.at)
        return self.join_again()

    def join_again(self) -> Member:
        assert self._last is not None
        child, sheet = self._last
        member, _ = group_members.join(
            group_id=self.group.id, child_id=child.id, sheet=sheet, actor=self.viewer("苏咨询"), at=self.at
        )
        assert member is not None
        return member

    def members(self, many: int) -> list[Member]:
        """So many children with the longest in the group first."""
        found = []
        for name in NAMES[:many]:
            self.at += timedelta(minutes=1)
            found.append(self.join(name))
        return found

    def signs(
        self, other: Mapping[Member, Mapping[str, Any]] | None = None, *, by: str = "苏咨询", number: int = 1,
        with_left: bool = False, **more: Any,
    ) -> Outcome:
        """Everybody is there and nothing is noticed, but for what is said of some."""
        meeting = self.group.meetings.get(number=number)
        self.at = max(self.at + timedelta(hours=6), meeting.planned_for + timedelta(hours=2))
        said = {member.id: dict(each) for member, each in (other or {}).items()}
        rows = self.group.members.order_by("joined_at")
        rows = rows if with_left else rows.filter(left_at__isnull=True)
        signs = [
            Sign(
                member_id=member.id,
                **{"entry_id": ids.new_id(), "attended": "present", "has_looked": True, **said.get(member.id, {})},
            )
            for member in rows
        ]
        told = Told(
            held_on=self.at.astimezone(CHINA).date(), minutes=90, theme="getting_started", methods=("explaining",),
            homework="每天记一次心情", signature=by,
        )
        return group_sign_in.sign_in(
            meeting_id=meeting.id, told=replace(told, **more), signs=signs,
            actor=self.viewer(by), at=self.at,
        )

    def opened(self, entry: Entry) -> dict[str, Any]:
        """What was written down."""
        (answers,) = ledger.open_entries([entry], viewer=self.viewer("苏咨询"), purpose="test", at=self.at)
        assert answers is not None
        return answers

    def counted(self, child_id: UUID) -> set[str]:
        """The kinds of which the child's record has one that counts."""
        child = Child.objects.get(id=child_id)
        return set(state_of(child, facts=facts_of(child_id)[0], at=self.at).last)
