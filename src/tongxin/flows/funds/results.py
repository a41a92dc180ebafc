"""What came of a pay-out: paid or returned child by child, the bank's file read back, receipts."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.documents import selectors as documents
from tongxin.flows.funds import asking
from tongxin.flows.funds.booking import ASK, KEEP, Line, book, fund_for, lock_county, may, rules_of
from tongxin.flows.funds.paying import NOT_SENT, grant_for, payout_for, tell_child
from tongxin.flows.funds.twice import Other, files_of, others_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Grant, Payout, Posting, Request, Settlement
from tongxin.funds.rules import Funds, period_zh
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.workbook import read_workbook
from tongxin.lib.money import yuan
from tongxin.lib.numbers import day_in, number_in
from tongxin.people.models import Child

NO_RESULT = "没有改动：请选收到了还是退回，退回的选原因。"
NO_DAY = "没有改动：日期要在发出以后、今天以前。"
NOT_PAID = "没有改动：还没有收到，不能签收。"
NO_RECEIPT = "没有改动：请选谁签收、哪天签收。"
OWN_RETURN = "没有改动：退回是您记的。其实收到了的，请另一位同事核对以后来改。"
NO_CORRECTION = "没有改动：已经记了退回。其实收到了的，请选为什么改。"
WHICH = "请核对哪一笔真的收到了：没有收到的先记退回，还没有发的先拿下名单，多发的收回以后记退回，再来改这一笔。"
AGAIN = "没有改动：这名孩子{period}的“{zh}”已有另一笔，没有写为什么再发。" + WHICH
TOO_MUCH = "没有改动：这名孩子{period}的“{zh}”已有另一笔，加上这一笔超过 {most} 元。" + WHICH
TOO_YOUNG = (
    "没有记签收：这名孩子还没有满 {age} 岁（或没有出生年月），不能自己签。请由监护人或受委托照护人签，"
    "或者选“工作人员当面交到孩子手里”。"
)
NO_SUCH = "第 {row} 行：没有序号 {number} 的孩子，或结果已经记过。整份没有记。"
NO_COLUMNS = "没有读：第一行要有“序号”“结果”两栏，“原因”可不写。结果写“成功”或“失败”。"
NOT_SAID = "第 {row} 行：结果要写“成功”或“失败”，失败的写原因。整份没有记。"
NO_WHY = "第 {row} 行：失败的要写原因，写其中一个：{whys}。整份没有记。"
PAID_ZH, BACK_ZH = ("成功", "已收到", "收到"), ("失败", "退回", "退票")


@transaction.atomic
def settle(*, grant_id: UUID, is_paid: bool, on: str, reason: str, actor: Viewer, at: datetime) -> Grant:
    """The child got it, or it came back; what came back after it was paid is booked back too."""
    may(actor, f"{KEEP}|{ASK}", at=at)
    seen = grant_for(grant_id, actor, at)
    fund = fund_for(fund_id=seen.payout.fund_id, viewer=actor, at=at, for_update=True)
    return _settle(fund, seen.id, is_paid, day_in(on), reason, actor, at)


def _settle(
    fund: Fund, grant_id: UUID, is_paid: bool, day: date | None, reason: str, actor: Viewer, at: datetime
) -> Grant:
    grant = Grant.objects.select_for_update(of=("self",)).select_related("payout").get(id=grant_id)
    payout, found = grant.payout, rules_of(fund.county_id, at=at)
    if payout.state not in (Payout.SENT, Payout.SETTLED) or payout.sent_at is None:
        raise Refused.because(NOT_SENT)
    if grant.state == Grant.REMOVED:
        raise NotAllowed
    if grant.state == (Grant.PAID if is_paid else Grant.RETURNED):
        return grant
    _refuse_result(grant, is_paid, reason, found, actor)
    sent = payout.sent_at.astimezone(CHINA).date()
    if day is None or not sent <= day <= at.astimezone(CHINA).date():
        raise Refused([Problem("on", NO_DAY, True)])
    request = Request.objects.get(about_id=payout.id, state__in=[Request.AGREED, Request.DONE])
    times = grant.settlements.filter(kind=Settlement.RESULT).count()
    if grant.state == Grant.LISTED:
        asking.spend(
            request, fund, amount=grant.amount, on=day, step=str(grant.id), actor=actor, at=at, is_back=not is_paid
        )
    else:
        held, spent = found.held[fund.form], found.purposes[payout.purpose].account
        line = Line(spent, held, grant.amount) if is_paid else Line(held, spent, grant.amount)
        book(
            fund, kind=Posting.SPEND if is_paid else Posting.RELEASE, lines=[line], on=day, request=request,
            posting_id=asking.step_of(request, f"{grant.id} again {times}"), actor=actor, at=at,
        )
    grant.state, grant.settled_on = (Grant.PAID if is_paid else Grant.RETURNED), day
    grant.reason = "" if is_paid else reason
    grant.receipt_by, grant.receipt_on, grant.attachment_id = "", None, None
    grant.save(update_fields=["state", "settled_on", "reason", "receipt_by", "receipt_on", "attachment_id"])
    _note(grant, Settlement.RESULT, grant.state, day, actor, at, reason=reason)
    tell_child("grant.settled", grant, actor, at, result=grant.state)
    return grant


def _refuse_result(grant: Grant, is_paid: bool, reason: str, found: Funds, actor: Viewer) -> None:
    """Nothing, when this may be said of the grant now; that a return was wrong is said by somebody else, with why."""
    if not is_paid and reason not in found.lists["returns"]:
        raise Refused([Problem("result", NO_RESULT, True)])
    if not is_paid or grant.state == Grant.LISTED:
        return
    last = grant.settlements.filter(kind=Settlement.RESULT).order_by("-at", "-id").first()
    if last is not None and last.person_id == actor.person_id:
        raise Refused([Problem("result", OWN_RETURN, True)])
    if reason not in found.lists["corrections"]:
        raise Refused([Problem("result", NO_CORRECTION, True)])
    _refuse_again(grant, found)


def _refuse_again(grant: Grant, found: Funds) -> None:
    """Nothing, when what a child didn't get may be said to have come, whatever it was given meanwhile."""
    payout, purpose = grant.payout, found.purposes[grant.payout.purpose]
    lock_county(payout.county_id)
    files = files_of([grant.child_id])
    other, span = others_of(files, payout).get(files[grant.child_id], Other()), period_zh(payout.period)
    if purpose.most and other.fen + grant.amount > purpose.most:
        zh = TOO_MUCH.format(period=span, zh=purpose.zh, most=yuan(purpose.most))
        raise Refused([Problem("result", zh, True)])
    if other.unsaid and not grant.again:
        raise Refused([Problem("result", AGAIN.format(period=span, zh=purpose.zh), True)])


def _note(
    grant: Grant, kind: str, said: str, day: date, actor: Viewer, at: datetime, *, reason: str = "",
    attachment_id: UUID | None = None,
) -> None:
    """What was said is kept beside what was said before."""
    Settlement(
        grant=grant, kind=kind, said=said, reason=reason, on_day=day, attachment_id=attachment_id, at=at,
        person_id=actor.person_id, post_id=actor.post_id,
    ).save()


@transaction.atomic
def settle_rest(*, payout_id: UUID, on: str, actor: Viewer, at: datetime) -> int:
    """All children whose result nobody has said yet have got it."""
    may(actor, f"{KEEP}|{ASK}", at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at)
    fund = fund_for(fund_id=payout.fund_id, viewer=actor, at=at, for_update=True)
    ids = list(payout.grants.filter(state=Grant.LISTED).order_by("number").values_list("id", flat=True))
    for each in ids:
        _settle(fund, each, True, day_in(on), "", actor, at)
    return len(ids)


@transaction.atomic
def read_bank(*, payout_id: UUID, content: bytes, name: str, actor: Viewer, at: datetime) -> int:
    """The bank's answer: by the list's numbers paid or returned; all of the file or nothing."""
    may(actor, f"{KEEP}|{ASK}", at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at)
    fund = fund_for(fund_id=payout.fund_id, viewer=actor, at=at, for_update=True)
    today, returns = at.astimezone(CHINA).date(), rules_of(fund.county_id, at=at).lists["returns"]
    waiting = dict(payout.grants.filter(state=Grant.LISTED).values_list("number", "id"))
    problems, said = [], []
    for row, cells in enumerate(_cells(content, name), start=2):
        number, result, why = cells
        grant = waiting.pop(number_in(number) or 0, None)
        reason = next((id for id, zh in returns.items() if why and (zh in why or why in zh)), "")
        if grant is None:
            problems.append(Problem("file", NO_SUCH.format(row=row, number=number[:12]), False))
        elif result not in (*PAID_ZH, *BACK_ZH):
            problems.append(Problem("file", NOT_SAID.format(row=row), False))
        elif result in BACK_ZH and not reason:
            problems.append(Problem("file", NO_WHY.format(row=row, whys="、".join(returns.values())), False))
        else:
            said.append((grant, result in PAID_ZH, reason))
    if problems:
        raise Refused(problems)
    for grant, is_paid, reason in said:
        _settle(fund, grant, is_paid, today, reason, actor, at)
    return len(said)


def _cells(content: bytes, name: str) -> list[tuple[str, str, str]]:
    """The rows of the bank's file: number, result, why."""
    try:
        sheet = next(iter(read_workbook(content, name)))
    except RosterError as wrong:
        raise Refused([Problem("file", str(wrong), False)]) from None
    rows = [[_text(cell) for cell in row] for row in sheet.rows if any(_text(cell) for cell in row)]
    heads = rows[0] if rows else []
    if "序号" not in heads or "结果" not in heads:
        raise Refused([Problem("file", NO_COLUMNS, False)])
    places = [heads.index(each) if each in heads else -1 for each in ("序号", "结果", "原因")]
    number, result, why = places
    return [(_at(row, number), _at(row, result), _at(row, why)) for row in rows[1:]]


def _at(row: list[str], place: int) -> str:
    """A cell of a row, which may be shorter than the first."""
    return row[place] if 0 <= place < len(row) else ""


def _text(cell: object) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) and cell == int(cell) else str(cell).strip()


def scans_of(grant: Grant, viewer: Viewer, *, at: datetime) -> list[UUID]:
    """The signed papers in the child's file that may be the receipt."""
    kinds = rules_of(grant.payout.county_id, at=at).papers
    found = documents.of_kinds([grant.child_id], kinds=kinds, viewer=viewer, at=at)
    return [each.id for each in found.get(grant.child_id, ())]


@transaction.atomic
def receive(
    *, grant_id: UUID, by: str, on: str, attachment_id: UUID | None, actor: Viewer, at: datetime
) -> Grant:
    """Somebody signed for it, old enough for that; the paper with the signature is an attachment of the child's own
    file. Said anew it stands beside what was said before."""
    may(actor, f"{KEEP}|{ASK}", at=at)
    grant, day = grant_for(grant_id, actor, at), day_in(on)
    found = rules_of(grant.payout.county_id, at=at)
    if grant.state != Grant.PAID or grant.settled_on is None:
        raise Refused.because(NOT_PAID)
    if by not in found.lists["receipts"] or day is None or not (
        grant.settled_on <= day <= at.astimezone(CHINA).date()
    ):
        raise Refused([Problem("receipt", NO_RECEIPT, True)])
    if not is_of_age(grant.child_id, by, day, found):
        raise Refused([Problem("receipt", TOO_YOUNG.format(age=found.ages[by]), True)])
    if attachment_id is not None and attachment_id not in scans_of(grant, actor, at=at):
        raise NotAllowed
    if (grant.receipt_by, grant.receipt_on, grant.attachment_id) == (by, day, attachment_id):
        return grant
    grant.receipt_by, grant.receipt_on, grant.attachment_id = by, day, attachment_id
    grant.save(update_fields=["receipt_by", "receipt_on", "attachment_id"])
    _note(grant, Settlement.RECEIPT, by, day, actor, at, attachment_id=attachment_id)
    tell_child("grant.received", grant, actor, at, by=by)
    return grant


def is_of_age(child_id: UUID, by: str, day: date, found: Funds) -> bool:
    """Whether whoever signs may; a child by its month of birth, and not while that isn't known."""
    if by not in found.ages:
        return True
    born = Child.objects.filter(id=child_id).values_list("birth_month", flat=True).first()
    return born is not None and day.replace(day=1) > born.replace(day=1, year=born.year + found.ages[by])
