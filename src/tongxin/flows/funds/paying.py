"""Pay-outs to children: a list, what each gets, asked for, sent, its result and its receipt."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import asking
from tongxin.flows.funds.booking import (
    ASK,
    NO_AMOUNT,
    SEE,
    SEND,
    doubts,
    fund_for,
    lock_county,
    may,
    refuse_over,
    rules_of,
    tell,
)
from tongxin.flows.funds.reach import payouts_within, place_of
from tongxin.flows.funds.rechecking import refuse_doubles
from tongxin.flows.funds.twice import Other, files_of, others_of
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Grant, Payout, Request
from tongxin.funds.rules import TO_CHILD, Funds, period_zh
from tongxin.lib.money import yuan
from tongxin.people.models import Child
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.vault import Owner

PART = "benefits"
LONGEST = 80
NOT_FOR = "没有保存：这笔资金不能用在“{zh}”。"
NOT_THIS_WAY = "没有保存：这笔资金是{form}，不能用“{zh}”发。请选：{ways}。"
NOT_DRAFT = "没有改动：名单已经交去审批，不能再改。要改的先收回申请。"
TWICE = "没有保存：这名孩子已在名单里。"
AGAIN = "没有保存：这名孩子{period}的“{zh}”已有另一笔。确实要再发的，请选原因。"
TOO_MUCH = "没有保存：“{zh}”每名孩子{period}最多 {most} 元，加上这一笔就超过了。"
NO_ACCOUNT = "没有保存：银行转账要写户名和账号。"
LONG = "没有保存：户名、账号最多 80 个字。"
NOBODY = "没有提出：名单里还没有孩子。"
NO_CHILD = "没有保存：没有找到这个档案编号的孩子，或者您看不到。"
NOT_AGREED = "没有改动：还没有同意，不能发。"
NOT_SENT = "没有改动：还没有发出。"


@dataclass(frozen=True, slots=True)
class Row:
    """What a child is to get: 分, whose account, and why again where there is another."""

    child: Child
    amount: int
    payee: str = ""
    account: str = ""
    again: str = ""
    # How an unusual amount was checked.
    sure: str = ""


def payouts_for(viewer: Viewer, *, at: datetime) -> QuerySet[Payout]:
    """The pay-outs of the county, the newest first."""
    may(viewer, SEE, at=at)
    rows = Payout.objects.filter(county_id=place_of(viewer)).select_related("fund").order_by("-number")
    return payouts_within(rows, viewer, at=at)


def payout_for(*, payout_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Payout:
    """One pay-out of the county."""
    rows = payouts_for(viewer, at=at).filter(id=payout_id)
    found = rows.select_for_update(of=("self",)).first() if for_update else rows.first()
    if found is None:
        raise NotAllowed
    return found


def grants_of(payout: Payout, viewer: Viewer, *, at: datetime) -> list[tuple[Grant, Child]]:
    """Of the list whom the viewer sees, with the child; the others only count."""
    rows = list(payout.grants.exclude(state=Grant.REMOVED).order_by("number"))
    seen = children_seen([each.child_id for each in rows], viewer, at=at)
    return [(each, seen[each.child_id]) for each in rows if each.child_id in seen]


def children_seen(ids: Iterable[UUID], viewer: Viewer, *, at: datetime) -> dict[UUID, Child]:
    """Those children whose benefits the viewer reads."""
    if not access.reads(viewer=viewer, part=PART, at=at):
        return {}
    rows = access.visible(Child.objects.filter(id__in=list(ids)), viewer=viewer, part=PART, at=at)
    return {child.id: child for child in rows}


def counted(payout: Payout) -> tuple[int, int]:
    """How many children are on the list, and how much together in 分."""
    rows = payout.grants.exclude(state=Grant.REMOVED)
    return rows.count(), int(rows.aggregate(all=Sum("amount"))["all"] or 0)


def told(payout: Payout, viewer: Viewer, *, at: datetime) -> tuple[int, int] | None:
    """How many children and how much (分), unless the few whom the viewer doesn't see could be guessed from it."""
    ids = list(payout.grants.exclude(state=Grant.REMOVED).values_list("child_id", flat=True))
    unseen = len(ids) - len(children_seen(ids, viewer, at=at))
    return None if 0 < unseen < rules_of(payout.county_id, at=at).small_below else counted(payout)


@transaction.atomic
def create(*, fund_id: UUID, payout_id: UUID, given: Given, actor: Viewer, at: datetime) -> Payout:
    """An empty list."""
    person_id = must(actor, ASK, at=at)
    fund = fund_for(fund_id=fund_id, viewer=actor, at=at)
    lock_county(fund.county_id)
    known = made_before(Payout, payout_id, fund_id=fund.id)
    if known is not None:
        return known
    refuse_over(fund, at)
    found = rules_of(fund.county_id, at=at)
    read = answers.read(found.asked["payout"], given, at=at)
    problems = list(read.problems)
    purpose = found.purposes.get(str(read.clear.get("purpose", "")))
    if purpose is not None and (purpose.id not in fund.purposes or purpose.to != TO_CHILD):
        problems.append(Problem("purpose", NOT_FOR.format(zh=purpose.zh), True))
    way = str(read.clear.get("way", ""))
    if found.way_forms.get(way, fund.form) != fund.form:
        problems.append(Problem("way", NOT_THIS_WAY.format(
            form=fund.get_form_display(), zh=found.lists["ways"][way], ways="、".join(
                zh for id, zh in found.lists["ways"].items() if found.way_forms[id] == fund.form
            )
        ), True))
    if problems or purpose is None:
        raise Refused(problems)
    last = Payout.objects.filter(county_id=fund.county_id).aggregate(last=Max("number"))["last"] or 0
    payout = Payout.objects.create(
        id=payout_id, county_id=fund.county_id, number=last + 1, fund=fund, purpose=purpose.id, way=read.clear["way"],
        period=purpose.period(at.astimezone(CHINA).date()), made_at=at, made_by=person_id, post_id=post_of(actor),
    )
    tell("payout.opened", fund, actor, at, payout=str(payout.id))
    return payout


@transaction.atomic
def add(*, payout_id: UUID, rows: Iterable[Row], actor: Viewer, at: datetime) -> list[Grant]:
    """Children on the list, all of them or none; each problem names its row."""
    must(actor, ASK, at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at)
    lock_county(payout.county_id)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at, for_update=True)
    if payout.state != Payout.DRAFT:
        raise Refused.because(NOT_DRAFT)
    wanted, found = list(rows), rules_of(payout.county_id, at=at)
    seen = children_seen([row.child.id for row in wanted], actor, at=at)
    if any(row.child.id not in seen for row in wanted):
        raise NotAllowed
    listed = payout.grants.exclude(state=Grant.REMOVED).values_list("child_id", flat=True)
    files = files_of([*listed, *(row.child.id for row in wanted)])
    on_list, elsewhere = {files[id] for id in listed}, others_of(files, payout)
    problems: list[Problem] = []
    for number, row in enumerate(wanted, start=1):
        mine = files[row.child.id]
        other = elsewhere.get(mine, Other())
        problems += _problems(payout, row, number if len(wanted) > 1 else 0, mine in on_list, other, found)
        on_list.add(mine)
    if problems:
        raise Refused(problems)
    last = payout.grants.aggregate(last=Max("number"))["last"] or 0
    return [
        _list(payout, row, last + number, elsewhere.get(files[row.child.id], Other()), found, actor, at)
        for number, row in enumerate(wanted, start=1)
    ]


def _problems(
    payout: Payout, row: Row, number: int, is_listed: bool, other: Other, found: Funds
) -> Iterable[Problem]:
    """What is wrong with one row; `number` 0 where there is one only."""
    purpose, before = found.purposes[payout.purpose], f"第 {number} 行" if number else ""
    span = period_zh(payout.period)

    def problem(path: str, zh: str) -> Problem:
        return Problem(path, f"{before}{zh}" if before else zh, True)

    if row.amount <= 0:
        yield problem("amount", NO_AMOUNT)
    if is_listed:
        yield problem("child", TWICE)
        return
    if payout.way == "bank" and not (row.payee and row.account):
        yield problem("account", NO_ACCOUNT)
    if max(len(row.payee), len(row.account)) > LONGEST:
        yield problem("account", LONG)
    if purpose.most and other.fen + row.amount > purpose.most:
        yield problem("amount", TOO_MUCH.format(zh=purpose.zh, period=span, most=yuan(purpose.most)))
    if other.many and row.again not in found.lists["again"]:
        yield problem("again", AGAIN.format(period=span, zh=purpose.zh))
    asked = doubts(found, sure=row.sure, **_large(row.amount, other))
    yield from (problem(each.path, each.zh) for each in asked[:1])


def _large(fen: int, other: Other) -> dict[str, tuple[int, str]]:
    return {"grant": (fen, "这一笔"), "child": (other.year + fen, "加上这一笔，这名孩子今年一共")}


def _list(
    payout: Payout, row: Row, number: int, other: Other, found: Funds, actor: Viewer, at: datetime
) -> Grant:
    is_large = bool(doubts(found, sure="", **_large(row.amount, other)))
    grant = Grant(
        payout=payout, number=number, child_id=row.child.id, amount=row.amount, listed_by=actor.person_id,
        again=row.again if other.many else "", sure=row.sure if is_large else "",
    )
    vault.put(grant, {"words": json.dumps({"payee": row.payee, "account": row.account}, ensure_ascii=False)})
    grant.save(force_insert=True)
    tell_child("grant.listed", grant, actor, at)
    return grant


@transaction.atomic
def remove(*, grant_id: UUID, actor: Viewer, at: datetime) -> Grant:
    """Not on the list any more; it stays to be read who was."""
    must(actor, ASK, at=at)
    seen = grant_for(grant_id, actor, at)
    payout = payout_for(payout_id=seen.payout_id, viewer=actor, at=at, for_update=True)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("payout").get(id=seen.id)
    if payout.state != Payout.DRAFT or grant.state != Grant.LISTED:
        raise Refused.because(NOT_DRAFT)
    grant.state = Grant.REMOVED
    grant.save(update_fields=["state"])
    tell_child("grant.removed", grant, actor, at)
    return grant


@transaction.atomic
def discard(*, payout_id: UUID, actor: Viewer, at: datetime) -> Payout:
    """A list that nobody asked for, or that was taken back, isn't wanted any more."""
    must(actor, ASK, at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at, for_update=True)
    if payout.state == Payout.DROPPED:
        return payout
    if payout.state != Payout.DRAFT:
        raise Refused.because(NOT_DRAFT)
    payout.state = Payout.DROPPED
    payout.save(update_fields=["state"])
    tell("payout.dropped", payout.fund, actor, at, payout=str(payout.id))
    return payout


@transaction.atomic
def ask(*, payout_id: UUID, actor: Viewer, at: datetime, sure: str = "") -> Request:
    """The list goes to whoever agrees; `sure` says how it was checked that the month comes to so much."""
    must(actor, ASK, at=at)
    seen = payout_for(payout_id=payout_id, viewer=actor, at=at)
    fund = fund_for(fund_id=seen.fund_id, viewer=actor, at=at, for_update=True)
    # Before the list, as whoever adds to it does: otherwise each could wait for the other.
    lock_county(fund.county_id)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at, for_update=True)
    many, amount = counted(payout)
    if payout.state != Payout.DRAFT:
        raise Refused.because(NOT_DRAFT)
    if not many:
        raise Refused.because(NOBODY)
    refuse_doubles(payout, at)
    request = asking.ask(
        fund=fund, kind=Request.PAYOUT, about_id=payout.id, purpose=payout.purpose, amount=amount, actor=actor, at=at,
        sure=sure,
    )
    Payout.objects.filter(id=payout.id).update(state=Payout.ASKED)
    return request


@transaction.atomic
def send(*, payout_id: UUID, actor: Viewer, at: datetime) -> Payout:
    """The money or the goods are on their way."""
    must(actor, SEND, at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at, for_update=True)
    if payout.state == Payout.SENT:
        return payout
    if payout.state != Payout.AGREED:
        raise Refused.because(NOT_AGREED)
    refuse_over(payout.fund, at)
    if asking.is_stopping(about_id=payout.id):
        raise Refused.because(asking.STOPPING)
    refuse_doubles(payout, at)
    payout.state, payout.sent_at = Payout.SENT, at
    payout.save(update_fields=["state", "sent_at"])
    tell("payout.issued", payout.fund, actor, at, payout=str(payout.id))
    return payout


def grant_for(grant_id: UUID, viewer: Viewer, at: datetime) -> Grant:
    """What one child gets, for somebody of the county who reads its benefits; nothing of who was taken off a list."""
    grant = Grant.objects.select_related("payout__fund").filter(id=grant_id).exclude(state=Grant.REMOVED).first()
    if grant is None or not payouts_for(viewer, at=at).filter(id=grant.payout_id).exists():
        raise NotAllowed
    if grant.child_id not in children_seen([grant.child_id], viewer, at=at):
        raise NotAllowed
    return grant


def request_of(payout: Payout) -> Request | None:
    """The newest request about a pay-out."""
    return Request.objects.filter(about_id=payout.id).order_by("-number").first()


def needs_receipt(*, found: Funds, on: date) -> Q:
    """Which grants came and should have been signed for by now."""
    return Q(state=Grant.PAID, receipt_on__isnull=True, settled_on__lt=on - found.receipt_within)


def tell_child(kind: str, grant: Grant, actor: Viewer, at: datetime, **more: str) -> None:
    """What happened to what a child gets, on the child's own record."""
    clear: dict[str, Any] = {"grant": str(grant.id), "purpose": grant.payout.purpose, **more}
    ledger.record(
        kind=kind, subject=Owner("child", grant.child_id), actor=actor, at=at, is_fact=True, clear=clear
    )
