"""Groups: planned with leaders, places and meetings; what becomes of a group is a fact on its own record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import group_presences
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import gates
from tongxin.groups import selectors
from tongxin.groups.models import Group, Meeting
from tongxin.groups.protocols import Protocol, protocols_in
from tongxin.groups.rules import GroupRules, groups_in
from tongxin.lib import ids
from tongxin.rulebook import rules
from tongxin.vault import Owner

# No protocol has more; a year of weeks.
MOST_MEETINGS, FURTHEST = 30, timedelta(days=370)
NO_PROTOCOL = "没有保存：请选一种可以用小组做的办法。"
NO_ROOM = "没有保存：请写明在哪里开展。"
NO_PLACE = "没有保存：您的岗位不在一个区县里，不能建小组。"
SAME_POST = "没有保存：第二带领人不能和带领人是同一个岗位。"
TWO_LEAD = "没有保存：这种办法要两位带领人，请选第二带领人。"
STRANGE_POST = "没有保存：带领和督导的岗位要在本区县。"
IN_PAST = "没有保存：活动时间要在今天以后、一年以内。"
IS_OVER = "没有保存：这个小组已经结束。"
TOLD_ALREADY = "没有改动：这一场已经登记或取消。"
NO_REASON = "没有改动：请选原因。"


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody decides before anybody joins."""

    protocol: str
    room: str
    first_at: datetime
    every_days: int = 0
    second_id: UUID | None = None
    supervisor_id: UUID | None = None


def rules_of(group: Group, *, at: datetime) -> GroupRules:
    """The rules for groups where this one meets."""
    return groups_in(region=rules.region_of(group.county_id), at=at)


def protocol_of(group: Group, *, at: datetime) -> Protocol | None:
    """The protocol of a group in the version in force; none when the region has it no longer."""
    return protocols_in(region=rules.region_of(group.county_id), at=at).get(group.protocol)


def plan_group(*, plan: Plan, actor: Viewer, at: datetime) -> Group:
    """A group that nobody is in yet, with a meeting for each session of its protocol."""
    if actor.seat is None or not access.may_do(viewer=actor, action=selectors.MANAGE, at=at):
        raise NotAllowed
    division = Division.objects.get(id=actor.seat.division_id)
    if division.county_id is None:
        raise Refused.because(NO_PLACE)
    region = rules.region_of(division.county_id)
    protocol, found = protocols_in(region=region, at=at).get(plan.protocol), groups_in(region=region, at=at)
    if protocol is None or not protocol.is_group:
        raise Refused([Problem("protocol", NO_PROTOCOL, True)])
    if not plan.room.strip():
        raise Refused([Problem("room", NO_ROOM, True)])
    if protocol.leaders > 1 and plan.second_id is None:
        raise Refused([Problem("second", TWO_LEAD, True)])
    _refuse_posts(plan, actor, division.county_id)
    _refuse_moment(plan.first_at, at)
    gates.refuse_seat(actor, at=at)
    gates.refuse_post(plan.second_id, place="second", at=at)
    group = Group(
        id=ids.new_id(), year=at.astimezone(CHINA).year, protocol=protocol.id, division=division,
        leader_id=actor.seat.post_id, second_id=plan.second_id, supervisor_id=plan.supervisor_id,
        least=protocol.least or found.least, most=protocol.most or found.most, age_from=protocol.age_from,
        age_to=protocol.age_to, planned_at=at, planned_by_id=actor.person_id, **places_of(division),
    )
    vault.create_keys([group.key_owner], at=at)
    with transaction.atomic():
        # Whoever plans another one in this county waits here.
        Post.objects.select_for_update().filter(division_id=division.county_id).order_by("id").first()
        before = Group.objects.filter(county_id=group.county_id, year=group.year).aggregate(last=Max("number"))
        group.number = (before["last"] or 0) + 1
        vault.put(group, {"room": plan.room.strip()[:120]})
        group.save(force_insert=True)
        _plan_meetings(group, protocol, plan)
        note("group.planned", group, actor, at, protocol=group.protocol)
    return group


def _refuse_posts(plan: Plan, actor: Viewer, county_id: int) -> None:
    if plan.second_id is not None and plan.second_id in actor.post_ids:
        raise Refused([Problem("second", SAME_POST, True)])
    for path, post_id in (("second", plan.second_id), ("supervisor", plan.supervisor_id)):
        if post_id is None:
            continue
        if not Post.objects.filter(id=post_id, division__county_id=county_id).exists():
            raise Refused([Problem(path, STRANGE_POST, True)])


def _refuse_moment(moment: datetime, at: datetime) -> None:
    today = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    if not today <= moment <= at + FURTHEST:
        raise Refused([Problem("first", IN_PAST, True)])


def _plan_meetings(group: Group, protocol: Protocol, plan: Plan) -> None:
    every = timedelta(days=max(1, min(plan.every_days or protocol.every_days, 60)))
    Meeting.objects.bulk_create([
        Meeting(
            group=group, number=number + 1, session_no=number + 1, minutes=protocol.minutes,
            planned_for=plan.first_at + number * every,
        )
        for number in range(min(protocol.sessions, MOST_MEETINGS))
    ])


def led(group_id: UUID, *, actor: Viewer, at: datetime, for_update: bool = False) -> Group:
    """The group, for one of its leaders."""
    group = selectors.group_for(group_id=group_id, viewer=actor, at=at)
    if group is None or not selectors.leads(group, viewer=actor, at=at):
        raise NotAllowed
    return Group.objects.select_for_update().get(id=group.id) if for_update else group


@transaction.atomic
def move_meeting(*, meeting_id: UUID, to: datetime, actor: Viewer, at: datetime) -> Meeting:
    """A meeting that hasn't been held is on another day."""
    meeting = _planned(meeting_id, actor, at)
    _refuse_moment(to, at)
    meeting.planned_for = to
    meeting.save(update_fields=["planned_for"])
    note("meeting.moved", meeting.group, actor, at, number=meeting.number)
    return meeting


@transaction.atomic
def call_off(*, meeting_id: UUID, reason: str, actor: Viewer, at: datetime) -> Meeting:
    """A meeting that doesn't take place; its session is held by one more at the end."""
    meeting = _planned(meeting_id, actor, at)
    if reason not in rules_of(meeting.group, at=at).called_off:
        raise Refused([Problem("reason", NO_REASON, True)])
    told = group_presences.told_of(meeting)
    if len(told) > len(group_presences.first_in(told.values())):
        raise Refused.because(TOLD_ALREADY)
    meeting.state, meeting.reason = Meeting.CALLED_OFF, reason
    meeting.told_at, meeting.told_by_id, meeting.told_post_id = at, actor.person_id, actor.post_id
    session_no, meeting.session_no = meeting.session_no, None
    meeting.save()
    _hand_on(meeting.group, session_no, meeting)
    note("meeting.cancelled", meeting.group, actor, at, number=meeting.number, reason=reason)
    return meeting


def _hand_on(group: Group, session_no: int | None, gone: Meeting) -> None:
    """What was to be done then is done the next time, and each later session one meeting later."""
    last = group.meetings.order_by("number").last() or gone
    later = list(group.meetings.filter(state=Meeting.PLANNED, number__gt=gone.number).order_by("number"))
    step = timedelta(days=7)
    if len(later) > 1:
        step = later[-1].planned_for - later[-2].planned_for
    if group.meetings.count() < MOST_MEETINGS:
        later.append(Meeting(
            group=group, number=last.number + 1, minutes=gone.minutes, planned_for=last.planned_for + step
        ))
    for meeting in later:
        session_no, meeting.session_no = meeting.session_no, session_no
        meeting.save()


def _planned(meeting_id: UUID, actor: Viewer, at: datetime) -> Meeting:
    """A meeting of the actor's group that nobody has told of yet, locked."""
    found = Meeting.objects.filter(id=meeting_id).values_list("group_id", flat=True).first()
    if found is None:
        raise NotAllowed
    group = led(found, actor=actor, at=at, for_update=True)
    meeting = Meeting.objects.select_for_update().get(id=meeting_id)
    meeting.group = group
    if meeting.state != Meeting.PLANNED:
        raise Refused.because(TOLD_ALREADY)
    if group.state != Group.OPEN:
        raise Refused.because(IS_OVER)
    return meeting


def note(kind: str, group: Group, actor: Viewer, at: datetime, **clear: object) -> None:
    """Put it on the group's record; codes only."""
    ledger.record(
        kind=kind, subject=Owner("group", group.id), actor=actor, at=at, is_fact=True,
        clear={name: str(value) for name, value in clear.items()},
    )
