"""A group of children who meet each week: signed in, one stays away twice, one tells of danger in a meeting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.year import Year
from tongxin.flows import group_members, group_sign_in, grouping
from tongxin.flows.group_sign_in import VETOES, Sign, Told
from tongxin.flows.grouping import Plan
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.groups.models import Group, Member
from tongxin.people.models import Child

SEED = 20251227
PROTOCOL, MANY, FEWEST = "ease", 8, 2
BEGINS, FIRST = timedelta(days=38), timedelta(hours=29)
# Who stays away from which meetings, who is ill once, and who tells of danger when: by the place in the group.
AWAY: Mapping[int, tuple[int, ...]] = {2: (2, 3)}
ILL: Mapping[int, tuple[int, ...]] = {0: (5,), 4: (1,)}
DANGER = (1, 4)
# How low children feel when the group begins: five answers of WHO-5 each.
FEELS = ("1", "2", "1", "2", "1")
EXCLUSIONS = (
    "acute_danger", "open_crisis", "harm_goes_on", "psychosis", "substance", "cannot_follow", "fresh_event",
)
# The leaders do these by signing in; nobody else fills them in for a child of the group.
IN_GROUP = frozenset({"course_session", "course_missed", "course_over", "course_idle", "course_measure"})
LATER = timedelta(hours=2)


@dataclass
class GroupDays:
    """One group of the county's counsellor, with the social worker as second."""

    year: Year
    county_id: int
    chance: Random = field(default_factory=lambda: Random(SEED))
    group: Group | None = None

    def plan_all(self) -> None:
        begins = (self.year.end - BEGINS).astimezone(CHINA).replace(hour=9, minute=0)
        self.year.plan(begins, self._begin)

    def _leader(self, at: datetime) -> Actor | None:
        return self.year.cast.at_place("counsellor", self.county_id, at=at)

    def _new_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _begin(self, at: datetime) -> None:
        leader = self._leader(at)
        second = self.year.cast.post_of("social_worker", self.county_id)
        supervisor = self.year.cast.post_of("clinical_supervisor", self.county_id)
        if leader is None or leader.role != "counsellor" or second is None:
            return
        self.group = group = grouping.plan_group(
            plan=Plan(
                protocol=PROTOCOL, room="凤城街道社工站二楼活动室", first_at=at + FIRST, second_id=second.id,
                supervisor_id=supervisor.id if supervisor else None,
            ),
            actor=leader.viewer, at=at,
        )
        for life in self._fitting(group, at):
            self._join(group, life, leader, at)
        if group.members.count() < FEWEST:
            group_members.end_group(group_id=group.id, actor=leader.viewer, at=at)
            return
        for meeting in group.meetings.order_by("number"):
            if meeting.planned_for + LATER <= self.year.end:
                self.year.plan(meeting.planned_for + LATER, self._meet, number=meeting.number)

    def _fitting(self, group: Group, at: datetime) -> list[Life]:
        """The first children whom nothing speaks against, those who have a hard time before the others."""
        found = []
        lives = [life for life in self.year.lives.values() if 10 <= life.age(at) <= 15 and not life.is_crisis]
        for life in sorted(lives, key=lambda life: (-life.difficulty(at), life.number)):
            child = Child.objects.get(id=life.child_id)
            case = Case.objects.get(id=life.child_id)
            if case.is_open and case.level != "high" and not group_members.refusal(group, child, at=at):
                found.append(life)
        return found[:MANY]

    def _join(self, group: Group, life: Life, leader: Actor, at: datetime) -> None:
        life.flags |= IN_GROUP
        day = at.astimezone(CHINA).date().isoformat()
        answers: dict[str, Any] = {
            **group_members.brought(group, at=at), **dict.fromkeys(EXCLUSIONS, "no"), "starts_on": day,
            "provider": "counsellor", "qualification": "counsellor", "trained": "yes", "agreed": "yes",
            "measures": ["who_5"], "child_told": "yes",
            "who_5": {f"q{number}": code for number, code in enumerate(FEELS, 1)},
            "aim": "心情好一点，和同学合得来", "signature": leader.name,
        }
        sheet = Sheet(self._new_id(), "course_start", answers, at)
        try:
            group_members.join(
                group_id=group.id, child_id=life.child_id, sheet=sheet, actor=leader.viewer, at=at
            )
        except (Refused, NotAllowed) as refused:
            self.year.refuse("course_start", refused, at=at, life=life)
        self.year.look_at([life.child_id], at)

    def _meet(self, at: datetime, number: int) -> None:
        leader = self._leader(at)
        if self.group is None or leader is None or self.group.leader_id not in leader.viewer.post_ids:
            return
        meeting = self.group.meetings.get(number=number)
        protocol = grouping.protocol_of(self.group, at=at)
        members = list(self.group.members.order_by("joined_at", "id"))
        signs = [
            self._sign(place, member, number) for place, member in enumerate(members) if member.left_at is None
        ]
        theme = protocol.theme_of(meeting.session_no or number)[0] if protocol else "feelings"
        told = Told(
            held_on=at.astimezone(CHINA).date(), minutes=meeting.minutes, theme=theme, methods=("explaining", "art"),
            homework="每天记一次心情，做一件喜欢的小事", signature=leader.name,
        )
        outcome = group_sign_in.sign_in(meeting_id=meeting.id, told=told, signs=signs, actor=leader.viewer, at=at)
        for member, problems in outcome.refused:
            life = self.year.lives[member.child_id]
            self.year.refuse("session_record", Refused(list(problems)), at=at, life=life)
        self.year.look_at([member.child_id for member in members], at)
        self.year.look_no_later(at)
        for member in outcome.in_danger:
            group_members.leave(member_id=member.id, reason="crisis", actor=leader.viewer, at=at)

    def _sign(self, place: int, member: Member, number: int) -> Sign:
        entry = self._new_id()
        if number in AWAY.get(place, ()):
            return Sign(member.id, entry, "absent", absence="打电话没有人接，第二天请儿童主任上门看了，在家")
        if number in ILL.get(place, ()):
            return Sign(member.id, entry, "excused", absence="感冒，监护人打电话请了假")
        if (place, number) == DANGER:
            dangers = {**dict.fromkeys(VETOES, "no"), "wish_to_die": "yes"}
            return Sign(member.id, entry, "present", dangers, words="散场以后单独说起不想活，带领人一直陪着")
        return Sign(member.id, entry, "present", has_looked=True)
