"""Money asked for out of a fund: another person agrees, by amount several; what is agreed to is set aside at once."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import hands, returning
from tongxin.flows.funds.booking import (
    APPROVE,
    ASK,
    HAND,
    KEEP,
    SEE,
    SHORT,
    Line,
    book,
    doubts,
    free,
    fund_for,
    lock_county,
    may,
    refuse_over,
    rules_of,
    tell,
)
from tongxin.flows.funds.reach import place_of, requests_within
from tongxin.flows.funds.rechecking import refuse_doubles
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Allocation, Approval, Fund, Payout, Portion, Posting, Request, Transfer
from tongxin.ledger.models import Event
from tongxin.notices import services as notices
from tongxin.programmes.models import Acceptance, Counted
from tongxin.rulebook import rules

NOT_FOR = "没有提出：这笔资金不能用在“{zh}”。"
IS_ASKED = "没有提出：已经为这件事提出过用款申请。"
OWN = "没有改动：自己提出的，要由别人审批。"
ANSWERED = "没有改动：您已经答复过。"
CHANGED = "没有改动：别人刚办过，请看过新的内容再办。"
NO_REASON = "没有改动：请选不同意的原因。"
MOVED = "没有改动：已经发出、付出或撤回，不能再撤回。已发出的在发放里记退回。"
STOPPING = "没有改动：有人提出撤回这笔用款，正在等答复；答复以后再办。"
HANDED = {
    Request.AGREED: Allocation.AGREED, Request.REFUSED: Allocation.DROPPED, Request.WITHDRAWN: Allocation.DROPPED,
}
UNDONE = (Request.PAYOUT, Request.PAYMENT)
NOT_WHOLE = "没有冲正：这一笔属于用款申请或已经冲正过，不能冲正。已发出的在发放里记退回。"


@transaction.atomic
def ask(
    *, fund: Fund, kind: str, about_id: UUID, purpose: str, amount: int, actor: Viewer, at: datetime,
    person_id: UUID | None = None, post_id: UUID | None = None, sure: str = "",
) -> Request:
    """A request; `person_id` whose it is when somebody else's step raised it; refused where there isn't enough."""
    found = rules_of(fund.county_id, at=at)
    lock_county(fund.county_id)
    is_spending = kind not in (Request.REVERSAL, Request.UNDOING)
    if is_spending:
        refuse_over(fund, at)
    if Request.objects.filter(about_id=about_id, state__in=[Request.ASKED, Request.AGREED, Request.DONE]).exists():
        raise Refused.because(IS_ASKED)
    if purpose and purpose not in fund.purposes:
        named = found.purposes.get(purpose)
        raise Refused([Problem("purpose", NOT_FOR.format(zh=named.zh if named else purpose), True)])
    if is_spending and amount > free(fund, found):
        raise Refused([Problem("amount", SHORT, True)])
    month = amount + _asked_this_month(fund, at) if kind == Request.PAYOUT else 0
    problems = doubts(found, sure=sure, month=(month, "加上这一次，全县这个月申请发给孩子的"))
    if problems:
        raise Refused(problems)
    last = Request.objects.filter(county_id=fund.county_id).aggregate(last=Max("number"))["last"] or 0
    asker = person_id or actor.person_id
    if asker is None:
        raise NotAllowed
    request = Request.objects.create(
        county_id=fund.county_id, number=last + 1, fund=fund, kind=kind, about_id=about_id, purpose=purpose,
        amount=amount, needed=found.people_for(amount) if is_spending else 1, at=at, person_id=asker,
        post_id=post_id or post_of(actor), sure=sure if month > found.unusual["month"] else "",
    )
    event = tell("fund.asked", fund, actor, at, request=str(request.id), kind=kind)
    notices.tell_posts(posts=_approvers(fund.county_id, request, at), event=event, at=at)
    return request


def _asked_this_month(fund: Fund, at: datetime) -> int:
    day = at.astimezone(CHINA)
    rows = Request.objects.filter(county_id=fund.county_id, kind=Request.PAYOUT, at__gte=day.replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )).exclude(state__in=[Request.REFUSED, Request.WITHDRAWN])
    return int(rows.aggregate(all=Sum("amount"))["all"] or 0)


def _approvers(county_id: int, request: Request, at: datetime) -> list[UUID]:
    found = rules.access_rules(at=at)
    posts = Post.objects.filter(division_id=county_id).exclude(id=request.post_id).values_list("id", "role")
    return [id for id, role in posts if found.may_do(role=role, action=APPROVE)]


def requests_for(viewer: Viewer, *, at: datetime) -> QuerySet[Request]:
    """The requests of the county, the newest first."""
    may(viewer, SEE, at=at)
    rows = Request.objects.filter(county_id=place_of(viewer)).select_related("fund").order_by("-number")
    return requests_within(rows, viewer, at=at)


def waiting_for(viewer: Viewer, *, at: datetime) -> list[Request]:
    """What the viewer may answer: not their own, not of their making, not answered by them."""
    if viewer.person_id is None or not access.may_do(viewer=viewer, action=APPROVE, at=at):
        return []
    rows = requests_for(viewer, at=at).filter(state=Request.ASKED).exclude(person_id=viewer.person_id)
    rows = rows.exclude(approvals__person_id=viewer.person_id).order_by("at")
    return [each for each in rows if viewer.person_id not in hands.of(each)]


def request_for(*, request_id: UUID, viewer: Viewer, at: datetime) -> Request:
    """One request of the county."""
    found = requests_for(viewer, at=at).filter(id=request_id).first()
    if found is None:
        raise NotAllowed
    return found


def _locked(request_id: UUID, actor: Viewer, at: datetime) -> tuple[Fund, Request]:
    """The fund first, then the request: everybody who spends waits at the same door."""
    seen = request_for(request_id=request_id, viewer=actor, at=at)
    if seen.kind == Request.REVERSAL:
        returning.lock_giver(seen.about_id)
    fund = fund_for(fund_id=seen.fund_id, viewer=actor, at=at, for_update=True)
    return fund, Request.objects.select_for_update().get(id=request_id)


@transaction.atomic
def answer(*, request_id: UUID, agrees: bool, reason: str, actor: Viewer, at: datetime) -> Request:
    """What somebody else says; with the last yes that is needed the money is set aside."""
    person_id, (fund, request) = must(actor, APPROVE, at=at), _locked(request_id, actor, at)
    if request.person_id == person_id:
        raise Refused.because(OWN)
    if person_id in hands.of(request):
        raise Refused.because(hands.MADE if request.kind == Request.PAYOUT else hands.ACCEPTED)
    if request.approvals.filter(person_id=person_id).exists():
        raise Refused.because(ANSWERED)
    if request.state != Request.ASKED:
        raise Refused.because(CHANGED)
    if not agrees and reason not in rules_of(fund.county_id, at=at).lists["refusals"]:
        raise Refused([Problem("reason", NO_REASON, True)])
    Approval(
        request=request, agrees=agrees, reason="" if agrees else reason, at=at, person_id=person_id,
        post_id=post_of(actor),
    ).save()
    if not agrees:
        _end(request, Request.REFUSED, at)
    elif request.approvals.filter(agrees=True).count() >= request.needed:
        _agree(fund, request, actor, at)
    event = tell("fund.answered", fund, actor, at, request=str(request.id), answer="yes" if agrees else "no")
    notify(posts=[request.post_id], event=event, at=at)
    if request.kind == Request.HANDING and request.state == Request.AGREED:
        handed = tell("fund.handed", fund, actor, at, allocation=str(request.about_id))
        notify(posts=_keepers(request, at), event=handed, at=at)
    return request


def notify(*, posts: list[UUID], event: Event, at: datetime) -> None:
    """The posts are told."""
    notices.tell_posts(posts=posts, event=event, at=at)


def _keepers(request: Request, at: datetime) -> list[UUID]:
    """Who keeps the funds of the places to which money is handed down."""
    found = rules.access_rules(at=at)
    places = Portion.objects.filter(allocation_id=request.about_id).values("place_id")
    rows = Post.objects.filter(division_id__in=places).values_list("id", "role")
    return [id for id, role in rows if found.may_do(role=role, action=KEEP)]


def finish(*, about_id: UUID, at: datetime) -> None:
    """Nothing is set aside any more for what was agreed to about a thing."""
    for request in Request.objects.filter(about_id=about_id, state=Request.AGREED):
        _end(request, Request.DONE, at)


def _agree(fund: Fund, request: Request, actor: Viewer, at: datetime) -> None:
    today = at.astimezone(CHINA).date()
    if request.kind == Request.REVERSAL:
        _reverse(fund, request, actor, at)
        return
    if request.kind == Request.UNDOING:
        _undo(fund, request, actor, at)
        return
    refuse_over(fund, at)
    if request.kind == Request.PAYOUT:
        refuse_doubles(Payout.objects.get(id=request.about_id), at)
    found = rules_of(fund.county_id, at=at)
    line = Line(found.reserved, found.held[fund.form], request.amount)
    book(
        fund, kind=Posting.RESERVE, lines=[line], on=today, posting_id=step_of(request, "reserve"), request=request,
        actor=actor, at=at,
    )
    request.state = Request.AGREED
    request.save(update_fields=["state"])
    _follow(request)


def _reverse(fund: Fund, request: Request, actor: Viewer, at: datetime) -> None:
    posting = Posting.objects.get(id=request.about_id, fund=fund)
    lines = [Line(each.credit, each.debit, each.amount) for each in posting.transfers.order_by("id")]
    book(
        fund, kind=Posting.REVERSAL, lines=lines, on=at.astimezone(CHINA).date(),
        posting_id=step_of(request, "reverse"), request=request, reverses=posting, actor=actor, at=at,
    )
    returning.give_back(posting, actor, at)
    _end(request, Request.DONE, at)


def _undo(fund: Fund, request: Request, actor: Viewer, at: datetime) -> None:
    """What was agreed to isn't spent: the money is free again, the list can be mended, the records counted again."""
    about = Request.objects.select_for_update().get(id=request.about_id)
    _refuse_moved(about)
    found = rules_of(fund.county_id, at=at)
    line = Line(found.held[fund.form], found.reserved, left_of(about, found.reserved))
    book(
        fund, kind=Posting.RELEASE, lines=[line], on=at.astimezone(CHINA).date(), posting_id=step_of(about, "undone"),
        request=about, actor=actor, at=at,
    )
    _end(about, Request.WITHDRAWN, at)
    _end(request, Request.DONE, at)


def _refuse_moved(about: Request) -> None:
    is_sent = Payout.objects.filter(id=about.about_id, sent_at__isnull=False).exists()
    if about.kind not in UNDONE or about.state != Request.AGREED or is_sent:
        raise Refused.because(MOVED)


@transaction.atomic
def ask_undoing(*, request_id: UUID, actor: Viewer, at: datetime) -> Request:
    """What was agreed to and isn't paid yet shall not be; somebody else says yes to that as well."""
    must(actor, ASK, at=at)
    fund, about = _locked(request_id, actor, at)
    _refuse_moved(about)
    return ask(
        fund=fund, kind=Request.UNDOING, about_id=about.id, purpose="", amount=about.amount, actor=actor, at=at
    )


def is_stopping(*, about_id: UUID) -> bool:
    """Whether somebody asked for what was agreed to about a thing not to be spent, and waits for the answer."""
    agreed = Request.objects.filter(about_id=about_id, state=Request.AGREED).values("id")
    return Request.objects.filter(kind=Request.UNDOING, about_id__in=agreed, state=Request.ASKED).exists()


@transaction.atomic
def ask_reversal(*, posting_id: UUID, actor: Viewer, at: datetime) -> Request:
    """A posting was wrong: it stands, and another turns it round once somebody else agrees."""
    may(actor, f"{ASK}|{HAND}", at=at)
    posting = Posting.objects.filter(id=posting_id, fund__county_id=place_of(actor)).select_related("fund").first()
    if posting is None:
        raise NotAllowed
    fund = fund_for(fund_id=posting.fund_id, viewer=actor, at=at, for_update=True)
    is_whole = posting.kind == Posting.DEPOSIT and not Posting.objects.filter(reverses=posting).exists()
    if not is_whole:
        raise Refused.because(NOT_WHOLE)
    amount = sum(posting.transfers.values_list("amount", flat=True))
    return ask(fund=fund, kind=Request.REVERSAL, about_id=posting.id, purpose="", amount=amount, actor=actor, at=at)


@transaction.atomic
def withdraw(*, request_id: UUID, actor: Viewer, at: datetime) -> Request:
    """Not wanted any more: by whoever asked, before it was answered."""
    person_id, (fund, request) = may(actor, f"{ASK}|{HAND}", at=at), _locked(request_id, actor, at)
    if request.person_id != person_id:
        raise NotAllowed
    if request.state != Request.ASKED:
        raise Refused.because(CHANGED)
    _end(request, Request.WITHDRAWN, at)
    tell("fund.answered", fund, actor, at, request=str(request.id), answer="withdrawn")
    return request


def spend(
    request: Request, fund: Fund, *, amount: int, on: date, step: str, actor: Viewer, at: datetime,
    is_back: bool = False,
) -> Posting:
    """A part of what was set aside was paid, or came back, in a fund that the caller has locked; done when all is."""
    found = rules_of(fund.county_id, at=at)
    to = found.held[fund.form] if is_back else found.purposes[request.purpose].account
    posting = book(
        fund, kind=Posting.RELEASE if is_back else Posting.SPEND, lines=[Line(to, found.reserved, amount)], on=on,
        posting_id=step_of(request, step), request=request, actor=actor, at=at,
    )
    if left_of(request, found.reserved) == 0:
        _end(request, Request.DONE, at)
    return posting


@transaction.atomic
def pay(*, request_id: UUID, actor: Viewer, at: datetime) -> Request:
    """A body was paid the whole that was agreed to; today's day is booked."""
    must(actor, KEEP, at=at)
    fund, request = _locked(request_id, actor, at)
    if request.kind != Request.PAYMENT or request.state != Request.AGREED:
        raise Refused.because(CHANGED)
    refuse_over(fund, at)
    if is_stopping(about_id=request.about_id):
        raise Refused.because(STOPPING)
    spend(request, fund, amount=request.amount, on=at.astimezone(CHINA).date(), step="paid", actor=actor, at=at)
    request.refresh_from_db()
    return request


def left_of(request: Request, reserved: str) -> int:
    """What of a request is still set aside, in 分."""
    rows = Transfer.objects.filter(posting__request=request)
    came = rows.filter(debit=reserved).aggregate(all=Sum("amount"))["all"] or 0
    went = rows.filter(credit=reserved).aggregate(all=Sum("amount"))["all"] or 0
    return int(came - went)


def _end(request: Request, state: str, at: datetime) -> None:
    request.state, request.ended_at = state, at
    request.save(update_fields=["state", "ended_at"])
    _follow(request)


def _follow(request: Request) -> None:
    """The pay-out stands where its request does; records that aren't paid can be counted again."""
    states = {
        Request.AGREED: Payout.AGREED, Request.REFUSED: Payout.DRAFT, Request.WITHDRAWN: Payout.DRAFT,
        Request.DONE: Payout.SETTLED,
    }
    if request.kind == Request.PAYOUT and request.state in states:
        Payout.objects.filter(id=request.about_id).update(state=states[request.state])
    if request.kind == Request.HANDING and request.state in HANDED:
        Allocation.objects.filter(id=request.about_id).update(state=HANDED[request.state])
    if request.kind == Request.PAYMENT and request.state in (Request.REFUSED, Request.WITHDRAWN):
        Acceptance.objects.filter(id=request.about_id, state=Acceptance.ACCEPTED).update(state=Acceptance.UNPAID)
        Counted.objects.filter(acceptance_id=request.about_id).update(is_live=False)


def step_of(request: Request, step: str) -> UUID:
    """The id of a posting that follows of a request: the same step is booked once."""
    return uuid5(request.id, step)


def states_of(requests: Iterable[UUID]) -> dict[UUID, str]:
    """By request its state."""
    return dict(Request.objects.filter(id__in=list(requests)).values_list("id", "state"))
