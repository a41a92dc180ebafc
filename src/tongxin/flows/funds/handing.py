"""Money handed down: a city's or a province's fund to the places below, which say themselves that it came.

What is agreed to is set aside; it leaves the giver's book in the moment in which a place enters it into its own, so
that the two books agree at all times. A place that got nothing hands it back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum

from tongxin import vault
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import asking
from tongxin.flows.funds.booking import HAND, KEEP, SEE, Line, book, fund_for, lock_county, rules_of, tell
from tongxin.flows.funds.reach import place_of
from tongxin.flows.funds.returning import ENTERED, LEFT
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Allocation, Fund, Portion, Posting, Request, Transfer
from tongxin.lib.money import fen_in
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

PURPOSE, ROUTE, PART = "funds", "funds", "funds"
NO_AMOUNTS = "没有提出：请至少给一个地方写金额，例如 36000 或 1611.50。"
BAD_AMOUNT = "没有提出：“{zh}”的金额写得不对，例如 36000 或 1611.50。"
CHANGED = "没有改动：已经答复过，请看最新的内容。"
NO_DAY = "没有改动：请写哪天收到的，不早于同意的那天，不晚于今天。"
NO_REASON = "没有改动：请选为什么退回。"
BAD_UNTIL = "没有提出：用到哪天要在今天以后{last}。"
NOT_AFTER = "，也不能晚于这笔资金自己的日期（{year}年{month}月{day}日）"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Both books of an allocation in 分: what left the giver's, what the places entered; they agree."""

    left: int
    entered: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is in one book only."""
        return self.left == self.entered


def places_below(place_id: int, *, at: datetime) -> list[Division]:
    """The cities and counties below a place in which somebody keeps funds."""
    found = rules.access_rules(at=at)
    rows = Division.objects.filter(Q(province_id=place_id) | Q(city_id=place_id), level__in=("city", "county"))
    rows = rows.filter(valid_to__isnull=True).exclude(id=place_id).order_by("code")
    posts = Post.objects.filter(division__in=rows).values_list("division_id", "role").distinct()
    kept = {id for id, role in posts if found.may_do(role=role, action=KEEP)}
    return [each for each in rows if each.id in kept]


@transaction.atomic
def hand(
    *, fund_id: UUID, allocation_id: UUID, amounts: Mapping[int, str], given: Given, actor: Viewer, at: datetime
) -> Allocation:
    """Money of a fund meant for places below: by place an amount as it was written; others have to agree."""
    person_id = must(actor, HAND, at=at)
    fund = fund_for(fund_id=fund_id, viewer=actor, at=at, for_update=True)
    lock_county(fund.county_id)
    known = made_before(Allocation, allocation_id, fund_id=fund.id)
    if known is not None:
        return known
    read = answers.read(rules_of(fund.county_id, at=at).asked["handing"], given, at=at)
    below = {each.id: each for each in places_below(fund.county_id, at=at)}
    written = {id: text.strip() for id, text in amounts.items() if text.strip() and id in below}
    shares = {id: fen_in(text) for id, text in written.items()}
    problems = [*read.problems, *(
        Problem(f"amount-{id}", BAD_AMOUNT.format(zh=below[id].name), True) for id, fen in shares.items() if fen is None
    )]
    if not written:
        problems.append(Problem("amounts", NO_AMOUNTS, True))
    until = day_in(str(read.clear.get("until_on", "")))
    problems += _wrong_until(until, fund, at)
    if problems:
        raise Refused(problems)
    last = Allocation.objects.filter(place_id=fund.county_id).aggregate(last=Max("number"))["last"] or 0
    row = Allocation(
        id=allocation_id, place_id=fund.county_id, number=last + 1, fund=fund, purpose=read.clear["purpose"],
        until_on=until or fund.until_on, made_at=at, made_by=person_id, post_id=post_of(actor),
    )
    (title,) = vault.open([fund.words], viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at)
    words = {**read.words, "title": json.loads(title or "{}").get("title", "")}
    vault.create_keys([row.key_owner], at=at)
    vault.put(row, {"words": json.dumps(words, ensure_ascii=False)})
    row.save(force_insert=True)
    Portion.objects.bulk_create([
        Portion(allocation=row, place_id=id, amount=fen) for id, fen in sorted(shares.items()) if fen
    ])
    asking.ask(
        fund=fund, kind=Request.HANDING, about_id=row.id, purpose=row.purpose, actor=actor, at=at,
        amount=sum(fen for fen in shares.values() if fen),
    )
    return row


def _wrong_until(until: date | None, fund: Fund, at: datetime) -> list[Problem]:
    """What is wrong with the last day of what is handed down: not past, nor after that of the fund it comes from."""
    if until is None or at.astimezone(CHINA).date() < until <= (fund.until_on or until):
        return []
    own = fund.until_on
    last = NOT_AFTER.format(year=own.year, month=own.month, day=own.day) if own else ""
    return [Problem("until_on", BAD_UNTIL.format(last=last), True)]


def agreed_on(request: Request) -> date:
    """The day on which the last who had to agree did."""
    last = request.approvals.filter(agrees=True).order_by("at").last()
    return (last or request).at.astimezone(CHINA).date()


def allocation_for(*, allocation_id: UUID, viewer: Viewer, at: datetime) -> Allocation:
    """One allocation of the viewer's own place."""
    must(viewer, SEE, at=at)
    rows = Allocation.objects.filter(id=allocation_id, place_id=place_of(viewer))
    found = rows.select_related("fund").first()
    if found is None:
        raise NotAllowed
    return found


def portions_for(viewer: Viewer, *, at: datetime) -> QuerySet[Portion]:
    """What was handed down to the viewer's place, for those who keep its funds; the newest first."""
    must(viewer, KEEP, at=at)
    rows = Portion.objects.filter(place_id=place_of(viewer)).exclude(
        allocation__state__in=(Allocation.ASKED, Allocation.DROPPED)
    )
    return rows.select_related("allocation__fund").order_by("-allocation__made_at")


def portion_for(*, portion_id: UUID, viewer: Viewer, at: datetime) -> Portion:
    """One portion of the viewer's place."""
    found = portions_for(viewer, at=at).filter(id=portion_id).first()
    if found is None:
        raise NotAllowed
    return found


def _locked(portion_id: UUID, actor: Viewer, at: datetime) -> tuple[Portion, Fund, Request]:
    """The portion with the giver's fund, in which nobody else books meanwhile."""
    seen = portion_for(portion_id=portion_id, viewer=actor, at=at)
    fund = Fund.objects.select_for_update().get(id=seen.allocation.fund_id)
    portion = Portion.objects.select_for_update(of=("self",)).select_related("allocation").get(id=portion_id)
    return portion, fund, request_of(portion)


def request_of(portion: Portion) -> Request:
    """What was agreed to about the whole of which a portion is one place's."""
    return Request.objects.get(about_id=portion.allocation_id, state__in=[Request.AGREED, Request.DONE])


@transaction.atomic
def receive(*, portion_id: UUID, on: str, actor: Viewer, at: datetime) -> Portion:
    """The money came: it leaves the giver's book and stands in a fund of the place, opened with the first."""
    must(actor, KEEP, at=at)
    portion, giver, request = _locked(portion_id, actor, at)
    if portion.state == Portion.RECEIVED:
        return portion
    day, today = day_in(on), at.astimezone(CHINA).date()
    if portion.state != Portion.WAITING:
        raise Refused.because(CHANGED)
    if day is None or not agreed_on(request) <= day <= today:
        raise Refused([Problem("on", NO_DAY, True)])
    found = rules_of(giver.county_id, at=at)
    _book(giver, request, portion, Posting.SPEND, Line(found.handed, found.reserved, portion.amount), today, actor, at)
    mine, note = _fund_of(portion, giver, actor, at)
    here = rules_of(mine.county_id, at=at)
    line = Line(here.held[mine.form], here.income[mine.source], portion.amount)
    book(
        mine, kind=Posting.DEPOSIT, lines=[line], on=day, posting_id=uuid5(portion.id, ENTERED), words=note,
        actor=actor, at=at,
    )
    portion.fund = mine
    return _answered(portion, Portion.RECEIVED, "", day, actor, at)


@transaction.atomic
def give_back(*, portion_id: UUID, reason: str, actor: Viewer, at: datetime) -> Portion:
    """The money didn't come or isn't for this place: it can be used by the giver again."""
    must(actor, KEEP, at=at)
    portion, giver, request = _locked(portion_id, actor, at)
    found, today = rules_of(giver.county_id, at=at), at.astimezone(CHINA).date()
    if portion.state == Portion.RETURNED:
        return portion
    if portion.state != Portion.WAITING:
        raise Refused.because(CHANGED)
    if reason not in found.lists["handing_returns"]:
        raise Refused([Problem("reason", NO_REASON, True)])
    line = Line(found.held[giver.form], found.reserved, portion.amount)
    _book(giver, request, portion, Posting.RELEASE, line, today, actor, at)
    return _answered(portion, Portion.RETURNED, reason, today, actor, at)


def _book(
    giver: Fund, request: Request, portion: Portion, kind: str, line: Line, on: date, actor: Viewer, at: datetime
) -> None:
    book(
        giver, kind=kind, lines=[line], on=on, posting_id=uuid5(portion.id, LEFT), request=request, actor=actor, at=at
    )


def _answered(portion: Portion, state: str, reason: str, on: date, actor: Viewer, at: datetime) -> Portion:
    portion.state, portion.reason, portion.answered_on, portion.answered_at = state, reason, on, at
    portion.answered_by, portion.post_id = actor.person_id, actor.post_id
    portion.save()
    allocation = portion.allocation
    if not allocation.portions.filter(state=Portion.WAITING).exists():
        Allocation.objects.filter(id=allocation.id).update(state=Allocation.SETTLED)
        asking.finish(about_id=allocation.id, at=at)
    event = tell(
        "fund.acknowledged", Fund.objects.get(id=allocation.fund_id), actor, at, allocation=str(allocation.id),
        portion=str(portion.id), answer=state,
    )
    asking.notify(posts=[allocation.post_id], event=event, at=at)
    return portion


def _fund_of(portion: Portion, giver: Fund, actor: Viewer, at: datetime) -> tuple[Fund, str]:
    """The place's own fund for what comes out of this one, opened where it is the first; and what allows it."""
    allocation = portion.allocation
    (told,) = vault.open([allocation.words], viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at)
    words = json.loads(told or "{}")
    before = Portion.objects.filter(
        place_id=portion.place_id, allocation__fund=giver, allocation__until_on=allocation.until_on,
        allocation__purpose=allocation.purpose, fund__isnull=False,
    ).first()
    lock_county(portion.place_id)
    if before is not None and before.fund_id is not None:
        return Fund.objects.select_for_update().get(id=before.fund_id), words.get("note", "")
    last = Fund.objects.filter(county_id=portion.place_id).aggregate(last=Max("number"))["last"] or 0
    fund = Fund(
        id=uuid5(portion.id, "fund"), county_id=portion.place_id, number=last + 1, source=giver.source,
        purposes=[allocation.purpose], form=giver.form, until_on=allocation.until_on, opened_at=at,
        opened_by=must(actor, KEEP, at=at), post_id=post_of(actor),
    )
    said = {"title": words.get("title", ""), "giver": Division.objects.get(id=giver.county_id).name}
    vault.create_keys([fund.key_owner], at=at)
    vault.put(fund, {"words": json.dumps(said, ensure_ascii=False)})
    fund.save(force_insert=True)
    tell("fund.opened", fund, actor, at, source=fund.source)
    return fund, words.get("note", "")


def agreement_of(allocation: Allocation) -> Agreement:
    """What both books say of an allocation, each read for itself; what was turned round isn't in either."""
    rows = list(allocation.portions.values_list("id", flat=True))
    left, entered = ([uuid5(each, step) for each in rows] for step in (LEFT, ENTERED))
    return Agreement(_standing(left, Posting.SPEND), _standing(entered, Posting.DEPOSIT))


def _standing(ids: list[UUID], kind: str) -> int:
    """What postings of a kind came to, without those that were turned round, in 分."""
    rows = Transfer.objects.filter(posting_id__in=ids, posting__kind=kind)
    back = Transfer.objects.filter(posting__reverses_id__in=ids, posting__kind=Posting.REVERSAL)
    first, second = (int(each.aggregate(all=Sum("amount"))["all"] or 0) for each in (rows, back))
    return first - second
