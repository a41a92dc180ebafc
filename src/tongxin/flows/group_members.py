"""Who joins a group and who leaves: a child joins with the beginning of a course and its safety questions."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import age_on
from tongxin.cases.models import Case
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.grouping import IS_OVER, NO_REASON, led, note, protocol_of, rules_of
from tongxin.flows.record import Recorded, Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import gates
from tongxin.groups.models import Group, Meeting, Member
from tongxin.people.models import Child

START, PROTOCOL, FORM_OF = "course_start", "protocol", "form_of"
IS_FULL = "没有加入：这个小组已经满了。"
IS_IN = "没有加入：这个孩子已经在这个小组里。"
IN_CRISIS = "没有加入：这个孩子的危机还没有解除。先办危机，解除以后由专业人员看过，再考虑小组。"
REFUSED = "没有加入：监护人不同意接受服务。请先与监护人沟通，记下新的意见。"
NOT_NOW = "现在不能加入，请问个案管理员。"
# Whoever may not read these parts of the file isn't told by a list what the file says there.
TELLS = {IN_CRISIS: ("crisis", "psychological"), REFUSED: ("care",)}
WRONG_AGE = "没有加入：这个孩子不在小组的年龄里。"
WRONG_PROTOCOL = "没有加入：“用哪一种办法”要与小组的一样，“形式”要选“团体”。"
HAS_SESSIONS = "没有改动：已经登记过签到的孩子不能算“加错了”，请选别的原因。"
MISTAKEN, NO = "mistaken", "refuses"


def join(
    *, group_id: UUID, child_id: UUID, sheet: Sheet, actor: Viewer, at: datetime
) -> tuple[Member | None, Recorded]:
    """A child begins the group's course; entry and place in the group are kept together, or neither.

    A danger that the questions told of is recorded and acts at once (A1): then there is no place in the group.
    """
    with transaction.atomic():
        group = led(group_id, actor=actor, at=at, for_update=True)
        again = Member.objects.filter(group=group, child_id=child_id, course_id=sheet.entry_id).first()
        if again is None:
            _refuse(group, child_id, sheet, actor, at)
        kept = record(child_id=child_id, sheet=replace(sheet, form_id=START), actor=actor, at=at)
        if again is not None:
            return again, kept
        if Case.objects.filter(id=child_id, in_crisis=True).exists():
            return None, kept
        for post_id in (group.leader_id, group.second_id):
            gates.refuse_post(post_id, place="", at=at)
        member = Member(group=group, child_id=child_id, course_id=kept.entry.id, joined_at=at)
        member.save(force_insert=True)
        note("group.joined", group, actor, at, member=member.id)
        return member, kept


def refusal(group: Group, child: Child, *, at: datetime) -> str:
    """Why a child can't join now, as far as the record knows it; empty when nothing stands against it."""
    case = Case.objects.filter(id=child.id).only("in_crisis", "state").first()
    if case is None or case.in_crisis or (case.state or {}).get("safety_check_open"):
        return IN_CRISIS
    if (case.state or {}).get("feedback") == NO:
        return REFUSED
    protocol = protocol_of(group, at=at)
    years = age_on(child.birth_month, at.astimezone(CHINA).date())
    if protocol is not None and not protocol.asks_age:
        return ""
    if years is None or not group.age_from <= years <= group.age_to:
        return f"{WRONG_AGE[:-1]}（{group.age_from}–{group.age_to} 岁）。"
    return ""


def refusal_for(group: Group, child: Child, *, viewer: Viewer, at: datetime) -> str:
    """The same for somebody to read: no more than the file itself would tell them."""
    said = refusal(group, child, at=at)
    parts = TELLS.get(said, ())
    reads = all(access.may(viewer=viewer, child_id=child.id, part=part, at=at) for part in parts)
    return said if reads else NOT_NOW


def _refuse(group: Group, child_id: UUID, sheet: Sheet, actor: Viewer, at: datetime) -> None:
    if group.state != Group.OPEN:
        raise Refused.because(IS_OVER)
    child = Child.objects.filter(id=child_id).first()
    action = f"record.{START}"
    if child is None or not access.may(viewer=actor, child_id=child_id, part="", action=action, at=at):
        raise NotAllowed
    inside = Member.objects.filter(group=group, left_at__isnull=True)
    if inside.filter(child_id=child_id).exists():
        raise Refused.because(IS_IN)
    if inside.count() >= group.most:
        raise Refused.because(IS_FULL)
    # A guardian's refusal is asked where the course is recorded: there a danger that is told of stands all the same.
    if (said := refusal(group, child, at=at)) and said != REFUSED:
        raise Refused.because(refusal_for(group, child, viewer=actor, at=at))
    if sheet.answers.get(PROTOCOL) != group.protocol or sheet.answers.get(FORM_OF) != "group":
        raise Refused([Problem(PROTOCOL, WRONG_PROTOCOL, True)])


def brought(group: Group, *, at: datetime) -> dict[str, Any]:
    """What a child's beginning takes over from the group, so that nobody writes it again."""
    given: dict[str, Any] = {PROTOCOL: group.protocol, FORM_OF: "group"}
    if protocol := protocol_of(group, at=at):
        given |= {"recipient": protocol.recipients[0], "service": protocol.services[0]}
    planned = group.meetings.exclude(state=Meeting.CALLED_OFF)
    coming = planned.filter(planned_for__gte=at, state=Meeting.PLANNED).order_by("planned_for").first()
    given["planned"] = planned.count()
    if coming is not None:
        given["next_on"] = coming.planned_for.astimezone(CHINA).date().isoformat()
    return given


def services_of(group: Group, *, at: datetime) -> tuple[str, ...]:
    """The services that the group's protocol gives."""
    protocol = protocol_of(group, at=at)
    return protocol.services if protocol else ()


@transaction.atomic
def leave(*, member_id: UUID, reason: str, actor: Viewer, at: datetime) -> Member:
    """A child is in the group no longer; their course goes on or ends by its own record."""
    found = Member.objects.filter(id=member_id, left_at__isnull=True).select_related("group").first()
    if found is None:
        raise NotAllowed
    group = led(found.group_id, actor=actor, at=at, for_update=True)
    member = Member.objects.select_for_update().get(id=member_id)
    if reason not in rules_of(group, at=at).left:
        raise Refused.because(NO_REASON)
    if reason == MISTAKEN and member.presences.exists():
        raise Refused.because(HAS_SESSIONS)
    member.left_at, member.left_reason = at, reason
    member.save(update_fields=["left_at", "left_reason"])
    note("group.departed", group, actor, at, member=member.id, reason=reason)
    return member


@transaction.atomic
def end_group(*, group_id: UUID, actor: Viewer, at: datetime) -> Group:
    """The group is over: what was not held is called off; each child's course ends by its own record."""
    group = led(group_id, actor=actor, at=at, for_update=True)
    if group.state != Group.OPEN:
        raise Refused.because(IS_OVER)
    is_begun = group.meetings.filter(state=Meeting.HELD).exists()
    group.meetings.filter(state=Meeting.PLANNED).update(
        state=Meeting.CALLED_OFF, reason="other", told_at=at, told_by=actor.person_id, told_post=actor.post_id
    )
    group.state, group.ended_at = Group.ENDED if is_begun else Group.DROPPED, at
    group.save(update_fields=["state", "ended_at"])
    note("group.ended", group, actor, at)
    return group
