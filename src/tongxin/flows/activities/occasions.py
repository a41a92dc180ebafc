"""Each time an activity is held: opened for signing in, counted, taken back; meetings written down afterwards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.activities.doubts import raised
from tongxin.activities.models import Activity, Occasion
from tongxin.activities.rules import rules_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.activities import doubting, leading, outings
from tongxin.flows.activities.planning import CHANGED, about
from tongxin.flows.activities.reach import activity_for, post_of, tell
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given

EARLY = "“哪天”不能早于计划的第一天（{day}）。"
FIRSTS = "第一次来的不能比来的多；来的人数要在 1 以上。"
GONE = "没有改动：这一场已经撤回。"


def open_at(row: Activity) -> None:
    """Nothing, when it may be held; else why not."""
    if row.state != Activity.APPROVED:
        raise Refused.because(CHANGED.format(state=row.get_state_display()))


@made_once
def begin(*, activity_id: UUID, occasion_id: UUID, actor: Viewer, at: datetime) -> Occasion:
    """Today's time, opened for signing in; the number of people can be written down later or left to the sign-in."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    known = made_before(Occasion, occasion_id, activity_id=row.id)
    if known is not None:
        return known
    open_at(row)
    today = at.astimezone(CHINA).date()
    if today < row.first_day:
        raise Refused([Problem("held_on", EARLY.format(day=_zh(row.first_day)), True)])
    leading.refuse_unchecked(row, at=at)
    outings.refuse_unready(row, at=at)
    # One runs at a time: the next one begins when this one is counted or taken back.
    running = row.occasions.filter(held_on=today, came__isnull=True, withdrawn_at__isnull=True).order_by("at").first()
    if running is not None:
        return running
    return _made(row, occasion_id, today, {}, actor, at)


@made_once
def count(
    *, activity_id: UUID, occasion_id: UUID, given: Given, reason: str = "", actor: Viewer, at: datetime
) -> Occasion:
    """How many came, of a new time or of one that was opened for signing in; asked about when it looks wrong."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    known = made_before(Occasion, occasion_id, activity_id=row.id)
    if known is not None and (known.came is not None or known.withdrawn_at is not None):
        return known
    open_at(row)
    found = rules_in(row.county_id, at=at)
    said = {**given, "held_on": [known.held_on.isoformat()]} if known else given
    read = answers.read(found.asked["occasion"], said, at=at)
    held_on, came, first = day_in(str(read.clear.get("held_on", ""))), *(read.clear.get(n) for n in NUMBERS)
    problems = [*read.problems, *numbers_wrong(came, first)]
    if held_on is not None and held_on < row.first_day:
        problems.append(Problem("held_on", EARLY.format(day=_zh(row.first_day)), True))
    asked = raised(found.questions, {"came": came, **{name: row.clear.get(name) for name in ("capacity", "expected")}})
    problems += doubting.refuse_unsure(asked, reason, found)
    if problems or held_on is None:
        raise Refused(problems)
    if known is None:
        known = _made(row, occasion_id, held_on, {}, actor, at)
    known.came, known.first_time = came, first
    known.save(update_fields=["came", "first_time"])
    doubting.keep(asked, about(row, known.id), reason=reason, actor=actor, at=at)
    return known


NUMBERS = ("came", "first_time")


def numbers_wrong(came: Any, first: Any) -> list[Problem]:
    """Why two numbers can't be."""
    if came is None or first is None or (came >= 1 and first <= came):
        return []
    return [Problem("came", FIRSTS, True)]


def _made(
    row: Activity, occasion_id: UUID, held_on: date, clear: dict[str, Any], actor: Viewer, at: datetime
) -> Occasion:
    if actor.person_id is None:
        raise NotAllowed
    made = Occasion.objects.create(
        id=occasion_id, activity=row, held_on=held_on, clear=clear, at=at, person_id=actor.person_id,
        post_id=post_of(actor),
    )
    tell("occasion.held", actor, at, occasion=made.id, kind=row.kind)
    return made


@transaction.atomic
def withdraw(*, occasion_id: UUID, actor: Viewer, at: datetime) -> Occasion:
    """It was written down by mistake: it stays to be read, and counts no more."""
    held = Occasion.objects.filter(id=occasion_id).first()
    if held is None:
        raise NotAllowed
    activity_for(activity_id=held.activity_id, viewer=actor, at=at, writes=True, for_update=True)
    return take_back(occasion_id, actor, at)


def take_back(occasion_id: UUID, actor: Viewer, at: datetime) -> Occasion:
    """The occasion, taken back by whoever was found to be allowed."""
    row = Occasion.objects.select_for_update().get(id=occasion_id)
    if row.withdrawn_at is not None:
        raise Refused.because(GONE)
    row.withdrawn_at, row.withdrawn_by = at, actor.person_id
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    tell("occasion.retracted", actor, at, occasion=row.id)
    return row


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
