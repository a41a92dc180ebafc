"""A plan written, approved by somebody else, sent back with a reason, called off; closed with a summary."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts import county as counties
from tongxin.accounts.viewers import Viewer
from tongxin.activities.doubts import raised
from tongxin.activities.models import Activity
from tongxin.activities.rules import Activities, Kind, rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities import doubting, leading, outings, placing
from tongxin.flows.activities.reach import (
    APPROVE,
    PLAN,
    activity_for,
    county_of,
    desk_posts,
    may_approve,
    must,
    post_of,
    tell,
    town_of,
)
from tongxin.flows.made_once import made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import gates
from tongxin.lib.numbers import day_in
from tongxin.notices import services as notices
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.vault import Owner

DAYS = "“到哪天”不能早于“从哪天”。"
FEW = "带队的大人不够：{expected} 个孩子至少要 {least} 位（一位大人最多带 {per} 个，至少 {adults} 位）。"
MUST = "“{zh}”不是“是”，这样的活动不能办。先办好再交。"
CHANGED = "没有改动：这个活动已经{state}，请看过新的内容再办。"
NO_REASON = "没有改动：请选原因。"
UNHELD = "没有小结：还没有登记过一场。没有开展的请点“取消这个活动”。"


@made_once
def plan(*, activity_id: UUID, given: Given, reason: str = "", actor: Viewer, at: datetime) -> Activity:
    """A plan, once however often it is sent; one that was sent back takes its new text and waits again."""
    person_id, county_id = must(actor, PLAN, at=at), county_of(actor)
    known = Activity.objects.select_for_update().filter(id=activity_id).first()
    if known is not None and (known.post_id not in actor.post_ids or known.state != Activity.RETURNED):
        if known.person_id != person_id:
            raise NotAllowed
        return known
    found = rules_in(county_id, at=at)
    read = answers.read(found.asked["plan"], given, at=at)
    kind = found.kinds.get(str(read.clear.get("kind")))
    asked = raised(found.questions, {"expected": read.clear.get("expected")})
    leaders, unnamed = leading.named(given, kind=kind, found=found, viewer=actor, at=at)
    site_id, nowhere = placing.chosen(given, county_id=county_id)
    problems = [
        *read.problems, *_refusals(read.clear, kind, found), *unnamed, *nowhere,
        *doubting.refuse_unsure(asked, reason, found),
    ]
    first, last = (day_in(str(read.clear.get(name, ""))) for name in ("first_day", "last_day"))
    if problems or kind is None or first is None or last is None or actor.seat is None:
        raise Refused(problems)
    if kind.needs_approval:
        gates.refuse_seat(actor, place="checked", at=at)
    row = known or Activity(
        id=activity_id, county_id=county_id, town_id=town_of(actor), organisation_id=actor.seat.organisation_id, at=at,
        person_id=person_id, post_id=post_of(actor),
    )
    row.site_id = site_id
    clear = {**read.clear, leading.FIELD: leaders} if leaders else read.clear
    row.kind, row.clear, row.first_day, row.last_day, row.reason = kind.id, clear, first, last, ""
    row.state = Activity.PLANNED if kind.needs_approval else Activity.APPROVED
    if known is None:
        vault.create_keys([row.key_owner], at=at)
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save()
    if known is None:
        doubting.keep(asked, about(row), reason=reason, actor=actor, at=at)
    event = tell("activity.planned", actor, at, activity=row.id, kind=row.kind)
    if kind.needs_approval:
        notices.tell_posts(posts=_approvers(row, actor, at), event=event, at=at)
    return row


def about(row: Activity, thing: UUID | None = None) -> doubting.About:
    """What a number of an activity belongs to."""
    return doubting.About(thing or row.id, row.county_id, Owner("file", row.id), row.id)


def _refusals(clear: Mapping[str, Any], kind: Kind | None, found: Activities) -> list[Problem]:
    problems = []
    if str(clear.get("last_day", "9")) < str(clear.get("first_day", "")):
        problems.append(Problem("last_day", DAYS, True))
    if kind is None or not kind.needs_approval:
        return problems
    asked = {each.id: each.zh for each in found.asked["plan"]}
    adults, expected = clear.get("adults"), clear.get("expected")
    if adults is not None and expected is not None:
        least = max(found.least_adults, -(-expected // found.children_per_adult))
        if adults < least:
            problems.append(Problem("adults", FEW.format(
                expected=expected, least=least, per=found.children_per_adult, adults=found.least_adults
            ), True))
    for name in found.must:
        if name in clear and clear[name] != "yes":
            problems.append(Problem(name, MUST.format(zh=asked[name]), True))
    return problems


def _approvers(row: Activity, actor: Viewer, at: datetime) -> list[UUID]:
    """Who approves in the town and at the county's desk, without whoever wrote the plan."""
    found = desk_posts(row.county_id, at=at)
    if row.town_id is not None:
        for role in rules_in(row.county_id, at=at).town_desks:
            found += counties.posts_in(row.town_id, role=role)
    return [each for each in dict.fromkeys(found) if each not in actor.post_ids]


@transaction.atomic
def decide(*, activity_id: UUID, agrees: bool, reason: str, actor: Viewer, at: datetime) -> Activity:
    """Somebody else lets it be held, or sends it back and says why."""
    person_id = must(actor, APPROVE, at=at)
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, for_update=True)
    if not may_approve(row, actor, at=at):
        raise NotAllowed
    if row.state != Activity.PLANNED:
        raise Refused.because(CHANGED.format(state=row.get_state_display()))
    if not agrees and reason not in rules_in(row.county_id, at=at).returns:
        raise Refused([Problem("reason", NO_REASON, True)])
    if agrees:
        gates.refuse_post(row.post_id, place="", at=at)
        leading.refuse_unchecked(row, at=at)
    row.state = Activity.APPROVED if agrees else Activity.RETURNED
    row.reason, row.decided_at, row.decided_by = "" if agrees else reason, at, person_id
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    event = tell("activity.decided", actor, at, activity=row.id, agrees="yes" if agrees else "no")
    notices.tell_posts(posts=[row.post_id], event=event, at=at)
    return row


@transaction.atomic
def cancel(*, activity_id: UUID, reason: str, actor: Viewer, at: datetime) -> Activity:
    """It is not held; what was held of it before stays."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    if row.state in (Activity.CLOSED, Activity.CANCELLED):
        raise Refused.because(CHANGED.format(state=row.get_state_display()))
    if reason not in rules_in(row.county_id, at=at).cancels:
        raise Refused([Problem("reason", NO_REASON, True)])
    row.state, row.reason = Activity.CANCELLED, reason
    row.save(update_fields=["state", "reason"])
    tell("activity.cancelled", actor, at, activity=row.id, reason=reason)
    return row


@transaction.atomic
def close(*, activity_id: UUID, given: Given, actor: Viewer, at: datetime) -> Activity:
    """Done, with a summary in words."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    if row.state != Activity.APPROVED:
        raise Refused.because(CHANGED.format(state=row.get_state_display()))
    outings.refuse_unreturned(row, at=at)
    read = answers.read(rules_in(row.county_id, at=at).asked["closing"], given, at=at)
    problems = list(read.problems)
    if not row.occasions.filter(withdrawn_at__isnull=True).exists():
        problems.append(Problem("", UNHELD, True))
    if problems:
        raise Refused(problems)
    words = vault.open([row.words], viewer=actor, purpose="activity", at=at, part="activities", route="activities")
    row.clear = {**row.clear, **read.clear}
    vault.put(row, {"words": json.dumps({**json.loads(words[0] or "{}"), **read.words}, ensure_ascii=False)})
    row.state, row.closed_at, row.closed_by = Activity.CLOSED, at, actor.person_id
    row.save(update_fields=["clear", "words", "state", "closed_at", "closed_by"])
    tell("activity.closed", actor, at, activity=row.id)
    return row
