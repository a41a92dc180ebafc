"""Lectures, online classes, workshops: arranged, signed in to, closed; what was written down wrongly is taken back."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import randbelow
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin import vault
from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.forms import Problem
from tongxin.flows.made_once import made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import credits
from tongxin.flows.training.credits import Earned
from tongxin.flows.training.scope import KEEP, county_of, must, place_of, rules_for, tell, today, worker_of
from tongxin.registers import answers
from tongxin.registers.answers import Given, moment_in
from tongxin.training.models import Credit, Line, Plan, Session
from tongxin.training.rules import Training

CODES = 1_000_000
NO_MINUTES = "没有保存：时长要在 1 到 {most} 分钟之间。"
NO_DAY = "没有保存：时间太早了，最早写到 {days} 天以前。"
NO_CODE = "没有签到：没有这个签到码，或者现在不是签到的时间。请看一下屏幕上的六位数字。"
NOT_FOR = "没有签到：这次培训不是给您这类岗位的，请告诉组织的人。"
FULL = "没有签到：您今天已经算满一天的学时。"
IS_OVER = "没有改动：这次培训已经取消。"
NOT_HELD = "没有改动：培训还没有开始。"
NOBODY = "没有登记：请选来了的人。"
HAS_PEOPLE = "没有取消：已经有人签到，请先逐个撤回。"
NO_REASON = "没有改动：请选原因。"


def sessions_for(viewer: Viewer, *, at: datetime) -> QuerySet[Session]:
    """The county's sessions, for those who keep them."""
    must(viewer, KEEP, at=at)
    return Session.objects.filter(county_id=county_of(viewer))


def session_for(*, session_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Session:
    """One session, for those who keep it."""
    rows = sessions_for(viewer, at=at).filter(id=session_id)
    found = (rows.select_for_update() if for_update else rows).first()
    if found is None:
        raise NotAllowed
    return found


@made_once
def arrange(
    *, session_id: UUID, line_key: UUID | None, given: Given, actor: Viewer, at: datetime
) -> Session:
    """A session that will be, or was, held; sent twice it is one."""
    person_id, county_id, found = must(actor, KEEP, at=at), county_of(actor), rules_for(actor, at=at)
    known = Session.objects.filter(id=session_id).first()
    if known is not None:
        if known.arranged_by != person_id:
            raise NotAllowed
        return known
    read = answers.read(found.session, given, at=at)
    held_at, problems = moment_in(str(read.clear.get("held_at", ""))), list(read.problems)
    minutes = read.clear.get("minutes")
    if isinstance(minutes, int) and not 1 <= minutes <= found.most_minutes:
        problems.append(Problem("minutes", NO_MINUTES.format(most=found.most_minutes), True))
    if held_at is not None and held_at < at - found.back:
        problems.append(Problem("held_at", NO_DAY.format(days=found.back.days), True))
    if problems or held_at is None or not isinstance(minutes, int):
        raise Refused(problems)
    # Two at once wait here, so that no number is given twice.
    Division.objects.select_for_update().get(id=county_id)
    last = Session.objects.filter(county_id=county_id).aggregate(last=Max("number"))["last"] or 0
    row = Session(
        id=session_id, county_id=county_id, town_id=place_of(actor).town_id, number=last + 1, held_at=held_at,
        line_key=_line(line_key, county_id), clear={name: read.clear[name] for name in ("subject", "audiences", "way")},
        minutes=minutes, code=f"{randbelow(CODES):06d}", arranged_at=at, arranged_by=person_id,
        post_id=worker_of(actor)[1],
    )
    vault.create_keys([row.key_owner], at=at)
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save(force_insert=True)
    tell("training.arranged", actor, at, session=row.id, way=row.clear["way"])
    return row


def _line(key: UUID | None, county_id: int) -> UUID | None:
    if key is None:
        return None
    rows = Line.objects.filter(key=key, plan__county_id=county_id, plan__state=Plan.APPROVED, dropped_at__isnull=True)
    return key if rows.exists() else None


def open_now(viewer: Viewer, *, at: datetime) -> list[Session]:
    """The sessions to which somebody may sign in now."""
    found = rules_for(viewer, at=at)
    near = Session.objects.filter(
        county_id=county_of(viewer), state=Session.PLANNED, held_at__lte=at + found.before,
        held_at__gte=at - timedelta(minutes=found.most_minutes) - found.after,
    )
    return [each for each in near if at <= each.held_at + timedelta(minutes=each.minutes) + found.after]


@transaction.atomic
def sign_in(*, code: str, actor: Viewer, at: datetime) -> Credit | None:
    """Somebody is there: the whole length, or from their coming on when they are late. None when they had signed in."""
    person_id, post_id = worker_of(actor)
    found = rules_for(actor, at=at)
    row = next((each for each in open_now(actor, at=at) if each.code == code.strip()), None)
    if row is None:
        raise Refused([Problem("code", NO_CODE, True)])
    if found.audience_of(actor.role) not in row.clear["audiences"]:
        raise Refused([Problem("code", NOT_FOR, True)])
    mark = mark_of(row, person_id)
    if Credit.objects.filter(mark=mark, withdrawn_at__isnull=True).exists():
        return None
    minutes, ends = row.minutes, row.held_at + timedelta(minutes=row.minutes)
    if at > row.held_at + found.late:
        minutes = max(int((ends - at).total_seconds() // 60), 0)
    post = Post.objects.select_related("division").get(id=post_id)
    made = credits.give(_earned(row, mark, minutes), person_id=person_id, post=post, rules=found, by=person_id, at=at)
    if made is None:
        raise Refused([Problem("code", FULL, True)])
    tell("training.attended", actor, at, session=row.id, many=1)
    return made


def mark_of(row: Session, person_id: UUID) -> str:
    """What makes somebody's sign-in count once."""
    return f"session:{row.id}:{person_id}"


def _earned(row: Session, mark: str, minutes: int) -> Earned:
    return Earned(Credit.SESSION, row.id, mark, row.clear["subject"], today(row.held_at), minutes)


def invited(row: Session, viewer: Viewer, *, found: Training, at: datetime) -> list[Post]:
    """The county's posts for whom a session is and whom somebody holds, in the order of their places."""
    roles = {role for each in row.clear["audiences"] if each in found.audiences for role in found.audiences[each].roles}
    rows = Post.objects.filter(division__county_id=row.county_id, role__in=roles)
    rows = rows.filter(held(at, "holdings__"), holdings__person__is_active=True)
    return list(rows.select_related("division").distinct().order_by("division__code", "title", "id"))


@transaction.atomic
def attend(*, session_id: UUID, posts: Iterable[UUID], actor: Viewer, at: datetime) -> int:
    """How many more were there, as whoever keeps the list ticks them off: each with the whole length."""
    row = session_for(session_id=session_id, viewer=actor, at=at, for_update=True)
    person_id, found = must(actor, KEEP, at=at), rules_for(actor, at=at)
    if row.state == Session.CANCELLED:
        raise Refused.because(IS_OVER)
    if row.held_at > at:
        raise Refused.because(NOT_HELD)
    wanted = set(posts)
    there = [each for each in invited(row, actor, found=found, at=at) if each.id in wanted]
    if not there:
        raise Refused([Problem("posts", NOBODY, True)])
    holders = dict(
        Holding.objects.filter(held(at), post__in=there, person__is_active=True).order_by("from_at", "id")
        .values_list("post_id", "person_id")
    )
    many = sum(
        credits.give(
            _earned(row, mark_of(row, holders[post.id]), row.minutes), person_id=holders[post.id], post=post,
            rules=found, by=person_id, at=at,
        ) is not None for post in there if post.id in holders
    )
    tell("training.attended", actor, at, session=row.id, many=many)
    return many


@transaction.atomic
def close(*, session_id: UUID, actor: Viewer, at: datetime) -> Session:
    """It was held and everybody who came is written down."""
    row = session_for(session_id=session_id, viewer=actor, at=at, for_update=True)
    if row.state == Session.CANCELLED:
        raise Refused.because(IS_OVER)
    if row.held_at > at:
        raise Refused.because(NOT_HELD)
    if row.state == Session.PLANNED:
        row.state, row.ended_at = Session.HELD, at
        row.save(update_fields=["state", "ended_at"])
        tell("training.ended", actor, at, session=row.id)
    return row


@transaction.atomic
def cancel(*, session_id: UUID, reason: str, actor: Viewer, at: datetime) -> Session:
    """It is not held; nobody may have signed in."""
    row = session_for(session_id=session_id, viewer=actor, at=at, for_update=True)
    if row.state == Session.CANCELLED:
        return row
    if reason not in rules_for(actor, at=at).cancels:
        raise Refused([Problem("reason", NO_REASON, True)])
    if people_of(row).exists():
        raise Refused.because(HAS_PEOPLE)
    row.state, row.reason, row.ended_at = Session.CANCELLED, reason, at
    row.save(update_fields=["state", "reason", "ended_at"])
    tell("training.cancelled", actor, at, session=row.id, reason=reason)
    return row


def people_of(row: Session) -> QuerySet[Credit]:
    """Who was there, also by lists that came for it."""
    sources = [row.id, *row.batches.values_list("id", flat=True)]
    return Credit.objects.filter(source_id__in=sources, withdrawn_at__isnull=True)


@transaction.atomic
def withdraw(*, credit_id: UUID, reason: str, actor: Viewer, at: datetime) -> Credit:
    """Somebody wasn't there: it stays to be read, and counts no more."""
    person_id, county_id = must(actor, KEEP, at=at), county_of(actor)
    rows = Credit.objects.select_for_update().filter(source__in=(Credit.SESSION, Credit.LIST), county_id=county_id)
    row = rows.filter(id=credit_id).first()
    if row is None:
        raise NotAllowed
    if row.withdrawn_at is not None:
        return row
    if reason not in rules_for(actor, at=at).leaves:
        raise Refused([Problem("reason", NO_REASON, True)])
    row.withdrawn_at, row.withdrawn_by, row.reason = at, person_id, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
    tell("training.retracted", actor, at, credit=row.id, reason=reason)
    return row
