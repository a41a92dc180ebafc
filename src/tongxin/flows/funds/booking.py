"""Funds and what is booked: every line names both accounts, nothing falls below nought, mistakes are reversed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin import ledger, vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds.reach import funds_within, place_of
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Balance, Closing, Fund, Posting, Request, Term, Transfer
from tongxin.funds.rules import ASSET, Funds, funds_in
from tongxin.ledger.models import Event
from tongxin.lib.money import fen_in, yuan
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

SEE, KEEP, ASK, APPROVE, SEND = "see_funds", "keep_funds", "ask_funds", "approve_funds", "send_funds"
HAND = "hand_funds"
NO_AMOUNT = "没有保存：请写金额，例如 36000 或 1611.50，最多两位小数。"
SHORT = "没有保存：这笔资金里可以用的钱不够。请看余额，改小金额或换一笔资金。"
CLOSED = "没有保存：{month}已经结账，不能再记。请记在没有结账的月份，记错的用冲正。"
OVER = (
    "没有改动：这笔资金只能用到{day}，已经过了。要继续用的，请在资金里登记延期；不再用的，换一笔资金。"
    "已经同意、还没有付出的，可以撤回。"
)
UNUSUAL = "没有保存：{what}超过 {limit} 元，比平常多很多。写错了请改；确实是的，请选怎么核对的。"
MUCH_EARLIER = "没有保存：这笔资金是{day}登记的，到账的日期比它早很多。写错了请改；确实是的，请选怎么核对的。"
EARLY = "没有保存：用到哪天要在今天以后。"
NOT_LATER = "没有改动：延到的日期要晚于今天，也要晚于原来的日期。"
NO_BASIS, LONGEST = "没有改动：请写凭什么延期（文件、协议），最多 200 个字。", 200
TWICE_WITHIN = "没有保存：这一凭证已经记在别的资金里。"


@dataclass(frozen=True, slots=True)
class Line:
    """The same amount (分) to one account and from another."""

    debit: str
    credit: str
    amount: int


def rules_for(viewer: Viewer, *, at: datetime) -> Funds:
    """The rules of the viewer's county."""
    return rules_of(place_of(viewer), at=at)


def rules_of(county_id: int | None, *, at: datetime) -> Funds:
    """The rules of a county."""
    return funds_in(region=rules.region_of(county_id) if county_id else "", at=at)


def may(viewer: Viewer, actions: str, *, at: datetime) -> UUID:
    """The person, when one of their posts may do one of the actions, written with | between them."""
    for each in actions.split("|"):
        try:
            return must(viewer, each, at=at)
        except NotAllowed:
            continue
    raise NotAllowed


def funds_for(viewer: Viewer, *, at: datetime) -> QuerySet[Fund]:
    """The funds of the viewer's place that they read."""
    must(viewer, SEE, at=at)
    rows = Fund.objects.filter(county_id=place_of(viewer)).order_by("-number")
    return funds_within(rows, viewer, rules_for(viewer, at=at), at=at)


def fund_for(*, fund_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Fund:
    """One fund of the county; `for_update` lets nobody else book in it meanwhile."""
    rows = funds_for(viewer, at=at).filter(id=fund_id)
    found = rows.select_for_update().first() if for_update else rows.first()
    if found is None:
        raise NotAllowed
    return found


def lock_county(county_id: int) -> None:
    """Let nobody else number or list anything of the county before this is done."""
    Division.objects.select_for_update().get(id=county_id)


@transaction.atomic
def open_fund(*, fund_id: UUID, given: Given, actor: Viewer, at: datetime) -> Fund:
    """A fund with nothing in it yet, once however often it is sent."""
    person_id, county_id = must(actor, KEEP, at=at), place_of(actor)
    lock_county(county_id)
    known = made_before(Fund, fund_id, county_id=county_id)
    if known is not None:
        return known
    read = answers.read(rules_of(county_id, at=at).asked["fund"], given, at=at)
    until, problems = day_in(str(read.clear.get("until_on", ""))), list(read.problems)
    if until is not None and until <= at.astimezone(CHINA).date():
        problems.append(Problem("until_on", EARLY, True))
    if problems:
        raise Refused(problems)
    last = Fund.objects.filter(county_id=county_id).aggregate(last=Max("number"))["last"] or 0
    fund = Fund(
        id=fund_id, county_id=county_id, number=last + 1, source=read.clear["source"],
        purposes=read.clear["purposes"], form=read.clear["form"], until_on=until, opened_at=at, opened_by=person_id,
        post_id=post_of(actor),
    )
    vault.create_keys([fund.key_owner], at=at)
    vault.put(fund, {"words": json.dumps(read.words, ensure_ascii=False)})
    fund.save(force_insert=True)
    tell("fund.opened", fund, actor, at, source=fund.source)
    return fund


@transaction.atomic
def deposit(
    *, fund_id: UUID, posting_id: UUID, amount: str, given: Given, actor: Viewer, at: datetime, sure: str = ""
) -> Posting:
    """Money or goods came in; `sure` says how an unusual amount, or a day long before the fund, was checked."""
    must(actor, KEEP, at=at)
    fund = fund_for(fund_id=fund_id, viewer=actor, at=at, for_update=True)
    lock_county(fund.county_id)
    known = Posting.objects.filter(id=posting_id).first()
    if known is not None:
        return _same(known, fund)
    found, fen = rules_of(fund.county_id, at=at), fen_in(amount)
    read = answers.read(found.asked["deposit"], given, at=at)
    day, problems = day_in(str(read.clear.get("booked_on", ""))), list(read.problems)
    if fen is None:
        problems.append(Problem("amount", NO_AMOUNT, True))
    opened = fund.opened_at.astimezone(CHINA).date()
    is_early = day is not None and day < opened - found.early_deposit
    problems += doubts(found, deposit=(fen or 0, "这笔到账"), sure=sure)
    if is_early and sure not in found.lists["sure"]:
        zh = MUCH_EARLIER.format(day=f"{opened.year}年{opened.month}月{opened.day}日")
        problems.append(Problem("sure", zh, True))
    if problems or fen is None or day is None:
        raise Refused(problems)
    checked = found.lists["sure"].get(sure, "") if is_early or fen > found.unusual["deposit"] else ""
    line = Line(found.held[fund.form], found.income[fund.source], fen)
    return book(
        fund, kind=Posting.DEPOSIT, lines=[line], on=day, posting_id=posting_id, actor=actor, at=at,
        words=f"{read.words.get('note', '')}{f'（{checked}）' if checked else ''}",
    )


def doubts(found: Funds, *, sure: str, **amounts: tuple[int, str]) -> list[Problem]:
    """A question for each amount (分, with what it is in words) that is unusual, until somebody says how it was
    checked."""
    if sure in found.lists["sure"]:
        return []
    return [
        Problem("sure", UNUSUAL.format(what=zh, limit=yuan(found.unusual[name])), True)
        for name, (fen, zh) in amounts.items() if fen > found.unusual[name]
    ]


def refuse_over(fund: Fund, at: datetime) -> None:
    """Nothing, while a fund may be used.

    Raises:
        Refused: Its last day has passed: from when, and what can be done.
    """
    if fund.until_on is not None and at.astimezone(CHINA).date() > fund.until_on:
        day = fund.until_on
        raise Refused([Problem("until_on", OVER.format(day=f"{day.year}年{day.month}月{day.day}日"), True)])


@transaction.atomic
def extend(*, fund_id: UUID, term_id: UUID, until: str, basis: str, actor: Viewer, at: datetime) -> Term:
    """A fund may be used longer, by what allows it; the days before stay to be read."""
    person_id = must(actor, KEEP, at=at)
    fund = fund_for(fund_id=fund_id, viewer=actor, at=at, for_update=True)
    known = made_before(Term, term_id, fund_id=fund.id)
    if known is not None:
        return known
    day, before = day_in(until), fund.until_on
    if before is None or day is None or day <= max(before, at.astimezone(CHINA).date()):
        raise Refused([Problem("until", NOT_LATER, True)])
    if not basis.strip() or len(basis) > LONGEST:
        raise Refused([Problem("basis", NO_BASIS, True)])
    term = Term(id=term_id, fund=fund, until_on=day, at=at, person_id=person_id, post_id=post_of(actor))
    vault.put(term, {"words": basis.strip()})
    term.save()
    Fund.objects.filter(id=fund.id).update(until_on=day)
    tell("fund.extended", fund, actor, at, until=day.isoformat())
    return term


def book(
    fund: Fund, *, kind: str, lines: Iterable[Line], on: date, posting_id: UUID, actor: Viewer, at: datetime,
    request: Request | None = None, reverses: Posting | None = None, words: str = "",
) -> Posting:
    """A posting in a fund that the caller has locked; refused where an account of what is held would fall below nought
    and where the month is closed."""
    known = Posting.objects.filter(id=posting_id).first()
    if known is not None:
        return _same(known, fund)
    _refuse_closed(fund, on)
    rows = list(lines)
    _move(fund, rows, rules_of(fund.county_id, at=at).kinds)
    last = Posting.objects.filter(fund=fund).aggregate(last=Max("number"))["last"] or 0
    posting = Posting(
        id=posting_id, fund=fund, number=last + 1, kind=kind, booked_on=on, request=request, reverses=reverses, at=at,
        person_id=actor.person_id, post_id=actor.post_id,
    )
    if words:
        vault.put(posting, {"words": words})
    posting.save()
    for row in rows:
        Transfer(posting=posting, debit=row.debit, credit=row.credit, amount=row.amount).save()
    tell("fund.booked", fund, actor, at, posting=str(posting.id), kind=kind)
    return posting


def _same(known: Posting, fund: Fund) -> Posting:
    if known.fund_id != fund.id:
        raise Refused.because(TWICE_WITHIN)
    return known


def _refuse_closed(fund: Fund, on: date) -> None:
    lock_county(fund.county_id)
    month = on.replace(day=1)
    if Closing.objects.filter(county_id=fund.county_id, month__gte=month).exists():
        raise Refused([Problem("booked_on", CLOSED.format(month=f"{month.year}年{month.month}月"), True)])


def _move(fund: Fund, lines: Iterable[Line], kinds: Mapping[str, str]) -> None:
    """The balances after the lines; none of what is held may fall below nought."""
    moved: dict[str, int] = {}
    for line in lines:
        moved[line.debit] = moved.get(line.debit, 0) + line.amount
        moved[line.credit] = moved.get(line.credit, 0) - line.amount
    for account in sorted(moved):
        is_asset = kinds.get(account) == ASSET
        row = Balance.objects.filter(fund=fund, account=account).first() or Balance(
            fund=fund, account=account, is_asset=is_asset
        )
        row.amount += moved[account]
        if row.is_asset and row.amount < 0:
            raise Refused([Problem("amount", SHORT, True)])
        row.save()


def balances(fund: Fund) -> dict[str, int]:
    """By account what stands on it in 分: debit above nought, credit below."""
    return dict(Balance.objects.filter(fund=fund).values_list("account", "amount"))


def free(fund: Fund, found: Funds) -> int:
    """What can still be used, in 分."""
    return balances(fund).get(found.held[fund.form], 0)


def tell(kind: str, fund: Fund, actor: Viewer, at: datetime, /, **more: str) -> Event:
    """What happened in a fund, on record; amounts stay in the fund's own book."""
    return ledger.record(
        kind=kind, subject=fund.key_owner, actor=actor, at=at, is_fact=True, clear={"fund": str(fund.id), **more}
    )
