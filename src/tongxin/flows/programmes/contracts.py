"""Programmes with budgets, and contracts with bodies: what is to be delivered, how many, at what price."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum

from tongxin import ledger, vault
from tongxin.accounts.models import Division, Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds.booking import NO_AMOUNT, SEE, free, fund_for, lock_county, rules_of
from tongxin.flows.funds.reach import contracts_within, place_of, programmes_within
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import county_of, must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Request
from tongxin.funds.rules import Funds
from tongxin.ledger.models import Event
from tongxin.lib.money import fen_in, yuan
from tongxin.lib.numbers import day_in, number_in
from tongxin.programmes.models import Acceptance, BudgetLine, Contract, Deliverable, Programme
from tongxin.programmes.rules import Programmes, programmes_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

KEEP = "keep_programmes"
NO_FUND = "没有保存：请选用哪一笔资金。"
NO_BODY = "没有保存：请选承接单位。"
NO_LINES = "没有保存：请写至少一项预算的金额。"
NO_PURPOSE = "没有保存：请选列在哪一项预算里。"
NO_DELIVERABLES = "没有保存：请写至少一项交付：按什么计数、约定多少、单价多少。"
BAD_DELIVERABLE = "没有保存：“{zh}”要同时写约定数量（整数）和单价（元）。"
OUTSIDE = "没有保存：合同的时间要在项目的时间里（{first}至{last}）。"
TOO_DEAR = "没有保存：合同一共 {amount} 元，超过这一项预算里还没有签出去的 {left} 元。"
NOT_OF_FUND = "没有保存：选的这笔资金不能用在“{zh}”。请改用能用的资金，或者这一项不填。"
MORE_THAN_FREE = (
    "没有保存：还没有付的预算一共 {amount} 元，这笔资金现在可以用的只有 {free} 元{others}。"
    "写错了请改；确实是的，请选怎么核对的。"
)
OTHERS = "（其中别的项目还要付 {amount} 元）"
MOST_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One deliverable as it is asked for: how many, and the price of each in 分."""

    rule: str
    target: int
    price: int


def rules_in(county_id: int, *, at: datetime) -> Programmes:
    """The rules of a county."""
    return programmes_in(region=rules.region_of(county_id), at=at)


def programmes_for(viewer: Viewer, *, at: datetime) -> QuerySet[Programme]:
    """The programmes of the viewer's county, the newest first."""
    must(viewer, SEE, at=at)
    rows = Programme.objects.filter(county_id=place_of(viewer)).order_by("-number")
    return programmes_within(rows, viewer, at=at)


def programmes_read(viewer: Viewer, *, at: datetime) -> QuerySet[Programme]:
    """The programmes that somebody may read of: a county's own; above, those of the counties inside."""
    must(viewer, SEE, at=at)
    place = place_of(viewer)
    inside = Division.objects.filter(Q(id=place) | Q(city_id=place) | Q(province_id=place)).values("id")
    rows = Programme.objects.filter(county_id__in=inside).order_by("county_id", "-number")
    return programmes_within(rows, viewer, at=at)


def contracts_for(viewer: Viewer, *, at: datetime) -> QuerySet[Contract]:
    """The contracts of the county; of a body only its own."""
    rows = Contract.objects.filter(programme_id__in=programmes_for(viewer, at=at).values("id"))
    return contracts_within(rows, viewer, at=at).select_related("programme", "organisation")


def programme_for(*, programme_id: UUID, viewer: Viewer, at: datetime) -> Programme:
    """One programme of the county."""
    found = programmes_for(viewer, at=at).filter(id=programme_id).first()
    if found is None:
        raise NotAllowed
    return found


def contract_for(*, contract_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Contract:
    """One contract of the county."""
    rows = contracts_for(viewer, at=at).filter(id=contract_id)
    found = rows.select_for_update(of=("self",)).first() if for_update else rows.first()
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def open_programme(
    *, programme_id: UUID, fund_id: UUID | None, amounts: Mapping[str, str], given: Given, actor: Viewer, at: datetime,
    template: str = "", sure: str = "",
) -> Programme:
    """A programme with its budget: by purpose an amount as it was written; `sure` says how one was checked for which
    the money isn't there yet."""
    person_id, county_id = must(actor, KEEP, at=at), county_of(actor)
    lock_county(county_id)
    known = made_before(Programme, programme_id, county_id=county_id)
    if known is not None:
        return known
    read = answers.read(rules_in(county_id, at=at).asked["programme"], given, at=at)
    problems = list(read.problems)
    fund = Fund.objects.filter(id=fund_id, county_id=county_id).first() if fund_id else None
    if fund is None:
        problems.append(Problem("fund", NO_FUND, True))
    written = {purpose: fen_in(text) for purpose, text in amounts.items() if text.strip()}
    if not written:
        problems.append(Problem("budget", NO_LINES, True))
    problems += [Problem(f"budget-{purpose}", NO_AMOUNT, True) for purpose, fen in written.items() if fen is None]
    money = rules_of(county_id, at=at)
    if fund is not None:
        problems += not_paid_by(fund, written, money)
        problems += [] if problems else short_of(
            fund, sum(fen or 0 for fen in written.values()), money, sure, at=at
        )
    first, last_day = (day_in(str(read.clear.get(name, ""))) for name in ("from_on", "to_on"))
    if problems or fund is None or first is None or last_day is None:
        raise Refused(problems)
    last = Programme.objects.filter(county_id=county_id).aggregate(last=Max("number"))["last"] or 0
    programme = Programme(
        id=programme_id, county_id=county_id, number=last + 1, kind=read.clear["kind"], fund_id=fund.id,
        from_on=first, to_on=last_day, at=at, person_id=person_id, post_id=post_of(actor),
        template=template if template in rules_in(county_id, at=at).templates else "",
    )
    vault.create_keys([programme.key_owner], at=at)
    vault.put(programme, {"words": json.dumps(read.words, ensure_ascii=False)})
    programme.save(force_insert=True)
    for purpose, fen in written.items():
        if fen:
            BudgetLine.objects.create(programme=programme, purpose=purpose, amount=fen, at=at, person_id=person_id)
    tell("programme.opened", programme, actor, at)
    return programme


def not_paid_by(fund: Fund, purposes: Iterable[str], money: Funds) -> list[Problem]:
    """A word for each purpose that a fund can't be used for."""
    names = {id: each.zh for id, each in money.purposes.items()}
    return [
        Problem(f"budget-{each}", NOT_OF_FUND.format(zh=names.get(each, "")), True)
        for each in purposes if each not in fund.purposes
    ]


def payable(programme: Programme, money: Funds) -> list[tuple[str, str]]:
    """The purposes a programme's fund can be used for, and those that have a budget in it, with their names."""
    known = {*Fund.objects.get(id=programme.fund_id).purposes, *budget_of(programme)}
    return [(each.id, each.zh) for each in money.purposes.values() if each.id in known]


def short_of(
    fund: Fund, amount: int, money: Funds, sure: str, *, at: datetime, but: UUID | None = None
) -> list[Problem]:
    """A question where 分 that are still to be paid are more than a fund has free beside what its other programmes
    (all but one) are still to pay, until it is said how that was checked."""
    left, others = free(fund, money), promised(fund, at=at, but=but)
    if amount + others <= left or sure in money.lists["sure"]:
        return []
    told = OTHERS.format(amount=yuan(others)) if others else ""
    return [Problem("sure", MORE_THAN_FREE.format(amount=yuan(amount), free=yuan(left), others=told), True)]


def promised(fund: Fund, *, at: datetime, but: UUID | None = None) -> int:
    """What the programmes of a fund that aren't over are still to pay, in 分."""
    rows = Programme.objects.filter(fund_id=fund.id, to_on__gte=at.astimezone(CHINA).date())
    return sum(max(sum(budget_of(each).values()) - taken_by(each), 0) for each in rows if each.id != but)


def taken_by(programme: Programme) -> int:
    """What of a programme's budget was set aside or paid, and so isn't among what its fund has free, in 分."""
    asked = Acceptance.objects.filter(contract__programme=programme, request_id__isnull=False).values("request_id")
    rows = Request.objects.filter(id__in=asked, state__in=(Request.AGREED, Request.DONE))
    return int(rows.aggregate(all=Sum("amount"))["all"] or 0)


def budget_of(programme: Programme) -> dict[str, int]:
    """By purpose how much is meant for it, in 分."""
    rows = programme.budget.order_by().values_list("purpose").annotate(all=Sum("amount"))
    return {purpose: int(amount) for purpose, amount in rows}


def price_of(contract: Contract) -> int:
    """What a contract comes to when everything is delivered, in 分."""
    return sum(each.target * each.price for each in contract.deliverables.all())


def signed_for(programme: Programme, purpose: str) -> int:
    """How much of a purpose's budget contracts have taken, in 分; of one that was ended, what was counted for it."""
    rows = programme.contracts.filter(purpose=purpose).prefetch_related("deliverables", "acceptances")
    return sum(price_of(each) if each.ended_on is None else counted_for(each) for each in rows)


def counted_for(contract: Contract) -> int:
    """What was or may yet be paid for a contract's work, in 分."""
    live = (Acceptance.DRAWN, Acceptance.ACCEPTED)
    return sum(each.amount for each in contract.acceptances.all() if each.state in live)


@transaction.atomic
def sign(
    *, programme_id: UUID, contract_id: UUID, organisation_id: int | None, purpose: str,
    wanted: Mapping[str, tuple[str, str]], given: Given, actor: Viewer, at: datetime,
) -> Contract:
    """A contract; `wanted` by rule how many and at what price, as they were written."""
    person_id = must(actor, KEEP, at=at)
    programme = programme_for(programme_id=programme_id, viewer=actor, at=at)
    lock_county(programme.county_id)
    known = made_before(Contract, contract_id, programme_id=programme.id)
    if known is not None:
        return known
    found, budget = rules_in(programme.county_id, at=at), budget_of(programme)
    read = answers.read(found.asked["contract"], given, at=at)
    rows, problems = _deliverables(wanted, found)
    problems += read.problems
    body = Organisation.objects.filter(id=organisation_id or 0, division__county_id=programme.county_id).first()
    if body is None:
        problems.append(Problem("organisation", NO_BODY, True))
    if purpose not in budget:
        problems.append(Problem("purpose", NO_PURPOSE, True))
    first, last_day = (day_in(str(read.clear.get(name, ""))) for name in ("from_on", "to_on"))
    if first and last_day and not programme.from_on <= first <= last_day <= programme.to_on:
        span = OUTSIDE.format(first=_day(programme.from_on), last=_day(programme.to_on))
        problems.append(Problem("from_on", span, True))
    amount = sum(each.target * each.price for each in rows)
    left = budget.get(purpose, 0) - signed_for(programme, purpose)
    if amount > left and purpose in budget:
        problems.append(Problem("purpose", TOO_DEAR.format(amount=yuan(amount), left=yuan(left)), True))
    if problems or body is None or first is None or last_day is None:
        raise Refused(problems)
    last = programme.contracts.aggregate(last=Max("number"))["last"] or 0
    contract = Contract.objects.create(
        id=contract_id, programme=programme, number=last + 1, organisation=body, purpose=purpose, from_on=first,
        to_on=last_day, at=at, person_id=person_id, post_id=post_of(actor),
    )
    for each in rows:
        Deliverable.objects.create(contract=contract, rule=each.rule, target=each.target, price=each.price)
    tell("contract.signed", programme, actor, at, contract=str(contract.id))
    return contract


def _deliverables(
    wanted: Mapping[str, tuple[str, str]], found: Programmes
) -> tuple[list[Wanted], list[Problem]]:
    rows, problems = [], []
    for rule, (many, each) in wanted.items():
        if not many.strip() and not each.strip():
            continue
        target, price = number_in(many.strip(), most=MOST_UNITS), fen_in(each)
        if not target or price is None:
            problems.append(Problem(f"deliver-{rule}", BAD_DELIVERABLE.format(zh=found.counts[rule].zh), True))
        else:
            rows.append(Wanted(rule, target, price))
    if not rows and not problems:
        problems.append(Problem("deliver", NO_DELIVERABLES, True))
    return rows, problems


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def fund_of(programme: Programme, viewer: Viewer, *, at: datetime, for_update: bool = False) -> Fund:
    """The fund that pays for a programme."""
    return fund_for(fund_id=programme.fund_id, viewer=viewer, at=at, for_update=for_update)


def tell(kind: str, programme: Programme, actor: Viewer, at: datetime, /, **more: str) -> Event:
    """What happened to a programme, on record."""
    return ledger.record(
        kind=kind, subject=programme.key_owner, actor=actor, at=at, is_fact=True,
        clear={"programme": str(programme.id), **more},
    )
