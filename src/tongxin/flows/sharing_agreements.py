"""Agreements between two bodies: written by one person, agreed to by another on each side, in force until a day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import comparing
from tongxin.flows import sharing_duties as duties
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_bodies import body_with, purposes_with
from tongxin.flows.sharing_ending import locked, stop
from tongxin.flows.sharing_sending import align
from tongxin.lib import ids
from tongxin.registers import impact
from tongxin.rulebook import rules
from tongxin.sharing import selectors
from tongxin.sharing.models import GIVER, RECEIVER, SIDES, Agreement, Approval, Delivery, Duty, Request, Version
from tongxin.sharing.rules import ID, KIND, Purpose, Rules, rules_at
from tongxin.sharing.standing import Standing, standing_of

GATE = "sharing"
DRAFTED, ANSWERED, STARTED, ENDED = "agreement.drafted", "agreement.answered", "agreement.started", "agreement.ended"
NO_BODY = "没有保存：请选接收单位。"
NO_PURPOSE = "没有保存：请选这个单位可以用的用途。"
NO_FLOW = "没有保存：请选怎样给。"
NO_FIELDS = "没有保存：请至少选一项内容，只能选这个用途列出的。"
NO_CATEGORIES = "没有保存：请选是哪些困境类别的孩子，只能选这个用途列出的。"
NO_TOWN = "没有保存：选了不在本区县的镇街。请重新选。"
NO_AGES = "没有保存：年龄要在{low}到{high}周岁之间，从小到大。"
NO_DAYS = "没有保存：起止日期要从今天或以后开始，起在止前，这个用途最长 {days} 天。"
NO_WHY = "没有保存：请写清楚为什么要给、给了办什么。"
CHANGED = "没有保存：这份协议刚有变化，请看过新的内容再办。"
OWN = "没有保存：写协议的人不能自己同意，请由另一个人看。"
BOTH = "没有保存：双方要由两个人分别同意，您已经代表另一方说过了。"
NO_WORDS = "没有保存：不同意的，请写明为什么。"
NO_REASON = "没有保存：请选为什么终止；选“其他”的，请写明。"
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody writes into an agreement."""

    organisation_id: int | None
    purpose: str
    flow: str
    fields: tuple[str, ...]
    begins_on: date | None
    ends_on: date | None
    why: str
    categories: tuple[str, ...] = ()
    towns: tuple[int, ...] = ()
    ages: tuple[int | None, int | None] = field(default=(None, None))


def county_of(actor: Viewer) -> int:
    """The county for which somebody writes or agrees."""
    found = Post.objects.filter(id__in=actor.post_ids[:1]).values_list("division__county_id", flat=True).first()
    if found is None:
        raise NotAllowed
    return int(found)


@transaction.atomic
def write(
    *, wish: Wish, actor: Viewer, at: datetime, agreement_id: UUID | None = None, after: int = 0,
    new_id: UUID | None = None,
) -> Agreement:
    """A new agreement, or a new version of one; it waits for a word of each side. A new one is made once under
    `new_id`."""
    county_id, (person_id, post_id) = county_of(actor), duties.acting(actor)
    if not selectors.may(viewer=actor, action=selectors.WRITE, at=at):
        raise NotAllowed
    found = rules_at(at, region=rules.region_of(county_id))
    agreement = _revised(agreement_id, after, actor, at) if agreement_id else None
    if agreement is None:
        # Whoever writes another one in this county waits here.
        Division.objects.select_for_update().get(id=county_id)
        before = made_before(Agreement, new_id, county_id=county_id, person_id=person_id)
        if before is not None:
            return before
    problems = list(_wrong(wish, agreement, found, county_id, at))
    if problems or wish.begins_on is None or wish.ends_on is None:
        raise Refused(problems)
    agreement = agreement or _opened(wish, county_id, found, actor, at, new_id or ids.new_id())
    version = Version(
        agreement=agreement, number=after + 1, purpose=wish.purpose, flow=wish.flow,
        fields=[each.id for each in found.chosen(wish.fields)], scope=_scope(wish, found.purposes[wish.purpose]),
        begins_on=wish.begins_on, ends_on=wish.ends_on, definition_hash=_hash(county_id, at), at=at,
        person_id=person_id, post_id=post_id,
    )
    vault.put(version, {"words": wish.why.strip()})
    version.save()
    waits = [duties.begin(agreement, Duty.APPROVE, side=side, at=at, version=version, without=person_id)
             for side in SIDES]
    settle(agreement, at=at, actor=actor)
    duties.tell(DRAFTED, agreement, actor, at, [each.owner_post_id for each in waits], version=version.number)
    return agreement


def _opened(wish: Wish, county_id: int, found: Rules, actor: Viewer, at: datetime, new_id: UUID) -> Agreement:
    year = at.astimezone(CHINA).year
    last = Agreement.objects.filter(county_id=county_id, year=year).aggregate(last=Max("number"))["last"] or 0
    desk = Post.objects.filter(role__in=sorted(found.gives), division_id=county_id).order_by("id").first()
    seat, (person_id, post_id) = actor.seat, duties.acting(actor)
    if seat is None or wish.organisation_id is None:
        raise NotAllowed
    agreement = Agreement(
        id=new_id, county_id=county_id, year=year, number=last + 1, to_organisation_id=wish.organisation_id,
        from_organisation_id=desk.organisation_id if desk else seat.organisation_id, person_id=person_id,
        post_id=post_id, opened_at=at, way=Agreement.IN if found.purposes[wish.purpose].brings else Agreement.OUT,
    )
    vault.create_keys([agreement.key_owner], at=at)
    agreement.save(force_insert=True)
    return agreement


def _revised(agreement_id: UUID, after: int, actor: Viewer, at: datetime) -> Agreement:
    known = selectors.agreement_for(agreement_id, viewer=actor, at=at)
    if known is None or not selectors.is_giver(known, viewer=actor, at=at):
        raise NotAllowed
    (agreement,) = locked([agreement_id])
    now = standing(agreement, at=at)
    newest = agreement.versions.aggregate(last=Max("number"))["last"]
    if now.state in (Agreement.EXPIRED, Agreement.REVOKED) or now.pending is not None or newest != after:
        raise Refused.because(CHANGED)
    return agreement


def _hash(county_id: int, at: datetime) -> str:
    try:
        return rules.resolve(KIND, ID, region=rules.region_of(county_id), at=at).hash
    except rules.NotAdopted:
        return ""


def _wrong(
    wish: Wish, agreement: Agreement | None, found: Rules, county_id: int, at: datetime
) -> Iterator[Problem]:
    county = Division.objects.get(id=county_id)
    wanted = agreement.to_organisation_id if agreement else wish.organisation_id
    body = body_with(wanted, county=county, found=found)
    if body is None:
        yield Problem("organisation", NO_BODY, True)
        return
    purpose = found.purposes.get(wish.purpose)
    offered = purposes_with(body, county=county, found=found)
    if purpose is None or purpose not in offered or not _is_that_way(purpose, agreement):
        yield Problem("purpose", NO_PURPOSE, True)
        return
    if wish.flow not in purpose.flows:
        yield Problem("flow", NO_FLOW, True)
    if not wish.fields or set(wish.fields) - set(purpose.fields):
        yield Problem("fields", NO_FIELDS, True)
    if (purpose.categories and not wish.categories) or set(wish.categories) - set(purpose.categories):
        yield Problem("categories", NO_CATEGORIES, True)
    towns = Division.objects.filter(id__in=wish.towns, level="town", county_id=county_id)
    if towns.count() != len(set(wish.towns)):
        yield Problem("towns", NO_TOWN, True)
    low, high = _ages(wish, purpose)
    if not purpose.ages[0] <= low <= high <= purpose.ages[1]:
        yield Problem("age_from", NO_AGES.format(low=purpose.ages[0], high=purpose.ages[1]), True)
    if not _fits(wish.begins_on, wish.ends_on, purpose, at):
        yield Problem("begins_on", NO_DAYS.format(days=purpose.longest), True)
    if not wish.why.strip():
        yield Problem("why", NO_WHY, True)


def _is_that_way(purpose: Purpose, agreement: Agreement | None) -> bool:
    """Whether it flows as the agreement that is revised; another way is another agreement."""
    return agreement is None or bool(purpose.brings) == (agreement.way == Agreement.IN)


def _fits(begins: date | None, ends: date | None, purpose: Purpose, at: datetime) -> bool:
    today = at.astimezone(CHINA).date()
    return (
        begins is not None and ends is not None and today <= begins < ends
        and (ends - begins).days < purpose.longest and (begins - today).days <= purpose.longest
    )


def _ages(wish: Wish, purpose: Purpose) -> tuple[int, int]:
    low, high = wish.ages
    return purpose.ages[0] if low is None else low, purpose.ages[1] if high is None else high


def _scope(wish: Wish, purpose: Purpose) -> dict[str, Any]:
    return {
        "categories": [each for each in purpose.categories if each in wish.categories],
        "towns": sorted(set(wish.towns)), "ages": list(_ages(wish, purpose)),
    }


def standing(agreement: Agreement, *, at: datetime) -> Standing:
    """How an agreement stands now, read from its rows."""
    versions = list(agreement.versions.order_by("number"))
    approvals = list(Approval.objects.filter(version__in=versions))
    return standing_of(agreement, versions, approvals, on=at.astimezone(CHINA).date())


def sides_of(agreement: Agreement, *, viewer: Viewer, at: datetime) -> tuple[str, ...]:
    """For which sides somebody's posts may say a word."""
    found, known = duties.rules_of(agreement, at=at), rules.access_rules(at=at)
    sides = []
    for side, action in ((GIVER, selectors.APPROVE), (RECEIVER, selectors.TAKE)):
        roles = {role for role in found.approves[side] if known.may_do(role=role, action=action)}
        posts = duties.posts_of(agreement, side, found).filter(id__in=viewer.post_ids, role__in=sorted(roles))
        if posts.exists():
            sides.append(side)
    return tuple(sides)


@transaction.atomic
def decide(*, agreement_id: UUID, of: int, side: str, agrees: bool, words: str, actor: Viewer, at: datetime
           ) -> Agreement:
    """One side's word on the version that waits: by another person than wrote it or spoke for the other side."""
    known = selectors.agreement_for(agreement_id, viewer=actor, at=at)
    person_id, post_id = duties.acting(actor)
    if known is None or side not in sides_of(known, viewer=actor, at=at):
        raise NotAllowed
    (agreement,) = locked([agreement_id])
    now = standing(agreement, at=at)
    version = now.pending
    if version is None or version.number != of or side not in now.missing:
        raise Refused.because(CHANGED)
    if person_id == version.person_id:
        raise Refused.because(OWN)
    if Approval.objects.filter(version=version, person_id=person_id).exists():
        raise Refused.because(BOTH)
    if not agrees and not words.strip():
        raise Refused([Problem("words", NO_WORDS, True)])
    if agrees:
        _refuse_unassessed(agreement, at)
    said = Approval(version=version, side=side, agrees=agrees, at=at, person_id=person_id, post_id=post_id)
    vault.put(said, {"words": words.strip() or None})
    said.save()
    waits = Duty.objects.filter(version=version, kind=Duty.APPROVE)
    duties.finish_all(waits.filter(side=side) if agrees else waits, actor=actor, at=at, outcome="said")
    settle(agreement, at=at, actor=actor)
    duties.tell(
        ANSWERED, agreement, actor, at, [version.post_id, *waits.values_list("first_post_id", flat=True)], side=side,
        outcome="agreed" if agrees else "refused",
    )
    return agreement


def _refuse_unassessed(agreement: Agreement, at: datetime) -> None:
    gate = impact.gate_without(GATE, county_id=agreement.county_id, at=at)
    if gate is not None and gate.refuses:
        raise Refused.because(f"没有保存：{gate.zh}")


def settle(agreement: Agreement, *, at: datetime, actor: Viewer = WORKER) -> None:
    """The summary found anew, with what follows: a version that comes into force is aligned, an expired one ends.

    The caller holds the agreement's lock.
    """
    now, before = standing(agreement, at=at), agreement.current_id
    if now.state == Agreement.EXPIRED:
        if agreement.state != Agreement.EXPIRED:
            agreement.current = now.current
            end(agreement, Agreement.EXPIRED, "expired", actor, at)
        return
    agreement.state, agreement.current = now.state, now.current
    lives = now.state in (Agreement.IN_FORCE, Agreement.AGREED)
    agreement.look_at = _next_day(at) if lives else None
    agreement.save()
    if agreement.current_id is None or agreement.current_id == before:
        return
    _narrow(agreement, at, actor)
    align(agreement, at=at)
    posts = [post for side in SIDES for post in
             duties.posts_of(agreement, side, duties.rules_of(agreement, at=at)).values_list("id", flat=True)]
    duties.tell(STARTED, agreement, actor, at, posts)


def _narrow(agreement: Agreement, at: datetime, actor: Viewer) -> None:
    """What the version now in force doesn't carry any more may not stay with the other side."""
    version = agreement.current
    if version is None:
        return
    lives = agreement.deliveries.filter(state__in=Delivery.LIVE).exclude(version=version)
    wider = [
        row.id for row in lives.select_related("version")
        if set(row.fields) - set(version.fields) or row.version.purpose != version.purpose
    ]
    stop(agreement.deliveries.filter(id__in=wider), "narrowed", agreement, at=at, actor=actor)


def _next_day(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(CHINA).date() + timedelta(days=1), time(), tzinfo=CHINA)


def end(agreement: Agreement, state: str, reason: str, actor: Viewer, at: datetime) -> None:
    """It is over: in this one transaction nothing is sent any more, what wasn't opened closes, the rest is asked
    back."""
    agreement.state, agreement.ended_at, agreement.look_at = state, at, None
    agreement.ended_by, agreement.ended_post_id = actor.person_id, actor.post_id
    agreement.save()
    stop(agreement.deliveries.all(), state, agreement, at=at, actor=actor)
    comparing.give_up(agreement.id, at=at)
    Request.objects.filter(agreement=agreement, state=Request.WAITING).update(state=Request.VOID, answered_at=at)
    waits = agreement.duties.exclude(kind=Duty.DISPOSE)
    duties.finish_all(waits, actor=actor, at=at, outcome=state)
    found = duties.rules_of(agreement, at=at)
    posts = [post for side in SIDES for post in duties.posts_of(agreement, side, found).values_list("id", flat=True)]
    duties.tell(ENDED, agreement, actor, at, [agreement.post_id, *posts], reason=reason)


@transaction.atomic
def revoke(*, agreement_id: UUID, reason: str, words: str, actor: Viewer, at: datetime) -> Agreement:
    """Either side ends it, at once."""
    known = selectors.agreement_for(agreement_id, viewer=actor, at=at)
    if known is None:
        raise NotAllowed
    (agreement,) = locked([agreement_id])
    if agreement.state in Agreement.OVER:
        raise Refused.because(CHANGED)
    found = duties.rules_of(agreement, at=at)
    if reason not in found.ends or (reason == OTHERWISE and not words.strip()):
        raise Refused([Problem("reason", NO_REASON, True)])
    agreement.reason = reason
    vault.put(agreement, {"words": words.strip() or None})
    end(agreement, Agreement.REVOKED, reason, actor, at)
    return agreement


def may_write(agreement: Agreement, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody may write a new version."""
    may = access.may_do(viewer=viewer, action=selectors.WRITE, at=at)
    return may and selectors.is_giver(agreement, viewer=viewer, at=at)
