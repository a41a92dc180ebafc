"""Pay-outs to children: a list made by file or one by one, asked for, sent, results and receipts."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.documents import selectors as documents
from tongxin.flows.funds import (
    asking,
    booking,
    dues,
    lists,
    paying,
    reach,
    receipts,
    received,
    results,
    twice,
    untold,
)
from tongxin.flows.funds.paying import NO_CHILD, PART, Row
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Grant, Payout
from tongxin.funds.rules import TO_CHILD, period_zh
from tongxin.lib import ids
from tongxin.lib.money import fen_in
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.funds.helped import due_of
from tongxin.web.console.funds.home import HOME, PURPOSE, line, payout_line, titles_of
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, id_for, may_do_any
from tongxin.web.pages import brand_for, show

ROUTE, SHOWN = "payouts", 400
RESULTS = f"{booking.KEEP}|{booking.ASK}"
Given = dict[str, list[str]]


@door("office.ask_funds", methods=("GET", "POST"))
def new_payout(request: Request, fund_id: UUID) -> HttpResponse:
    """What for and how; the children come next."""
    given = given_in(request)
    if request.method == "GET":
        return _form(request, fund_id, {})
    try:
        row = paying.create(
            fund_id=fund_id, payout_id=id_for(request.POST.get("payout", "")), given=given, actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, fund_id, given, refused.problems, status=422)
    return HttpResponseRedirect(f"{HOME}payouts/{row.id}/")


def _form(
    request: Request, fund_id: UUID, given: Given, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    try:
        fund = booking.fund_for(fund_id=fund_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules, wrong = booking.rules_of(fund.county_id, at=request.at), list(problems)
    rows = drawn(rules.asked["payout"], given, wrong)
    for row in rows:
        if row["name"] == "purpose":
            row["options"] = [
                each for each in row["options"] if each["id"] in fund.purposes
                and rules.purposes[each["id"]].to == TO_CHILD
            ]
        if row["name"] == "way":
            row["options"] = [each for each in row["options"] if rules.way_forms.get(each["id"]) == fund.form]
    return show(request, "funds/payout_new.html", {
        "problems": told_problems(wrong), "rows": rows, "new_id": ids.new_id(),
        "fund": line(
            fund, titles_of(request, [fund]), rules, is_told=reach.is_desk(request.viewer, at=request.at),
            few=untold.funds_untold([fund], request.viewer, at=request.at),
        ),
    }, status=status)


@door("office.see_funds")
def payout_page(request: Request, payout_id: UUID) -> HttpResponse:
    """The list as far as the viewer may see, with what has to be done next."""
    return _page(request, payout_id)


def _page(
    request: Request, payout_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    try:
        row = paying.payout_for(payout_id=payout_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules, wrong, said = booking.rules_of(row.county_id, at=request.at), list(problems), given or {}
    shown = paying.grants_of(row, request.viewer, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, listed=[child for _, child in shown[:SHOWN]],
        more=[row.fund.words],
    )
    scans = documents.of_kinds(
        [child.id for _, child in shown[:SHOWN]], kinds=rules.papers, viewer=request.viewer, at=request.at
    )
    due = dues.answerable([each for each, _child in shown[:SHOWN]], rules)
    many, told = row.grants.exclude(state=Grant.REMOVED).count(), paying.told(row, request.viewer, at=request.at)
    files = twice.files_of(child.id for _, child in shown[:SHOWN])
    others = twice.others_of(files, row)
    asked, today = paying.request_of(row), request.at.astimezone(CHINA).date()
    may_result = row.state in (Payout.SENT, Payout.SETTLED) and may_do_any(request, RESULTS)
    is_draft = row.state == Payout.DRAFT and may_do_any(request, booking.ASK)
    return show(request, "funds/payout.html", {
        "line": payout_line(row, rules), "row": row, "problems": told_problems(wrong), "told": told, "many": many,
        "is_unsure": any(each.path == "sure" for each in wrong), "sure": list(rules.lists["sure"].items()),
        "is_stopping": asking.is_stopping(about_id=row.id), "corrections": list(rules.lists["corrections"].items()),
        "may_undo": row.state == Payout.AGREED and may_do_any(request, booking.ASK),
        "is_sent": row.sent_at is not None,
        "fund": line(row.fund, {row.fund_id: words_in(names.more[0])}, rules), "period": period_zh(row.period),
        "rows": [
            _line(
                each, names.children[child.id], rules, may_result, scans.get(child.id, ()),
                has_other=bool(others.get(files[child.id], twice.Other()).many),
            )
            | {"due": due_of(request, due.get(each.id))}
            for each, child in shown[:SHOWN]
        ],
        "unseen": many - len(shown), "small_below": rules.small_below, "asked": asked, "is_draft": is_draft,
        "may_ask": is_draft and many > 0, "may_send": row.state == Payout.AGREED and may_do_any(request, booking.SEND),
        "may_file": row.state in (Payout.AGREED, Payout.SENT) and may_do_any(request, booking.SEND)
        and access.sees_listed_names(viewer=request.viewer, at=request.at),
        "may_print": row.state in (Payout.AGREED, Payout.SENT, Payout.SETTLED)
        and may_do_any(request, booking.SEND) and access.sees_listed_names(viewer=request.viewer, at=request.at),
        "may_result": may_result, "waiting": row.grants.filter(state=Grant.LISTED).count() if may_result else 0,
        "unsigned": row.grants.filter(state=Grant.PAID, receipt_on__isnull=True).count(),
        "today": today.isoformat(), "first": row.sent_at.astimezone(CHINA).date().isoformat() if row.sent_at else "",
        "again": list(rules.lists["again"].items()), "returns": list(rules.lists["returns"].items()),
        "receipts": list(rules.lists["receipts"].items()), "is_bank": row.way == "bank",
        "said": {name: "".join(said.get(name, ())) for name in ("file_no", "amount", "payee", "account", "again")},
    }, status=status)


def _line(
    row: Grant, name: str, rules: Any, may_result: bool, scans: Iterable[Any], *, has_other: bool
) -> dict[str, Any]:
    url = f"/children/{row.child_id}/attachments/"
    return {
        "scans": [{"id": each.id, "zh": _("附件 {number}（{day}）").format(
            number=each.number, day=words.day_zh(each.added_at)
        )} for each in scans],
        "scan_url": next((f"{url}{each.id}/" for each in scans if each.id == row.attachment_id), ""),
        "row": row, "name": name, "state": received.state_zh(row),
        "again": rules.lists["again"].get(row.again, ""), "has_other": has_other,
        "sure": rules.lists["sure"].get(row.sure, ""),
        "reason": {**rules.lists["corrections"], **rules.lists["returns"]}.get(row.reason, ""),
        "receipt": rules.lists["receipts"].get(row.receipt_by, ""),
        "may_settle": may_result and row.state in (Grant.LISTED, Grant.PAID),
        "may_correct": may_result and row.state == Grant.RETURNED,
        "may_receive": may_result and row.state == Grant.PAID,
        "is_listed": row.state == Grant.LISTED,
    }


def _acted(
    request: Request, payout_id: UUID, act: Callable[[], object], done: str, given: Given | None = None
) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, payout_id, given, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}payouts/{payout_id}/")


@door("office.ask_funds", methods=("POST",))
def add(request: Request, payout_id: UUID) -> HttpResponse:
    """One child more, by its file number."""
    given = given_in(request)
    said = {name: request.POST.get(name, "").replace("\x00", "").strip() for name in (
        "file_no", "amount", "payee", "account", "again", "sure"
    )}

    def act() -> object:
        rows = access.visible(
            Child.objects.filter(file_no=said["file_no"]), viewer=request.viewer, part=PART, at=request.at
        )
        child = rows.first()
        if child is None:
            raise Refused([Problem("file_no", NO_CHILD, True)])
        row = Row(child, fen_in(said["amount"]) or 0, said["payee"], said["account"], said["again"], said["sure"])
        return paying.add(payout_id=payout_id, rows=[row], actor=request.viewer, at=request.at)

    return _acted(request, payout_id, act, _("已加进名单。"), given)


@door("office.ask_funds", methods=("POST",))
def bring(request: Request, payout_id: UUID) -> HttpResponse:
    """A file of children: all of them or none."""
    return _acted(request, payout_id, lambda: lists.take_in(
        payout_id=payout_id, content=_content(request), name=_name(request), actor=request.viewer, at=request.at
    ), _("已加进名单。"))


def _content(request: Request) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise Refused([Problem("file", "请先选一份文件。", False)])
    return bytes(file.read())


def _name(request: Request) -> str:
    file = request.FILES.get("file")
    return str(file.name) if file is not None else ""


@door("office.ask_funds", methods=("POST",))
def remove(request: Request, payout_id: UUID, grant_id: UUID) -> HttpResponse:
    """Not on the list any more."""
    return _acted(request, payout_id, lambda: paying.remove(
        grant_id=grant_id, actor=request.viewer, at=request.at
    ), _("已拿下名单。"))


@door("office.ask_funds", methods=("POST",))
def ask(request: Request, payout_id: UUID) -> HttpResponse:
    """To whoever agrees."""
    return _acted(request, payout_id, lambda: paying.ask(
        payout_id=payout_id, actor=request.viewer, at=request.at, sure=request.POST.get("sure", "")
    ), _("已提出，等别人审批。"), {})


@door("office.ask_funds", methods=("POST",))
def discard(request: Request, payout_id: UUID) -> HttpResponse:
    """The list isn't wanted any more."""
    return _acted(request, payout_id, lambda: paying.discard(
        payout_id=payout_id, actor=request.viewer, at=request.at
    ), _("已记不发了。"))


@door("office.send_funds", methods=("POST",))
def send(request: Request, payout_id: UUID) -> HttpResponse:
    """On its way."""
    return _acted(request, payout_id, lambda: paying.send(
        payout_id=payout_id, actor=request.viewer, at=request.at
    ), _("已记发出。结果来了，在下面记收到或退回。"))


@door("office.send_funds", methods=("POST",))
def file(request: Request, payout_id: UUID) -> HttpResponse:
    """The list with names and accounts, locked with the password that was chosen."""
    try:
        made = lists.bank_file(
            payout_id=payout_id, password=request.POST.get("password", ""), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, payout_id, None, refused.problems, status=422)
    return HttpResponse(made, content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="tongxin-payout-{payout_id.hex[:8]}.zip"',
    })


@door("office.send_funds", methods=("POST",))
def receipt_sheet(request: Request, payout_id: UUID) -> HttpResponse:
    """The list on paper, a line a child to sign on."""
    try:
        made = receipts.sheet(
            payout_id=payout_id, by=request.POST.get("by", ""), brand=brand_for(request), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, payout_id, None, refused.problems, status=422)
    return HttpResponse(made, content_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="tongxin-receipts-{payout_id.hex[:8]}.pdf"',
    })


@door("office.keep_funds|ask_funds", methods=("POST",))
def settle(request: Request, payout_id: UUID, grant_id: UUID) -> HttpResponse:
    """One child got it, or it came back."""
    return _acted(request, payout_id, lambda: results.settle(
        grant_id=grant_id, is_paid=request.POST.get("result") == "paid", on=request.POST.get("on", ""),
        reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at,
    ), _("已记下。"))


@door("office.keep_funds|ask_funds", methods=("POST",))
def settle_rest(request: Request, payout_id: UUID) -> HttpResponse:
    """All others got it."""
    return _acted(request, payout_id, lambda: results.settle_rest(
        payout_id=payout_id, on=request.POST.get("on", ""), actor=request.viewer, at=request.at
    ), _("已记下。"))


@door("office.keep_funds|ask_funds", methods=("POST",))
def bank(request: Request, payout_id: UUID) -> HttpResponse:
    """The bank's answer."""
    return _acted(request, payout_id, lambda: results.read_bank(
        payout_id=payout_id, content=_content(request), name=_name(request), actor=request.viewer, at=request.at
    ), _("已按银行的结果记下。"))


@door("office.keep_funds|ask_funds", methods=("POST",))
def receive(request: Request, payout_id: UUID, grant_id: UUID) -> HttpResponse:
    """Somebody signed for it."""
    return _acted(request, payout_id, lambda: results.receive(
        grant_id=grant_id, by=request.POST.get("by", ""), on=request.POST.get("on", ""),
        attachment_id=ids.id_in(request.POST.get("attachment", "")), actor=request.viewer, at=request.at,
    ), _("已记签收。"))


ONE, GRANT = "funds/payouts/<uuid:payout_id>/", "funds/payouts/<uuid:payout_id>/grants/<uuid:grant_id>/"
urlpatterns: list[URLPattern] = [
    path("funds/<uuid:fund_id>/payouts/new/", new_payout), path(ONE, payout_page), path(f"{ONE}add/", add),
    path(f"{ONE}bring/", bring), path(f"{ONE}ask/", ask), path(f"{ONE}discard/", discard),
    path(f"{ONE}send/", send), path(f"{ONE}file/", file), path(f"{ONE}receipts/", receipt_sheet),
    path(f"{ONE}rest/", settle_rest), path(f"{ONE}bank/", bank), path(f"{GRANT}remove/", remove),
    path(f"{GRANT}settle/", settle), path(f"{GRANT}receive/", receive),
]
