"""Joint meetings: planned, members asked with an agenda of numbers, answered, signed in, written down, decided."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.coordination.models import Attendance, JointMeeting, Matter, Member
from tongxin.coordination.rules import MEETINGS
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import coordinating, coordinating_figures, coordinating_matters
from tongxin.flows import coordinating_members as members
from tongxin.flows.coordinating import CHANGED, add_step, locked, read, step_before, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

PLANNED, ASKED, HELD, OFF = "planned", "asked", "held", "off"
EARLIER = "没有保存：会议时间要在现在以后。"
NOBODY = "没有通知：还没有一个部门有联系岗位。请先在“成员单位”里登记。"
NOT_YET = "没有保存：会议当天才能签到。"
NO_WORDS = "没有保存：请写明为什么取消。"


def reach(viewer: Viewer, *, at: datetime) -> QuerySet[JointMeeting]:
    """The meetings of the county somebody leads, and those to which one of their posts was asked."""
    county = coordinating.county_of(viewer)
    rows = JointMeeting.objects.filter(county_id=county)
    if coordinating.leads(viewer, county, at=at):
        return rows
    mine = Q(attendances__post_id__in=viewer.post_ids)
    mine |= Q(attendances__member_id__in=members.members_reached(viewer))
    return rows.filter(mine).distinct()


def meeting_for(meeting_id: UUID, *, viewer: Viewer, at: datetime) -> JointMeeting:
    found = reach(viewer, at=at).filter(id=meeting_id).first()
    if found is None:
        raise NotAllowed
    return found


def led(meeting_id: UUID, *, viewer: Viewer, at: datetime) -> JointMeeting:
    """The meeting, locked, for whoever leads the county."""
    county = coordinating.leading(viewer, at=at)
    found = JointMeeting.objects.select_for_update().filter(id=meeting_id, county_id=county).first()
    if found is None:
        raise NotAllowed
    return found


def next_due(county_id: int, *, at: datetime) -> datetime | None:
    """Until when the next regular meeting has to be held; none where none was ever held."""
    last = JointMeeting.objects.filter(county_id=county_id, state=HELD).order_by("-held_at").first()
    if last is None or last.held_at is None:
        return None
    every = coordinating.rules_of(MEETINGS, county_id, at=at).span("every")
    return due_at(every, since=last.held_at, calendar=rules.calendar_at(at))


@transaction.atomic
def plan(*, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None) -> JointMeeting:
    """A new meeting; nobody is told of it yet."""
    county = coordinating.leading(actor, at=at)
    said = read("plan", given, coordinating.rules_of(MEETINGS, county, at=at), at=at)
    when = datetime.fromisoformat(said.clear["planned_for"])
    if when <= at:
        raise Refused([Problem("planned_for", EARLIER, True)])
    meeting, is_new = coordinating.begin(
        JointMeeting, county_id=county, actor=actor, at=at, new_id=new_id, state=PLANNED, planned_for=when,
    )
    if is_new:
        JointMeeting.objects.filter(id=meeting.id).update(kind=said.clear["kind"])
        add_step(meeting.id, PLANNED, actor=actor, at=at, clear=said.clear, words=said.words)
        tell("joint.advanced", meeting.id, actor=actor, at=at, step=PLANNED)
    return meeting


@transaction.atomic
def change(*, meeting_id: UUID, given: Given, actor: Viewer, at: datetime) -> JointMeeting:
    """Another day, place or topic; whoever was asked is told."""
    meeting = led(meeting_id, viewer=actor, at=at)
    if meeting.state not in (PLANNED, ASKED):
        raise Refused.because(CHANGED)
    said = read("plan", given, coordinating.rules_of(MEETINGS, meeting.county_id, at=at), at=at)
    when = datetime.fromisoformat(said.clear["planned_for"])
    if when <= at:
        raise Refused([Problem("planned_for", EARLIER, True)])
    meeting.planned_for, meeting.kind = when, said.clear["kind"]
    meeting.save(update_fields=["planned_for", "kind"])
    add_step(meeting.id, PLANNED, actor=actor, at=at, clear=said.clear, words=said.words)
    tell("joint.advanced", meeting.id, actor=actor, at=at, step=PLANNED, posts=_asked(meeting))
    return meeting


@transaction.atomic
def ask(*, meeting_id: UUID, actor: Viewer, at: datetime) -> JointMeeting:
    """Every member with a contact is asked; the agenda's numbers are written down as they stand now."""
    meeting = led(meeting_id, viewer=actor, at=at)
    if meeting.state not in (PLANNED, ASKED):
        raise Refused.because(CHANGED)
    there = {each.member_id for each in meeting.attendances.all()}
    fresh = []
    for member in members.current(meeting.county_id):
        owner = members.answering(member, at=at)
        if owner is not None and member.id not in there:
            fresh.append(Attendance(meeting=meeting, member=member, post_id=owner.post_id, asked_at=at))
    if not fresh and not there:
        raise Refused.because(NOBODY)
    if not fresh and meeting.state == ASKED:
        return meeting
    Attendance.objects.bulk_create(fresh)
    numbers = coordinating_figures.agenda_for(actor, at=at)
    add_step(meeting.id, ASKED, actor=actor, at=at, clear={
        "figures": coordinating_figures.as_codes(numbers), "members": [each.member.department for each in fresh],
    })
    meeting.state = ASKED
    meeting.save(update_fields=["state"])
    tell("joint.asked", meeting.id, actor=actor, at=at, posts=[each.post_id for each in fresh])
    return meeting


def _asked(meeting: JointMeeting) -> list[UUID]:
    return list(meeting.attendances.values_list("post_id", flat=True))


def _own(meeting_id: UUID, member_id: int | None, actor: Viewer, at: datetime) -> Attendance:
    """The line of the actor's own member, or any for whoever leads."""
    meeting = locked(meeting_for(meeting_id, viewer=actor, at=at))
    reached = members.members_reached(actor)
    rows = meeting.attendances.select_related("member").order_by("id")
    for row in rows:
        if (member_id in (None, row.member_id)) and (row.post_id in actor.post_ids or row.member_id in reached):
            return row
    lead = coordinating.leads(actor, meeting.county_id, at=at)
    found = rows.filter(member_id=member_id).first() if lead and member_id is not None else None
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def reply(*, meeting_id: UUID, member_id: int | None, answer: str, actor: Viewer, at: datetime) -> Attendance:
    """Whether a member comes."""
    row = _own(meeting_id, member_id, actor, at)
    meeting = row.meeting
    if meeting.state != ASKED:
        raise Refused.because(CHANGED)
    replies = coordinating.rules_of(MEETINGS, meeting.county_id, at=at).words("replies")
    if answer not in replies:
        raise Refused([Problem("reply", "没有保存：请选参加、请人代为参加或不能参加。", True)])
    row.reply, row.replied_at = answer, at
    row.save(update_fields=["reply", "replied_at"])
    add_step(meeting.id, "replied", actor=actor, at=at, clear={"member": row.member_id, "reply": answer})
    tell("joint.advanced", meeting.id, actor=actor, at=at, step="replied", posts=[meeting.post_id])
    return row


@transaction.atomic
def sign_in(*, meeting_id: UUID, member_id: int | None, actor: Viewer, at: datetime) -> Attendance:
    """A member is there: on the day of the meeting or, for who leads, when the list on paper is entered later."""
    row = _own(meeting_id, member_id, actor, at)
    meeting = row.meeting
    today = at.astimezone(CHINA).date()
    day = meeting.planned_for.astimezone(CHINA).date()
    late = today > day and coordinating.leads(actor, meeting.county_id, at=at)
    if meeting.state not in (ASKED, HELD) or not (today == day or late):
        raise Refused.because(NOT_YET if meeting.state in (ASKED, HELD) else CHANGED)
    if row.signed_at is None:
        row.signed_at, row.signed_by = at, actor.person_id
        row.save(update_fields=["signed_at", "signed_by"])
        add_step(meeting.id, "signed", actor=actor, at=at, clear={"member": row.member_id})
    return row


@transaction.atomic
def hold(
    *, meeting_id: UUID, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None
) -> JointMeeting:
    """What was said, once under `new_id`; written again, the newest minutes stand and the former stay."""
    meeting = led(meeting_id, viewer=actor, at=at)
    if step_before(new_id, meeting.id, HELD, actor=actor):
        return meeting
    if meeting.state not in (ASKED, HELD):
        raise Refused.because(CHANGED)
    said = read("minutes", given, coordinating.rules_of(MEETINGS, meeting.county_id, at=at), at=at)
    meeting.state, meeting.held_at = HELD, datetime.fromisoformat(said.clear["held_at"])
    meeting.save(update_fields=["state", "held_at"])
    add_step(meeting.id, HELD, actor=actor, at=at, clear=said.clear, words=said.words, new_id=new_id)
    tell("joint.advanced", meeting.id, actor=actor, at=at, step=HELD, posts=_asked(meeting))
    return meeting


@transaction.atomic
def call_off(*, meeting_id: UUID, words: str, actor: Viewer, at: datetime) -> JointMeeting:
    """It isn't held; whoever was asked is told."""
    meeting = led(meeting_id, viewer=actor, at=at)
    if meeting.state not in (PLANNED, ASKED):
        raise Refused.because(CHANGED)
    if not words.strip():
        raise Refused.because(NO_WORDS)
    meeting.state = OFF
    meeting.save(update_fields=["state"])
    add_step(meeting.id, OFF, actor=actor, at=at, words={"words": words.strip()})
    tell("joint.advanced", meeting.id, actor=actor, at=at, step=OFF, posts=_asked(meeting))
    return meeting


@transaction.atomic
def decide(
    *, meeting_id: UUID, member_id: int | None, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None
) -> Matter:
    """A decision of a meeting that was held: a department's task with a day."""
    meeting = led(meeting_id, viewer=actor, at=at)
    if meeting.state != HELD:
        raise Refused.because(CHANGED)
    member = _member(meeting.county_id, member_id)
    return coordinating_matters.issue(
        kind=Matter.DECISION, member=member, given=given, actor=actor, at=at, meeting=meeting, new_id=new_id
    )


def _member(county_id: int, member_id: int | None) -> Member:
    found = next((each for each in members.current(county_id) if each.id == member_id), None)
    if found is None:
        raise Refused([Problem("member", "没有保存：请选由哪个部门办。", True)])
    return found
