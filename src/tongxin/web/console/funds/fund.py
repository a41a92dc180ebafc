"""One fund with its book: money that came in, what was asked for and paid, a mistake turned round; one request."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import asking, booking, paying, reach, returning, untold
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Payout, Portion, Posting
from tongxin.funds.models import Request as Asked
from tongxin.lib import ids
from tongxin.programmes.models import Acceptance
from tongxin.web.console.funds.home import HOME, PART, PURPOSE, ROUTE, line, payout_line, request_line
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, id_for, may_do_any
from tongxin.web.pages import show

SHOWN = 100
Given = dict[str, list[str]]


@door("office.see_funds")
def fund_page(request: Request, fund_id: UUID) -> HttpResponse:
    """The fund with everything booked in it, the newest first."""
    return _page(request, fund_id)


def _page(
    request: Request, fund_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    fund, wrong, said = _fund(request, fund_id), list(problems), given or {}
    rules = booking.rules_of(fund.county_id, at=request.at)
    rows = list(fund.postings.prefetch_related("transfers").order_by("-number")[:SHOWN])
    terms = list(fund.terms.order_by("at"))
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[each.person_id for each in rows],
        more=[fund.words, *(each.words for each in rows), *(each.words for each in terms)],
    )
    stands = booking.balances(fund)
    reversed_ids = set(Posting.objects.filter(fund=fund, reverses__isnull=False).values_list("reverses_id", flat=True))
    few = untold.requests_untold([fund], request.viewer, at=request.at)
    handed_ids, is_desk = returning.entered_in(fund), reach.is_desk(request.viewer, at=request.at)
    lists = reach.payouts_within(Payout.objects.filter(fund=fund), request.viewer, at=request.at)
    asked = reach.requests_within(Asked.objects.filter(fund=fund), request.viewer, at=request.at)
    given_purposes = [each for each in fund.purposes if each in rules.purposes and rules.purposes[each].most]
    return show(request, "funds/fund.html", {
        "line": line(fund, {fund.id: words_in(names.more[0])}, rules, is_told=is_desk, few=set(few.values())),
        "fund": fund,
        "may_hand": may_do_any(request, booking.HAND),
        "allocations": fund.allocations.order_by("-number") if is_desk else [],
        "is_over": fund.until_on is not None and request.at.astimezone(CHINA).date() > fund.until_on,
        "terms": [
            {"until_on": each.until_on, "note": note or ""}
            for each, note in zip(terms, names.more[1 + len(rows) :], strict=True)
        ],
        "is_unsure": any(each.path == "sure" for each in wrong), "sure": list(rules.lists["sure"].items()),
        "problems": told_problems(wrong),
        "accounts": [(rules.accounts.get(each, each), stands[each]) for each in rules.accounts if stands.get(each)],
        "postings": _folded([
            _posting(each, note, names.person(each.person_id), rules, reversed_ids, handed_ids)
            | {"is_few": each.request_id in few}
            for each, note in zip(rows, names.more[1 : 1 + len(rows)], strict=True)
        ]),
        "earlier": fund.postings.count() - len(rows),
        "payouts": [payout_line(each, rules) for each in lists.order_by("-number")[:SHOWN]],
        "requests": [request_line(each, rules, request) for each in asked.order_by("-number")[:SHOWN]],
        "may_keep": may_do_any(request, booking.KEEP), "may_ask": may_do_any(request, f"{booking.ASK}|{booking.HAND}"),
        "deposit": drawn(rules.asked["deposit"], said, wrong), "amount": "".join(said.get("amount", ())),
        "wrong_amount": next((each.zh for each in wrong if each.path == "amount"), ""), "new_id": ids.new_id(),
        "may_list": bool(given_purposes) and may_do_any(request, booking.ASK),
    }, status=status)


def _fund(request: Request, fund_id: UUID) -> Fund:
    try:
        return booking.fund_for(fund_id=fund_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _posting(
    row: Posting, note: str | None, by: str, rules: Any, reversed_ids: set[Any], handed_ids: set[Any]
) -> dict[str, Any]:
    return {
        "row": row, "kind": row.get_kind_display(), "note": note or "", "by": by, "lines": [
            {"debit": rules.accounts.get(each.debit, ""), "credit": rules.accounts.get(each.credit, ""),
             "amount": each.amount} for each in row.transfers.all()
        ], "is_reversed": row.id in reversed_ids,
        "may_reverse": row.kind == Posting.DEPOSIT and row.id not in reversed_ids,
        "is_handed": row.id in handed_ids,
    }


def _folded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was paid of one request on one day by one person in one line; everything else line by line."""
    found: list[dict[str, Any]] = []
    for each in rows:
        row = each["row"]
        last = found[-1] if found else {}
        key = (row.request_id, row.booked_on, row.person_id, row.kind)
        if row.kind == Posting.SPEND and last.get("key") == key:
            last["first"], last["many"] = row.number, last["many"] + 1
            last["amount"] += sum(line["amount"] for line in each["lines"])
        else:
            amount = sum(line["amount"] for line in each["lines"])
            found.append({**each, "key": key, "first": row.number, "many": 1, "amount": amount})
    return found


@door("office.keep_funds", methods=("POST",))
def deposit(request: Request, fund_id: UUID) -> HttpResponse:
    """Money came in."""
    given = given_in(request)
    return _acted(request, fund_id, lambda: booking.deposit(
        fund_id=fund_id, posting_id=id_for(request.POST.get("posting", "")), amount=request.POST.get("amount", ""),
        given=given, actor=request.viewer, at=request.at, sure=request.POST.get("sure", ""),
    ), _("已记到账。"), given)


@door("office.keep_funds", methods=("POST",))
def extend(request: Request, fund_id: UUID) -> HttpResponse:
    """The fund may be used longer."""
    return _acted(request, fund_id, lambda: booking.extend(
        fund_id=fund_id, term_id=id_for(request.POST.get("term", "")), until=request.POST.get("until", ""),
        basis=request.POST.get("basis", "").replace("\x00", ""), actor=request.viewer, at=request.at,
    ), _("已登记延期。"))


@door("office.ask_funds|hand_funds", methods=("POST",))
def reverse(request: Request, fund_id: UUID, posting_id: UUID) -> HttpResponse:
    """A posting was wrong; somebody else has to agree."""
    _fund(request, fund_id)
    return _acted(request, fund_id, lambda: asking.ask_reversal(
        posting_id=posting_id, actor=request.viewer, at=request.at
    ), _("已提出冲正，等别人审批。"))


def _acted(
    request: Request, fund_id: UUID, act: Callable[[], object], done: str, given: Given | None = None
) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, fund_id, given, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{fund_id}/")


@door("office.see_funds")
def request_page(request: Request, request_id: UUID) -> HttpResponse:
    """One request: for what, how much, who said what; and the answer of whoever may give one."""
    return _request_page(request, request_id)


def _request_page(
    request: Request, request_id: UUID, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    try:
        row = asking.request_for(request_id=request_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules = booking.rules_of(row.county_id, at=request.at)
    answers = list(row.approvals.order_by("at"))
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[row.person_id, *(each.person_id for each in answers)],
        more=[row.fund.words],
    )
    is_stopping = asking.is_stopping(about_id=row.about_id)
    may_answer = any(each.id == row.id for each in asking.waiting_for(request.viewer, at=request.at))
    return show(request, "funds/request.html", {
        "line": request_line(row, rules, request), "row": row, "sure": rules.lists["sure"].get(row.sure, ""),
        "is_stopping": is_stopping, "may_undo": row.state == Asked.AGREED and not is_stopping
        and row.kind == Asked.PAYMENT and may_do_any(request, booking.ASK),
        "problems": told_problems(problems),
        "fund": line(
            row.fund, {row.fund_id: words_in(names.more[0])}, rules,
            is_told=reach.is_desk(request.viewer, at=request.at),
            few=untold.funds_untold([row.fund], request.viewer, at=request.at),
        ), "by": names.person(row.person_id),
        "answers": [
            {"row": each, "by": names.person(each.person_id), "reason": rules.lists["refusals"].get(each.reason, "")}
            for each in answers
        ],
        "left": row.needed - sum(each.agrees for each in answers), "about": _about(request, row),
        "may_answer": may_answer,
        "refusals": list(rules.lists["refusals"].items()),
        "may_withdraw": row.state == Asked.ASKED and row.person_id == request.viewer.person_id,
        "may_pay": row.state == Asked.AGREED and not is_stopping and row.kind == Asked.PAYMENT
        and may_do_any(request, booking.KEEP),
        "is_own": row.state == Asked.ASKED and row.person_id == request.viewer.person_id,
        "today": request.at.astimezone(CHINA).date(),
    }, status=status)


def _about(request: Request, row: Asked) -> dict[str, str]:
    if row.kind == Asked.PAYOUT:
        told = paying.told(Payout.objects.get(id=row.about_id), request.viewer, at=request.at)
        zh = f"发给 {told[0]} 名孩子的名单" if told else "发给孩子的名单（人数太少，不写）"
        return {"url": f"{HOME}payouts/{row.about_id}/", "zh": zh}
    if row.kind == Asked.HANDING:
        many = Portion.objects.filter(allocation_id=row.about_id).count()
        return {"url": f"{HOME}allocations/{row.about_id}/", "zh": f"下达给 {many} 个地方"}
    if row.kind == Asked.UNDOING:
        about = Asked.objects.get(id=row.about_id)
        return {"url": f"{HOME}requests/{about.id}/", "zh": f"撤回第 {about.number} 号用款申请"}
    if row.kind == Asked.PAYMENT:
        found = Acceptance.objects.select_related("contract__organisation").get(id=row.about_id)
        return {"url": f"/programmes/acceptances/{found.id}/", "zh": f"{found.contract.organisation.name} 的验收"}
    is_handed = returning.portion_of(Posting.objects.get(id=row.about_id)) is not None
    zh = "上级下达、已记到账的钱；同意以后退回上级，两边的账一起冲正" if is_handed else "要冲正的到账"
    return {"url": f"{HOME}{row.fund_id}/", "zh": zh}


@door("office.approve_funds", methods=("POST",))
def answer(request: Request, request_id: UUID) -> HttpResponse:
    """Yes, or no with a reason."""
    agrees = request.POST.get("answer") == "yes"
    return _request_acted(request, request_id, lambda: asking.answer(
        request_id=request_id, agrees=agrees, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已同意。") if agrees else _("已答复。"))


@door("office.ask_funds|hand_funds", methods=("POST",))
def withdraw(request: Request, request_id: UUID) -> HttpResponse:
    """Not wanted any more."""
    return _request_acted(request, request_id, lambda: asking.withdraw(
        request_id=request_id, actor=request.viewer, at=request.at
    ), _("已收回。"))


@door("office.ask_funds", methods=("POST",))
def undo(request: Request, request_id: UUID) -> HttpResponse:
    """What was agreed to shall not be paid."""
    return _request_acted(request, request_id, lambda: asking.ask_undoing(
        request_id=request_id, actor=request.viewer, at=request.at
    ), _("已提出撤回，等别人答复。"))


@door("office.keep_funds", methods=("POST",))
def pay(request: Request, request_id: UUID) -> HttpResponse:
    """The body was paid."""
    return _request_acted(request, request_id, lambda: asking.pay(
        request_id=request_id, actor=request.viewer, at=request.at
    ), _("已记付款。"))


def _request_acted(request: Request, request_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _request_page(request, request_id, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}requests/{request_id}/")


ONE, ASKED = "funds/<uuid:fund_id>/", "funds/requests/<uuid:request_id>/"
urlpatterns: list[URLPattern] = [
    path(ONE, fund_page), path(f"{ONE}extend/", extend), path(f"{ASKED}undo/", undo), path(f"{ONE}deposit/", deposit),
    path(f"{ONE}postings/<uuid:posting_id>/reverse/", reverse),
    path(ASKED, request_page), path(f"{ASKED}answer/", answer), path(f"{ASKED}withdraw/", withdraw),
    path(f"{ASKED}pay/", pay),
]
