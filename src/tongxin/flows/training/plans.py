"""A county's plan of a year: written by one person, approved by another, carried out line by line."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training.scope import (
    APPROVE,
    KEEP,
    PLAN,
    counties_of,
    county_of,
    must,
    rules_for,
    tell,
    today,
    worker_of,
)
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.training.models import Batch, Credit, Line, Plan, Session
from tongxin.training.rules import Training
from tongxin.training.selectors import counting

NO_YEAR = "没有保存：请写今年、明年或近几年的年份。"
NOT_DRAFT = "没有改动：这一版已经批准，要改请先写新的一版。"
NO_RESPONSIBLE = "没有保存：请选负责的岗位。"
TOO_LONG = "没有保存：一次培训最长 {most} 分钟。"
NO_NUMBER = "没有保存：{zh}要大于 0。"
EMPTY = "没有批准：计划里还没有一项。"
OWN = "没有批准：自己写的计划要由另一个人批准。"
WAITING, ARRANGED, DONE, LATE = "waiting", "arranged", "done", "late"


@dataclass(frozen=True, slots=True)
class Carried:
    """One line with what came of it: sessions held, people, person-times and minutes, and how it stands."""

    line: Line
    state: str
    sessions: int
    people: int
    person_times: int
    minutes: int


def plans_for(viewer: Viewer, *, at: datetime) -> QuerySet[Plan]:
    """The plans of the viewer's county, or of the counties of their city."""
    must(viewer, f"{KEEP}|{PLAN}|{APPROVE}", at=at)
    return Plan.objects.filter(county_id__in=counties_of(viewer)).order_by("-year", "-version")


def plan_for(*, plan_id: UUID, viewer: Viewer, at: datetime) -> Plan:
    """One plan, for those who may see it."""
    found = plans_for(viewer, at=at).filter(id=plan_id).first()
    if found is None:
        raise NotAllowed
    return found


def standing(county_id: int, *, year: int) -> Plan | None:
    """The plan that holds in a year."""
    return Plan.objects.filter(county_id=county_id, year=year, state=Plan.APPROVED).first()


@transaction.atomic
def begin(*, year: int | None, actor: Viewer, at: datetime) -> Plan:
    """A draft of a year's plan with the lines of the one that stands; one that is begun already is that one."""
    person_id, county_id = must(actor, PLAN, at=at), county_of(actor)
    now = today(at).year
    back, ahead = rules_for(actor, at=at).plan_years
    if year is None or not now - back <= year <= now + ahead:
        raise Refused([Problem("year", NO_YEAR, True)])
    # Whoever begins the same plan waits here.
    Division.objects.select_for_update().get(id=county_id)
    known = Plan.objects.filter(county_id=county_id, year=year)
    draft = known.filter(state=Plan.DRAFT).first()
    if draft is not None:
        return draft
    last = known.aggregate(last=Max("version"))["last"] or 0
    plan = Plan.objects.create(
        county_id=county_id, year=year, version=last + 1, begun_at=at, begun_by=person_id, post_id=worker_of(actor)[1]
    )
    before = standing(county_id, year=year)
    for line in before.lines.filter(dropped_at__isnull=True) if before else ():
        Line.objects.create(
            plan=plan, key=line.key, clear=line.clear, budget=line.budget, responsible_id=line.responsible_id, at=at,
            person_id=line.person_id, late_on=line.late_on, reminded_at=line.reminded_at,
        )
    tell("training.planned", actor, at, plan=plan.id, year=year)
    return plan


@transaction.atomic
def add_line(*, plan_id: UUID, key: UUID, given: Given, responsible: UUID | None, actor: Viewer, at: datetime) -> Line:
    """One line more; sent twice it is one."""
    person_id, plan, found = must(actor, PLAN, at=at), _draft(plan_id, actor, at), rules_for(actor, at=at)
    known = plan.lines.filter(key=key).first()
    if known is not None:
        return known
    read = answers.read(found.line, given, at=at)
    problems = [*read.problems, *_numbers(found, read.clear)]
    post = Post.objects.filter(id=responsible, division__county_id=plan.county_id).first() if responsible else None
    if post is None:
        problems.append(Problem("responsible", NO_RESPONSIBLE, True))
    if problems or post is None:
        raise Refused(problems)
    budget = Decimal(read.clear.pop("budget"))
    late_on = last_day(plan.year, int(read.clear["month"])) + found.late_after
    return Line.objects.create(
        plan=plan, key=key, clear=read.clear, budget=budget, responsible=post, at=at, person_id=person_id,
        late_on=late_on,
    )


def _numbers(found: Training, clear: Mapping[str, object]) -> list[Problem]:
    names = {field.id: field.zh for field in found.line}
    problems = [
        Problem(name, NO_NUMBER.format(zh=names[name]), True) for name in ("minutes", "people") if clear.get(name) == 0
    ]
    minutes = clear.get("minutes")
    if isinstance(minutes, int) and minutes > found.most_minutes:
        problems.append(Problem("minutes", TOO_LONG.format(most=found.most_minutes), True))
    return problems


@transaction.atomic
def drop_line(*, plan_id: UUID, key: UUID, actor: Viewer, at: datetime) -> None:
    """A line of a draft that is not wanted; it stays to be read."""
    must(actor, PLAN, at=at)
    changed = _draft(plan_id, actor, at).lines.filter(key=key, dropped_at__isnull=True).update(dropped_at=at)
    if not changed:
        raise NotAllowed


@transaction.atomic
def approve(*, plan_id: UUID, actor: Viewer, at: datetime) -> Plan:
    """Another person says yes: from now on it is what the county holds itself to."""
    person_id = must(actor, APPROVE, at=at)
    plan = Plan.objects.select_for_update().filter(id=plan_id, county_id__in=counties_of(actor)).first()
    if plan is None:
        raise NotAllowed
    if plan.state == Plan.APPROVED and plan.approved_by == person_id:
        return plan
    if plan.state != Plan.DRAFT:
        raise Refused.because(NOT_DRAFT)
    if plan.begun_by == person_id or plan.lines.filter(person_id=person_id).exists():
        raise Refused.because(OWN)
    if not plan.lines.filter(dropped_at__isnull=True).exists():
        raise Refused.because(EMPTY)
    Plan.objects.filter(county_id=plan.county_id, year=plan.year, state=Plan.APPROVED).update(state=Plan.REPLACED)
    plan.state, plan.approved_at, plan.approved_by = Plan.APPROVED, at, person_id
    plan.save(update_fields=["state", "approved_at", "approved_by"])
    tell("training.approved", actor, at, plan=plan.id, year=plan.year)
    return plan


def _draft(plan_id: UUID, actor: Viewer, at: datetime) -> Plan:
    plan = Plan.objects.select_for_update().filter(id=plan_id, county_id=county_of(actor)).first()
    if plan is None:
        raise NotAllowed
    if plan.state != Plan.DRAFT:
        raise Refused.because(NOT_DRAFT)
    return plan


def carried_out(plan: Plan, *, at: datetime) -> list[Carried]:
    """Each line of a plan with what was held for it so far, in the order of the months."""
    lines = list(plan.lines.filter(dropped_at__isnull=True).select_related("responsible"))
    rows = Session.objects.filter(county_id=plan.county_id, line_key__in=[each.key for each in lines])
    sessions = list(rows.exclude(state=Session.CANCELLED))
    lists = {each.id: each.line_key for each in sessions}
    came: dict[UUID, list[Credit]] = {each.key: [] for each in lines}
    batches = dict(Batch.objects.filter(session_id__in=lists).values_list("id", "session_id"))
    for credit in counting().filter(source_id__in=[*lists, *batches]):
        key = lists[batches.get(credit.source_id, credit.source_id)]
        if key is not None:
            came[key].append(credit)
    return sorted((
        _carried(line, [each for each in sessions if each.line_key == line.key], came[line.key], at)
        for line in lines
    ), key=lambda each: (int(each.line.clear["month"]), str(each.line.key)))


def _carried(
    line: Line, sessions: list[Session], came: list[Credit], at: datetime
) -> Carried:
    held = [each for each in sessions if each.state == Session.HELD]
    state = DONE if held else ARRANGED if sessions else WAITING
    if state == WAITING and today(at) > line.late_on:
        state = LATE
    people = {each.person_id or each.mark for each in came}
    return Carried(line, state, len(held), len(people), len(came), sum(each.minutes for each in came))


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])
