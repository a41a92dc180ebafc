"""The first page of money: what waits for whom, what is late, each fund with its balance; and a new fund."""

from collections.abc import Container, Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.flows.funds import booking, handing, paying, reach, untold, waiting
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Payout, Portion
from tongxin.funds.models import Request as Asked
from tongxin.funds.rules import Funds
from tongxin.lib import ids
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, id_for, may_do_any
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/funds/", "funds", "funds", "funds"
Given = dict[str, list[str]]


@door("office.see_funds")
def fund_list(request: Request) -> HttpResponse:
    """What waits first, then the funds."""
    try:
        rows = list(booking.funds_for(request.viewer, at=request.at))
        found = waiting.waiting(request.viewer, at=request.at)
        rules = booking.rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    titles = titles_of(request, [*rows, *found.funds_ending])
    few = untold.funds_untold(rows, request.viewer, at=request.at)
    return show(request, "funds/list.html", {
        "is_desk": reach.is_desk(request.viewer, at=request.at), "means": rules.means,
        "rows": [line(each, titles, rules, few=few) for each in rows],
        "to_answer": [request_line(each, rules) for each in found.to_answer],
        "to_pay": [request_line(each, rules) for each in found.to_pay], "to_accept": found.to_accept,
        "to_send": [payout_line(each, rules) for each in found.to_send],
        "receipts": [{**payout_line(each, rules), "many": many} for each, many in found.receipts],
        "ending": found.ending, "funds_ending": [line(each, titles, rules, few=few) for each in found.funds_ending],
        "portions": _portions(request), "may_keep": may_do_any(request, booking.KEEP),
        "may_pay": may_do_any(request, booking.KEEP),
    })


def _portions(request: Request) -> list[dict[str, Any]]:
    """What was handed down to this place and waits to be acknowledged."""
    if not may_do_any(request, booking.KEEP):
        return []
    rows = handing.portions_for(request.viewer, at=request.at).filter(state=Portion.WAITING)
    return [{"row": each, "url": f"{HOME}portions/{each.id}/"} for each in rows]


def titles_of(request: Request, rows: Iterable[Fund]) -> dict[Any, dict[str, str]]:
    """By fund what it is called and who gave it."""
    found = list({each.id: each for each in rows}.values())
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.words for each in found])
    return {each.id: words_in(said) for each, said in zip(found, names.more, strict=True)}


def line(
    row: Fund, titles: dict[Any, dict[str, str]], rules: Funds, *, is_told: bool = True, few: Container[Any] = ()
) -> dict[str, Any]:
    """A fund as lists show it; what stands in it only where it `is_told`, and not of those that would tell of a `few`
    children."""
    stands, said = booking.balances(row), titles.get(row.id, {})
    return {
        "row": row, "url": f"{HOME}{row.id}/", "is_told": is_told, "is_few": row.id in few,
        "title": said.get("title", ""), "giver": said.get("giver", ""),
        "source": rules.sources.get(row.source, ""), "free": stands.get(rules.held[row.form], 0),
        "reserved": stands.get(rules.reserved, 0),
        "spent": sum(amount for account, amount in stands.items() if rules.kinds.get(account) == "expense"),
        "purposes": "、".join(rules.purposes[each].zh for each in row.purposes if each in rules.purposes),
    }


def request_line(row: Asked, rules: Funds, request: Request | None = None) -> dict[str, Any]:
    """A request as lists show it; to whom a `request` of a page comes from no amount that tells of few children."""
    purpose, amount = rules.purposes.get(row.purpose), row.amount
    listed = _listed(row) if request else None
    is_told = request is None or listed is None or may_do_any(request, booking.APPROVE) or bool(
        paying.told(listed, request.viewer, at=request.at)
    )
    return {
        "amount": amount if is_told else None,
        "row": row, "url": f"{HOME}requests/{row.id}/", "purpose": purpose.zh if purpose else "",
        "kind": row.get_kind_display(), "state": row.get_state_display(),
    }


def _listed(row: Asked) -> Payout | None:
    """The list that a request is about, or that it wants back."""
    about = row
    if row.kind == Asked.UNDOING:
        about = Asked.objects.get(id=row.about_id)
    return Payout.objects.filter(id=about.about_id).first() if about.kind == Asked.PAYOUT else None


def payout_line(row: Any, rules: Funds) -> dict[str, Any]:
    """A pay-out as lists show it."""
    purpose = rules.purposes.get(row.purpose)
    return {
        "row": row, "url": f"{HOME}payouts/{row.id}/", "purpose": purpose.zh if purpose else "",
        "state": row.get_state_display(), "way": rules.lists["ways"].get(row.way, ""),
    }


@door("office.keep_funds", methods=("GET", "POST"))
def new_fund(request: Request) -> HttpResponse:
    """A fund: its source, what it may be used for, until when."""
    if request.method == "GET":
        return _form(request, {})
    given = given_in(request)
    try:
        fund = booking.open_fund(
            fund_id=id_for(request.POST.get("fund", "")), given=given, actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。钱到了以后，在这里记到账。"))
    return HttpResponseRedirect(f"{HOME}{fund.id}/")


def _form(request: Request, given: Given, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    wrong, rules = list(problems), booking.rules_for(request.viewer, at=request.at)
    return show(request, "funds/new.html", {
        "problems": told_problems(wrong), "rows": drawn(rules.asked["fund"], given, wrong),
        "new_id": "".join(given.get("fund", ())) or ids.new_id(),
    }, status=status)


urlpatterns: list[URLPattern] = [path("funds/", fund_list), path("funds/new/", new_fund)]
