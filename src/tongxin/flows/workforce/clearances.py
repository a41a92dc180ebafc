"""The yearly question about a criminal record: recorded with evidence, and from which day it decides."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Person
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import reach
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.vault import Owner
from tongxin.workforce.models import Clearance, Start

START, CLEAR = "start_checks", "clear"
VALID, SOON, OVER, FOUND, ABSENT = "valid", "soon", "over", "found", "absent"
STATES = {VALID: "有效", SOON: "快到期", OVER: "已过期", FOUND: "查到记录，不得录用", ABSENT: "没有查过"}
# With these nobody is given a child once the county's day has come.
BARRED = frozenset({OVER, FOUND, ABSENT})
TOO_OLD = "没有保存：查询的日期早过了它的有效期，请按新的查询结果登记。"
OWN = "没有保存：自己的查询要由别人登记。"
WRONG_DAY = "没有保存：请选从哪天起，今天以后、{most} 天以内。"
BEGUN = "没有改动：已经从 {day} 起执行，不能再推迟或取消。"


def today_of(at: datetime) -> date:
    """The day of the place."""
    return at.astimezone(CHINA).date()


def newest(people: Iterable[UUID], *, at: datetime) -> Mapping[UUID, Clearance]:
    """What counts of each of these people, as it was known at a moment: the newest, but a found record stands until
    so many different people have each written down a later question that came to nothing."""
    known: dict[UUID, list[Clearance]] = defaultdict(list)
    rows = Clearance.objects.filter(about_id__in=set(people), at__lte=at)
    for row in rows.order_by("at", "id"):
        known[row.about_id].append(row)
    return {about: _counts(each, at=at) for about, each in known.items()}


def _counts(rows: list[Clearance], *, at: datetime) -> Clearance:
    """Of somebody's rows, in the order of their writing, the one that counts."""
    last = max((place for place, row in enumerate(rows) if row.result != CLEAR), default=-1)
    if last >= 0:
        since = max(row.done_on for row in rows if row.result != CLEAR)
        later = [row for row in rows[last + 1 :] if row.done_on >= since]
        if len({row.person_id for row in later}) < reach.rules_in(rows[last].county_id, at=at).check.lifted_by:
            return rows[last]
        rows = later
    return max(rows, key=lambda row: (row.done_on, row.at, row.id))


def state_of(row: Clearance | None, *, on: date, soon: timedelta) -> str:
    """What one clearance says on a day."""
    if row is None:
        return ABSENT
    if row.result != CLEAR or row.valid_until is None:
        return FOUND
    if row.valid_until < on:
        return OVER
    return SOON if row.valid_until - on <= soon else VALID


def states(people: Iterable[UUID], county_id: int | None, *, at: datetime) -> Mapping[UUID, str]:
    """Each person's state on the day."""
    asked, soon = set(people), reach.rules_in(county_id, at=at).check.remind_before
    known = newest(asked, at=at)
    return {each: state_of(known.get(each), on=today_of(at), soon=soon) for each in asked}


def required_from(county_id: int | None, *, at: datetime) -> date | None:
    """From which day a county gives no child without a clearance: its own word or the rule's, the earlier one."""
    row = Start.objects.filter(county_id=county_id or 0, at__lte=at).order_by("-at", "-id").first()
    days = [row.from_on if row else None, reach.rules_in(county_id, at=at).check.required_from]
    return min((each for each in days if each is not None), default=None)


def is_required(county_id: int | None, *, at: datetime) -> bool:
    """Whether that day has come."""
    begins = required_from(county_id, at=at)
    return begins is not None and begins <= today_of(at)


@transaction.atomic
def record(*, person_id: UUID, given: Given, actor: Viewer, at: datetime) -> Clearance:
    """What the question came to, with its day; the newest counts, a found record first. Nobody writes their own."""
    by = must(actor, reach.KEEP, at=at)
    if person_id == by:
        raise Refused.because(OWN)
    person = reach.person_kept(person_id, viewer=actor, at=at)
    county_id = reach.county_of_person(person, at=at)
    if county_id is None:
        raise NotAllowed
    found = reach.rules_in(county_id, at=at)
    read = answers.read(found.check.fields, given, at=at)
    done_on = day_in(str(read.clear.get("done_on", "")))
    problems = list(read.problems)
    if done_on is not None and done_on + found.check.valid < today_of(at):
        problems.append(Problem("done_on", TOO_OLD, True))
    if problems or done_on is None:
        raise Refused(problems)
    Person.objects.select_for_update().get(id=person.id)
    same = Clearance.objects.filter(
        about=person, result=read.clear["result"], done_on=done_on, person_id=by, at__gte=at - timedelta(minutes=1)
    ).first()
    return same or _keep(person, county_id, read, done_on, found.check.valid, by, actor, at)


def _keep(
    person: Person, county_id: int, read: answers.Answers, done_on: date, valid: timedelta, by: UUID, actor: Viewer,
    at: datetime,
) -> Clearance:
    result = str(read.clear["result"])
    row = Clearance(
        about=person, county_id=county_id, result=result, done_on=done_on, at=at, person_id=by,
        post_id=post_of(actor), valid_until=done_on + valid if result == CLEAR else None,
    )
    vault.put(row, {"words": read.words.get("proof", "")})
    row.save()
    ledger.record(
        kind="clearance.recorded", subject=Owner("staff", person.id), actor=actor, at=at, is_fact=True,
        clear={"clearance": str(row.id), "result": result, "done_on": done_on.isoformat()},
    )
    return row


@transaction.atomic
def start(*, from_on: str, actor: Viewer, at: datetime) -> Start:
    """From that day on the county gives no child to anybody without a clearance; once begun, nobody lifts it."""
    by, county_id = must(actor, START, at=at), reach.county_or_none(actor)
    if county_id is None:
        raise NotAllowed
    Division.objects.select_for_update().get(id=county_id)
    begins, today, day = required_from(county_id, at=at), today_of(at), day_in(from_on)
    if begins is not None and begins <= today:
        raise Refused([Problem("from_on", BEGUN.format(day=f"{begins.year}年{begins.month}月{begins.day}日"), True)])
    most = reach.rules_in(county_id, at=at).check.start_within
    if day is None or not today <= day <= today + most:
        raise Refused([Problem("from_on", WRONG_DAY.format(most=most.days), True)])
    row = Start(county_id=county_id, from_on=day, at=at, person_id=by, post_id=post_of(actor))
    row.save()
    ledger.record(
        kind="check.planned", subject=Owner("staff", by), actor=actor, at=at, is_fact=True,
        clear={"county": county_id, "from": day.isoformat()},
    )
    return row


def may_start(viewer: Viewer, *, at: datetime) -> bool:
    """Whether somebody sets the county's day."""
    return access.may_do(viewer=viewer, action=START, at=at)
