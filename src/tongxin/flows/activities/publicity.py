"""What was published: by channel, with where the number of readers comes from; odd numbers are asked about."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.activities.doubts import raised
from tongxin.activities.models import Doubt, Publicity
from tongxin.activities.rules import rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities import doubting
from tongxin.flows.activities.reach import PLAN, county_of, is_desk, must, post_of, tell
from tongxin.flows.made_once import made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given

CHILD = "没有登记：公开的内容里不能认得出困境儿童。请先撤下或处理好（打码、换掉名字和地方），再登记。"
NO_REACH = "写了人次，就要选这个数从哪里来；没有统计的，人次空着。"


@made_once
def add(*, line_id: UUID, given: Given, reason: str = "", actor: Viewer, at: datetime) -> Publicity:
    """One line of the register, once however often it is sent."""
    person_id, county_id = must(actor, PLAN, at=at), county_of(actor)
    known = Publicity.objects.filter(id=line_id).first()
    if known is not None and known.person_id != person_id:
        raise NotAllowed
    if known is not None:
        return known
    found = rules_in(county_id, at=at)
    read = answers.read(found.asked["publicity"], given, at=at)
    times, reach = read.clear.get("times"), read.clear.get("reach")
    asked = raised(found.questions, {"times": times, "reach": reach})
    problems = [*read.problems, *doubting.refuse_unsure(asked, reason, found)]
    if read.clear.get("shows_child") == "yes":
        problems.append(Problem("shows_child", CHILD, True))
    if reach is not None and read.clear.get("reach_from") == "none":
        problems.append(Problem("reach_from", NO_REACH, True))
    published_on = day_in(str(read.clear.get("published_on", "")))
    if problems or published_on is None or times is None or actor.seat is None:
        raise Refused(problems)
    row = Publicity(
        id=line_id, county_id=county_id, organisation_id=actor.seat.organisation_id, channel=read.clear["channel"],
        published_on=published_on, clear={"reach_from": read.clear["reach_from"]}, times=times, reach=reach, at=at,
        person_id=person_id, post_id=post_of(actor),
    )
    vault.create_keys([row.key_owner], at=at)
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save(force_insert=True)
    tell("publicity.listed", actor, at, line=row.id, channel=row.channel)
    about = doubting.About(row.id, county_id, row.key_owner)
    doubting.keep(asked, about, reason=reason, actor=actor, at=at)
    return row


def lines_for(viewer: Viewer, *, at: datetime, first: date, last: date) -> QuerySet[Publicity]:
    """The lines of a span: of the county for its desk, else of the viewer's body."""
    must(viewer, PLAN, at=at)
    rows = Publicity.objects.filter(county_id=county_of(viewer), published_on__gte=first, published_on__lte=last)
    rows = rows if is_desk(viewer, at=at) else rows.filter(organisation_id__in=viewer.organisation_ids)
    return rows.select_related("organisation").order_by("-published_on", "-at")


def by_channel(rows: QuerySet[Publicity]) -> dict[str, dict[str, int | None]]:
    """By channel the lines, the times, the readers (None: nobody counted), and how many lines are doubted."""
    found: dict[str, dict[str, int | None]] = {}
    told: Any = rows.filter(withdrawn_at__isnull=True).order_by().values("channel").annotate(
        lines=Count("id"), all_times=Sum("times"), readers=Sum("reach")
    )
    for each in told:
        found[each["channel"]] = {"lines": each["lines"], "times": each["all_times"], "reach": each["readers"]}
    return found


def doubted(rows: QuerySet[Publicity]) -> int:
    """How many lines have a number that nobody else has looked at."""
    ids = rows.filter(withdrawn_at__isnull=True).values("id")
    return Doubt.objects.filter(about_id__in=ids, settled_at__isnull=True).values("about_id").distinct().count()


@transaction.atomic
def withdraw(*, line_id: UUID, actor: Viewer, at: datetime) -> Publicity:
    """It was written down by mistake: it counts no more."""
    must(actor, PLAN, at=at)
    row = Publicity.objects.select_for_update().filter(id=line_id, post_id__in=actor.post_ids).first()
    if row is None:
        raise NotAllowed
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        tell("publicity.retracted", actor, at, line=row.id)
    return row
