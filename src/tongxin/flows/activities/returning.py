"""After an outing: who has each child now, and signed for it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.activities.models import Listed
from tongxin.activities.rules import rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities.listing import kept_before, one_of, refuse_carer
from tongxin.flows.activities.outings import FORM, follows
from tongxin.flows.activities.reach import activity_for, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.registers import answers
from tongxin.registers.answers import Given

EARLY = "不能早于出发那天。"
NO_OUTING = "没有保存：只有外出的活动要记交回。"
NOT_THERE = "没有保存：这个孩子没有签到过，不用记交回。"


@transaction.atomic
def hand_back(*, activity_id: UUID, listed_id: UUID, given: Given, actor: Viewer, at: datetime) -> Listed:
    """Who has the child now and signed; whoever may be the danger doesn't get it. What was said before stays."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    found, line = rules_in(row.county_id, at=at), one_of(row, listed_id, actor, at=at)
    if actor.person_id is None:
        raise NotAllowed
    if not follows(row, found):
        raise Refused.because(NO_OUTING)
    if not line.times.filter(cancelled_at__isnull=True).exists():
        raise Refused.because(NOT_THERE)
    read = answers.read(found.asked[FORM], given, at=at)
    problems = list(read.problems)
    problem = refuse_carer(line, str(read.clear.get("relation", "")), found)
    if problem is not None:
        problems.append(problem)
    if str(read.clear.get("day", "9")) < row.first_day.isoformat():
        problems.append(Problem("day", EARLY, True))
    if problems:
        raise Refused(problems)
    before = kept_before(line.returned)
    line.returned = {**read.clear, "by": str(actor.person_id), "at": at.isoformat(), "before": before}
    line.save(update_fields=["returned"])
    tell("activity.returned", actor, at, activity=row.id, number=line.number, well=read.clear.get("well", ""))
    return line
