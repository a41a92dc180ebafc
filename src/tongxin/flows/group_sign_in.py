"""The sign-in of one meeting: for each child a session record through the one door, all of them or none.

A danger doesn't wait for the others: where the rest is refused, the child in danger is recorded alone (spine A1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.grouping import led, note, rules_of
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Meeting, Member, Presence
from tongxin.groups.protocols import CARER
from tongxin.ledger.models import Entry

FORM, FLAG, WAY = "session_record", "flag", "group"
PRESENT, EXCUSED, ABSENT = ATTENDED = ("present", "excused", "absent")
VETOES = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
NO_ACCESS = "您的岗位不能登记这个孩子的辅导记录。请让能登记的带领人登记，或先核对这个孩子的负责岗位。"
CALLED_OFF = "这一场已经取消，不能签到。没有保存。"
TOO_EARLY = "日期不能晚于今天。没有保存。"
NO_CHOICE = "每个孩子都要选：到、请假，还是没有到。"
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
        return "yes" in self.dangers.values()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sign-in: who was recorded, who was refused and why, whose danger was recorded all the same."""

    recorded: tuple[Member, ...] = ()
    refused: tuple[tuple[Member, tuple[Problem, ...]], ...] = ()
    in_danger: tuple[Member, ...] = ()
    # Recorded by somebody else meanwhile; what they wrote stands.
    before: tuple[Member, ...] = ()

    @property
    def is_saved(self) -> bool:
        return not self.refused


class _Nothing(Exception):
    """One was refused: nobody is recorded."""


def sign_in(*, meeting_id: UUID, told: Told, signs: Sequence[Sign], actor: Viewer, at: datetime) -> Outcome:
    """All of the children's records of one meeting, or who stands against it and why."""
    refused: list[tuple[Member, tuple[Problem, ...]]] = []
    try:
        with transaction.atomic():
            meeting, members = _begin(meeting_id, told, actor, at)
            before = _before(meeting, members.values())
            fresh = [sign for sign in signs if sign.member_id in members and members[sign.member_id] not in before]
            for sign in fresh:
                member = members[sign.member_id]
                if problems := _kept(meeting, member, told, sign, actor, at):
                    refused.append((member, problems))
            if refused:
                raise _Nothing
            corrected = _corrected(meeting, members, before, told, signs, actor, at)
            if fresh:
                _close(meeting, actor, at, many=len(fresh))
        return Outcome(
            recorded=tuple(members[sign.member_id] for sign in fresh), before=tuple(before),
            in_danger=(*(members[sign.member_id] for sign in fresh if sign.is_danger), *corrected),
        )
    except _Nothing:
        alone = _dangers_alone(meeting_id, told, signs, actor, at)
        return Outcome(refused=tuple(refused), in_danger=alone)


def _begin(meeting_id: UUID, told: Told, actor: Viewer, at: datetime) -> tuple[Meeting, dict[UUID, Member]]:
    group_id = Meeting.objects.filter(id=meeting_id).values_list("group_id", flat=True).first()
    if group_id is None:
        raise NotAllowed
    group = led(group_id, actor=actor, at=at, for_update=True)
    meeting = Meeting.objects.select_for_update().get(id=meeting_id)
    meeting.group = group
    if meeting.state == Meeting.CALLED_OFF:
        raise Refused.because(CALLED_OFF)
    if told.held_on > at.astimezone(CHINA).date():
        raise Refused([Problem("held_on", TOO_EARLY, True)])
    return meeting, {member.id: member for member in selectors.members_of(group, viewer=actor, at=at)}


def _before(meeting: Meeting, members: Iterable[Member]) -> list[Member]:
    there = set(meeting.presences.values_list("member_id", flat=True))
    return [member for member in members if member.id in there]


def _kept(
    meeting: Meeting, member: Member, told: Told, sign: Sign, actor: Viewer, at: datetime
) -> tuple[Problem, ...]:
    """Nothing, when the child's record was kept; else why it wasn't."""
    if sign.attended not in ATTENDED:
        return (Problem("attended", NO_CHOICE, True),)
    if sign.attended == PRESENT and not sign.has_looked and not sign.dangers:
        return (Problem("risk", NOT_LOOKED, True),)
    sheet = _sheet(meeting, member, told, sign, at)
    try:
        with transaction.atomic():
            kept = record(child_id=member.child_id, sheet=sheet, actor=actor, at=at)
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
            "method": list(told.methods),
            **{veto: sign.dangers.get(veto, "no") for veto in VETOES},
        }
        said |= {"homework": told.homework} if told.homework else {}
        said |= {"content": sign.words} if sign.words else {}
    else:
        said |= {veto: answer for veto, answer in sign.dangers.items() if veto in VETOES}
        said |= {"absence": sign.absence} if sign.absence else {}
    return said


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
        if sign.entry_id in (newest.id, entries[member.id]) or _has_alarm(newest):
            continue
        sheet = _sheet(meeting, member, told, sign, at, supersedes=newest.id, correction_kind="correct")
        record(child_id=member.child_id, sheet=sheet, actor=actor, at=at)
        found.append(member)
    return found


def _has_alarm(entry: Entry) -> bool:
    data = Result.objects.filter(entry_id=entry.id).values_list("data", flat=True).first()
    return bool((data or {}).get("alarms"))


def newest_of(entry_ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """The entries as they stand: each, or what corrected it last."""
    wanted = list(entry_ids)
    found = Entry.objects.in_bulk(wanted)
    newest = {id: found[id] for id in wanted if id in found}
    while True:
        heads = {entry.id: first for first, entry in newest.items()}
        later = list(Entry.objects.filter(supersedes_id__in=heads).order_by("subject_seq"))
        if not later:
            return newest
        for entry in later:
            newest[heads[entry.supersedes_id]] = entry  # type: ignore[index]


def _dangers_alone(
    meeting_id: UUID, told: Told, signs: Sequence[Sign], actor: Viewer, at: datetime
) -> tuple[Member, ...]:
    """The children in danger, each recorded by itself, though the others could not be."""
    found = []
    for sign in signs:
        if not sign.is_danger:
            continue
        with transaction.atomic():
            meeting, members = _begin(meeting_id, told, actor, at)
            member = members.get(sign.member_id)
            if member is None or member in _before(meeting, [member]):
                continue
            if not _kept(meeting, member, told, sign, actor, at):
                found.append(member)
    return tuple(found)
