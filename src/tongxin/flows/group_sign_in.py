"""The sign-in of one meeting: for each child a session record through the one door, all of them or none.

A danger doesn't wait for the others, nor for the rest of its own record: whatever is refused, it is recorded with what
is known (spine A1); the whole record takes its place later, as a correction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.group_presences import FIRST, LOOK, first_in, newest_of, told_of
from tongxin.flows.grouping import led, note, rules_of
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Meeting, Member, Presence
from tongxin.groups.protocols import CARER

FORM, FLAG, WAY = "session_record", "flag", "group"
PRESENT, EXCUSED, ABSENT = ATTENDED = ("present", "excused", "absent")
VETOES = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
NO_ACCESS = "您的岗位不能登记这个孩子的辅导记录。请让能登记的带领人登记，或先核对这个孩子的负责岗位。"
CALLED_OFF = "这一场已经取消，不能签到。没有保存。"
TOO_EARLY = "日期不能晚于今天。没有保存。"
NOT_YET = "这一场计划在{day}，还没有到。提前办了的，先在“改时间、取消这一场”里改到办的那天，再签到。没有保存。"
NO_CHOICE = "每个孩子都要选：到、请假，还是没有到。"
ANSWERS = ("yes", "no", "unknown")
ASKED, NOT_NOTICED = "asked", "not_noticed"
NOT_LOOKED = "还没有看六条危险：选“没有发现”或“要单独看看”。"
WORDS = "团辅活动中有情况，需要当面单独谈一谈，问清六条危险。"


@dataclass(frozen=True, slots=True)
class Told:
    """What holds for all who were there."""

    held_on: date
    minutes: int
    theme: str
    methods: tuple[str, ...]
    homework: str
    signature: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One child's line. `dangers` answers the six questions where somebody looked; `has_looked` without them says that
    nothing was noticed. Of whom nobody has looked at that, nothing is recorded."""

    member_id: UUID
    entry_id: UUID
    attended: str
    dangers: Mapping[str, str] = field(default_factory=dict)
    absence: str = ""
    words: str = ""
    has_looked: bool = False

    @property
    def is_danger(self) -> bool:
        return bool(self.seen)

    @property
    def seen(self) -> list[str]:
        """The dangers that somebody saw."""
        return [veto for veto in VETOES if self.dangers.get(veto) == "yes"]

    @property
    def danger_id(self) -> UUID:
        """Under which these dangers are recorded by themselves: the same ones sent twice are kept once."""
        return uuid5(self.entry_id, ",".join(self.seen))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sign-in: who was recorded, who was refused and why, whose danger was recorded all the same."""

    recorded: tuple[Member, ...] = ()
    refused: tuple[tuple[Member, tuple[Problem, ...]], ...] = ()
    in_danger: tuple[Member, ...] = ()
    # Recorded by somebody else meanwhile; what they wrote stands.
    before: tuple[Member, ...] = ()
    # What stands against the sign-in as a whole.
    problems: tuple[Problem, ...] = ()
    # In danger, and not recorded: the crisis report is the way that stays open.
    left: tuple[Member, ...] = ()

    @property
    def is_saved(self) -> bool:
        return not self.refused and not self.problems


class _Nothing(Exception):
    """Some were refused: nobody is recorded."""

    def __init__(self, refused: tuple[tuple[Member, tuple[Problem, ...]], ...]) -> None:
        super().__init__(f"{len(refused)} refused")
        self.refused = refused


def sign_in(*, meeting_id: UUID, told: Told, signs: Sequence[Sign], actor: Viewer, at: datetime) -> Outcome:
    """All of the children's records of one meeting, or who stands against it and why; a danger in any case."""
    try:
        outcome = _together(meeting_id, told, signs, actor, at)
    except _Nothing as nothing:
        outcome = Outcome(refused=nothing.refused)
    except Refused as refusal:
        outcome = Outcome(problems=tuple(refusal.problems))
    done = {member.id for member in outcome.in_danger}
    kept: list[Member] = []
    left: list[Member] = []
    for sign in signs:
        if sign.is_danger and sign.member_id not in done:
            member, is_kept = _alone(meeting_id, told, sign, actor, at)
            if member is not None:
                (kept if is_kept else left).append(member)
    return replace(outcome, in_danger=(*outcome.in_danger, *kept), left=tuple(left))


@transaction.atomic
def _together(meeting_id: UUID, told: Told, signs: Sequence[Sign], actor: Viewer, at: datetime) -> Outcome:
    meeting, everybody = _open(meeting_id, actor, at)
    _refuse(meeting, told, at)
    members = {id: member for id, member in everybody.items() if member.left_at is None}
    before = _before(meeting, members.values())
    fresh = [sign for sign in signs if sign.member_id in members and members[sign.member_id] not in before]
    refused = []
    for sign in fresh:
        member = members[sign.member_id]
        if problems := _kept(meeting, member, told, sign, actor, at):
            refused.append((member, problems))
    if refused:
        raise _Nothing(tuple(refused))
    corrected = _corrected(meeting, members, before, told, signs, actor, at)
    if fresh:
        _close(meeting, actor, at, many=len(fresh))
    return Outcome(
        recorded=tuple(members[sign.member_id] for sign in fresh), before=tuple(before),
        in_danger=(*(members[sign.member_id] for sign in fresh if sign.is_danger), *corrected),
    )


def _open(meeting_id: UUID, actor: Viewer, at: datetime) -> tuple[Meeting, dict[UUID, Member]]:
    """The meeting, alone until the transaction ends, and everybody who is or was in the group."""
    group_id = Meeting.objects.filter(id=meeting_id).values_list("group_id", flat=True).first()
    if group_id is None:
        raise NotAllowed
    group = led(group_id, actor=actor, at=at, for_update=True)
    meeting = Meeting.objects.select_for_update().get(id=meeting_id)
    meeting.group = group
    return meeting, {member.id: member for member in selectors.members_of(group, viewer=actor, at=at, with_left=True)}


def _refuse(meeting: Meeting, told: Told, at: datetime) -> None:
    if meeting.state == Meeting.CALLED_OFF:
        raise Refused.because(CALLED_OFF)
    if told.held_on > at.astimezone(CHINA).date():
        raise Refused([Problem("held_on", TOO_EARLY, True)])
    planned = meeting.planned_for.astimezone(CHINA).date()
    if told.held_on < planned:
        day = f"{planned.year}年{planned.month}月{planned.day}日"
        raise Refused([Problem("held_on", NOT_YET.format(day=day), True)])


def _before(meeting: Meeting, members: Iterable[Member]) -> list[Member]:
    """Whose record of the meeting is whole."""
    there = told_of(meeting)
    first = first_in(there.values())
    return [member for member in members if member.id in there and there[member.id].id not in first]


def _kept(
    meeting: Meeting, member: Member, told: Told, sign: Sign, actor: Viewer, at: datetime
) -> tuple[Problem, ...]:
    """Nothing, when the child's record was kept; else why it wasn't."""
    if sign.attended not in ATTENDED:
        return (Problem("attended", NO_CHOICE, True),)
    if sign.attended == PRESENT and not sign.has_looked and not sign.dangers:
        return (Problem("risk", NOT_LOOKED, True),)
    # Of somebody whose danger was recorded first, this is the whole record in its place.
    first = told_of(meeting).get(member.id)
    more = {"supersedes": first.id, "correction_kind": "correct"} if first else {}
    sheet = _sheet(meeting, member, told, sign, at, **more)
    try:
        with transaction.atomic():
            kept = record(child_id=member.child_id, sheet=sheet, actor=actor, at=at)
            if first is None:
                Presence.objects.create(meeting=meeting, member=member, entry_id=kept.entry.id)
            _ask_to_look(member, told, sign, actor, at)
    except Refused as refusal:
        return tuple(refusal.problems)
    except NotAllowed:
        return (Problem("", NO_ACCESS, True),)
    except Held as held:
        return (Problem("", held.zh, True),)
    return ()


def _sheet(meeting: Meeting, member: Member, told: Told, sign: Sign, at: datetime, **more: Any) -> Sheet:
    moment = datetime.combine(told.held_on, time(23, 59), CHINA)
    return Sheet(
        entry_id=sign.entry_id, form_id=FORM, answers=_answers(meeting, member, told, sign),
        about=str(member.course_id),
        occurred_at=min(moment, at), **more,
    )


def _answers(meeting: Meeting, member: Member, told: Told, sign: Sign) -> dict[str, Any]:
    is_there = sign.attended == PRESENT
    said: dict[str, Any] = {
        "held_on": told.held_on.isoformat(), "session_no": meeting.session_no or meeting.number, "way": WAY,
        "attended": sign.attended, "signature": told.signature,
    }
    if coming := _next_on(meeting, told):
        said["next_on"] = coming
    if is_there:
        said |= {
            "minutes": told.minutes, "seen_in_person": _sees_child(member), "theme": told.theme,
            "method": list(told.methods), **_looked(sign),
        }
        said |= {"homework": told.homework} if told.homework else {}
        said |= {"content": sign.words} if sign.words else {}
    else:
        said |= {veto: answer for veto, answer in sign.dangers.items() if veto in VETOES}
        said |= {"absence": sign.absence} if sign.absence else {}
    return said


def _looked(sign: Sign) -> dict[str, str]:
    """What was asked, with what wasn't answered as not known; where nothing was asked, that nothing was noticed."""
    if not sign.dangers:
        return {LOOK: NOT_NOTICED}
    return {LOOK: ASKED, **{veto: sign.dangers.get(veto, "unknown") for veto in VETOES}}


def _sees_child(member: Member) -> str:
    """In a group for carers the child itself is not there."""
    data = Result.objects.filter(entry_id=member.course_id).values_list("data", flat=True).first()
    return "no" if (data or {}).get("recipient") == CARER else "yes"


def _next_on(meeting: Meeting, told: Told) -> str:
    later = meeting.group.meetings.filter(state=Meeting.PLANNED).exclude(id=meeting.id).order_by("planned_for")
    days = (moment.astimezone(CHINA).date() for moment in later.values_list("planned_for", flat=True))
    return next((day.isoformat() for day in days if day > told.held_on), "")


def _ask_to_look(member: Member, told: Told, sign: Sign, actor: Viewer, at: datetime) -> None:
    """Something was noticed and isn't clear: somebody talks with the child alone, and it has a day."""
    if sign.is_danger or "unknown" not in sign.dangers.values():
        return
    within = rules_of(member.group, at=at).look_within
    answers = {
        "flag_kind": "verify", "wanted": WORDS, "resolver": "counsellor", "signature": told.signature,
        "due_on": (at.astimezone(CHINA) + within).date().isoformat(),
    }
    sheet = Sheet(uuid5(sign.entry_id, FLAG), FLAG, answers, at)
    record(child_id=member.child_id, sheet=sheet, actor=actor, at=at)


def _close(meeting: Meeting, actor: Viewer, at: datetime, *, many: int) -> None:
    if meeting.state == Meeting.PLANNED:
        meeting.state = Meeting.HELD
        meeting.told_at, meeting.told_by_id, meeting.told_post_id = at, actor.person_id, actor.post_id
        meeting.save()
    note("meeting.held", meeting.group, actor, at, number=meeting.number, many=many)


def _corrected(
    meeting: Meeting, members: Mapping[UUID, Member], before: Sequence[Member], told: Told, signs: Sequence[Sign],
    actor: Viewer, at: datetime,
) -> list[Member]:
    """Children whom another leader recorded first, without the danger that this one saw: it is written to them."""
    found = []
    entries = dict(meeting.presences.values_list("member_id", "entry_id"))
    for sign in signs:
        member = members.get(sign.member_id)
        if member is None or member not in before or not sign.is_danger:
            continue
        newest = newest_of([entries[member.id]])[entries[member.id]]
        if _has_alarm(newest.id):
            continue
        other = replace(sign, entry_id=sign.danger_id)
        sheet = _sheet(meeting, member, told, other, at, supersedes=newest.id, correction_kind="correct")
        try:
            with transaction.atomic():
                record(child_id=member.child_id, sheet=sheet, actor=actor, at=at)
        except (Refused, NotAllowed, Held):
            continue
        found.append(member)
    return found


def _has_alarm(entry_id: UUID, many: int = 1) -> bool:
    """Whether a record raised so many alarms: each of the six dangers raises its own."""
    data = Result.objects.filter(entry_id=entry_id).values_list("data", flat=True).first()
    return len((data or {}).get("alarms") or ()) >= many


@transaction.atomic
def _alone(
    meeting_id: UUID, told: Told, sign: Sign, actor: Viewer, at: datetime
) -> tuple[Member | None, bool]:
    """A child in danger, and whether that is on record now: in the child's whole record, or else by itself."""
    meeting, everybody = _open(meeting_id, actor, at)
    member = everybody.get(sign.member_id)
    if member is None:
        return None, False
    if any(_has_alarm(id, len(sign.seen)) for id in (sign.entry_id, sign.danger_id)):
        # The same page sent again.
        return member, True
    try:
        _refuse(meeting, told, at)
    except Refused:
        is_open = False
    else:
        is_open = member.left_at is None and not _before(meeting, [member])
    if is_open and not _kept(meeting, member, told, sign, actor, at):
        return member, True
    return member, _first(meeting, member, told, sign, actor, at)


def _first(meeting: Meeting, member: Member, told: Told, sign: Sign, actor: Viewer, at: datetime) -> bool:
    """Whether the dangers are recorded by themselves: nothing that isn't known is written beside them."""
    for words in dict.fromkeys((sign.words, "")):
        try:
            with transaction.atomic():
                sheet = _first_sheet(meeting, member, told, replace(sign, words=words), at)
                kept = record(child_id=member.child_id, sheet=sheet, actor=actor, at=at)
                if member.left_at is None and member.id not in told_of(meeting):
                    Presence.objects.create(meeting=meeting, member=member, entry_id=kept.entry.id)
        except (Refused, NotAllowed, Held):
            continue
        return True
    return False


def _first_sheet(meeting: Meeting, member: Member, told: Told, sign: Sign, at: datetime) -> Sheet:
    today = at.astimezone(CHINA).date()
    is_day = meeting.group.planned_at.astimezone(CHINA).date() <= told.held_on <= today
    answers: dict[str, Any] = {
        "held_on": (told.held_on if is_day else today).isoformat(), "way": WAY, LOOK: FIRST,
        "session_no": meeting.session_no or meeting.number, "signature": told.signature,
        **{veto: answer for veto, answer in sign.dangers.items() if veto in VETOES and answer in ANSWERS},
    }
    if sign.attended in ATTENDED:
        answers["attended"] = sign.attended
    if sign.attended == PRESENT:
        answers["seen_in_person"] = _sees_child(member)
    if sign.words:
        answers["content"] = sign.words
    return Sheet(
        entry_id=sign.danger_id, form_id=FORM, answers=answers, about=str(member.course_id), occurred_at=at
    )
