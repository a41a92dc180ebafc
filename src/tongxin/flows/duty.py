"""The duty roster as the office writes it; whoever is rung for an open crisis is looked at again at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.cases.models import Case
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors, services
from tongxin.duty.selectors import OnCall
from tongxin.flows.finding import Finding
from tongxin.flows.handing_over import derive_dangers
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.rulebook import rules, shipped
from tongxin.vault import Owner

PLAN, SEE, STEP = "plan_duty", "see_duty", "crisis_step"
SHOWN = 5
STEPS = ("crisis", "steps")
# What was adopted before it could say how a roster is written.
ROSTER: Mapping[str, Any] = {
    "shown": {"days": 14}, "at_once": {"days": 62}, "filled": {"days": 7}, "turn": "08:30", "ahead": {"days": 28},
    "warned": {"days": 3}, "lines": 12, "swap_reasons": [],
}


@dataclass(frozen=True, slots=True)
class RosterRules:
    """How many days a page shows, how many are written at once and offered, when a turn changes, when gaps are told."""

    shown: timedelta
    at_once: timedelta
    filled: timedelta
    turn: str
    ahead: timedelta
    warned: timedelta
    lines: int
    swap_reasons: list[dict[str, str]]


def roster_rules(*, region: str, at: datetime) -> RosterRules:
    """How a roster is written in a county."""
    given = {**ROSTER, **shipped.content_in_force(*STEPS, region=region, at=at).get("roster", {})}
    spans = {key: timedelta(**given[key]) for key in ("shown", "at_once", "filled", "ahead", "warned")}
    return RosterRules(
        **spans, turn=str(given["turn"]), lines=int(given["lines"]), swap_reasons=list(given["swap_reasons"])
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to stand in the roster: these hours on each of these days."""

    division_id: int
    first_day: date
    last_day: date
    starts: time
    ends: time
    first: OnCall | None
    second: OnCall | None


@transaction.atomic
def write(*, wish: Wish, actor: Viewer, at: datetime) -> int:
    """How many turns were written; crises that are open there ring whoever is on duty now."""
    division = places_for(viewer=actor, action=PLAN, at=at).get(wish.division_id)
    if division is None or actor.person_id is None:
        raise NotAllowed
    if problems := list(_wrong_with(wish, division, at)):
        raise Refused(problems)
    count = 0
    for from_at, to_at in _hours(wish):
        if to_at > at:
            services.write_turn(
                division=division, from_at=from_at, to_at=to_at, first=wish.first, second=wish.second,
                by=actor.person_id, at=at,
            )
            count += 1
    tell_written(
        division=division, first_day=wish.first_day, last_day=wish.last_day, turns=count, nobody=wish.first is None,
        actor=actor, at=at,
    )
    return count


def tell_written(
    *, division: Division, first_day: date, last_day: date, turns: int, nobody: bool, actor: Viewer, at: datetime
) -> None:
    """That the roster of a place changed; the crises that are open there are looked at again."""
    if actor.person_id is None:
        raise NotAllowed
    ledger.record(
        kind="duty.written", subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
        clear={"division": division.code, "from": first_day.isoformat(), "to": last_day.isoformat(), "turns": turns,
               "nobody": nobody},
    )
    derive_dangers(Case.objects.filter(**{f"{division.level}_id": division.id}, in_crisis=True), actor, at)


def places_for(*, viewer: Viewer, action: str, at: datetime) -> dict[int, Division]:
    """The places whose roster the viewer may write or see: their own, and for those who may see it those above."""
    found = rules.access_rules(at=at)
    ids = {seat.division_id for seat in viewer.seats if found.may_do(role=seat.role, action=action)}
    if action == SEE:
        own = Division.objects.filter(id__in=ids)
        ids |= {place for each in own for place in each.ancestors.values() if place}
        ids &= set(Division.objects.filter(id__in=ids, level__in=("county", "town")).values_list("id", flat=True))
    return {each.id: each for each in Division.objects.filter(id__in=ids).order_by("code")}


def candidates(division: Division, *, at: datetime) -> list[tuple[Post, UUID]]:
    """Who may be on duty for a place: those who hold a post there that may record the steps of a crisis."""
    roles = {
        role for grant in rules.access_rules(at=at).grants
        if STEP in grant.records and grant.relation == "in_area" for role in grant.roles
    }
    rows = Holding.objects.filter(
        held(at), person__is_active=True, post__role__in=sorted(roles), post__division_id__in=_above(division)
    )
    return [(row.post, row.person_id) for row in rows.select_related("post").order_by("post__role", "post_id", "kind")]


def _above(division: Division) -> list[int]:
    """The place itself and what lies above it: only these see every child in it."""
    return [place for place in division.ancestors.values() if place]


def _wrong_with(wish: Wish, division: Division, at: datetime) -> Iterator[Problem]:
    known = {(post.id, person) for post, person in candidates(division, at=at)}
    for path, named in (("first", wish.first), ("second", wish.second)):
        if named is not None and (named.post_id, named.person_id) not in known:
            yield Problem(path, "这个人现在不在岗，或看不到这个辖区的孩子，不能值班。请重新选择。", True)
    if wish.first is None and wish.second is not None:
        yield Problem("first", "写了备班就要写值班。", True)
    if wish.first and wish.second and wish.first.person_id == wish.second.person_id:
        yield Problem("second", "备班要和值班是两个人：找不到值班的人时，才有人可以响。", True)
    if wish.last_day < wish.first_day:
        yield Problem("last_day", "结束日期早于开始日期，请核对。", True)
    elif wish.last_day - wish.first_day >= (most := roster_rules(region=rules.region_of(division.id), at=at).at_once):
        yield Problem("last_day", f"一次最多排 {most.days} 天。", True)
    elif datetime.combine(wish.last_day + timedelta(days=2), time(), tzinfo=CHINA) <= at:
        yield Problem("last_day", "这些日子已经过去，不能再排。", True)


def _hours(wish: Wish) -> Iterator[tuple[datetime, datetime]]:
    """Each day's hours; those that end before they begin run into the next day."""
    day = wish.first_day
    while day <= wish.last_day:
        start = datetime.combine(day, wish.starts, tzinfo=CHINA)
        end = datetime.combine(day, wish.ends, tzinfo=CHINA)
        yield start, end if end > start else end + timedelta(days=1)
        day += timedelta(days=1)


def examine(at: datetime) -> Iterator[Finding]:
    """For `doctor`: places where nobody is on duty now; crises there climb the line at once."""
    empty = selectors.unmanned(at=at)
    if empty:
        named = "、".join(each.name for each in empty[:SHOWN])
        said = f"现在没有人值班：{named}。危机会直接响上一级"
        yield Finding("值班表", "failure", said, "请有权排班的人打开“值班表”，补上现在和以后几天的值班")
        return
    open_cases = Case.objects.filter(is_open=True, county_id__isnull=False)
    counties = {each for each in open_cases.order_by().values_list("county_id", flat=True).distinct() if each}
    kept = {each.county_id for each in selectors.keeping() if each.county_id}
    bare = Division.objects.filter(id__in=counties - kept).order_by("code")
    if names := list(bare.values_list("name", flat=True)):
        said = f"还没有排值班：{'、'.join(names[:SHOWN])}。危机先响区县个案管理员，再往上一级"
        yield Finding("值班表", "warning", said, "请区县个案管理员打开“值班表”排班，写上备班")
    else:
        yield Finding("值班表", "ok", "每个排班的辖区现在都有人值班")

