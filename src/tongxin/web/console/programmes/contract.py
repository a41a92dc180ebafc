"""One contract with what was delivered so far, and an acceptance with the records that were counted."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.flows.funds import booking
from tongxin.flows.funds.paying import children_seen
from tongxin.flows.programmes import accepting, contracts
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Request as Asked
from tongxin.lib import ids
from tongxin.programmes.models import Acceptance, Counted
from tongxin.web.console.names import open_names
from tongxin.web.console.programmes.home import HOME, PART, PURPOSE, ROUTE
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, id_for, may_do_any
from tongxin.web.pages import show

SHOWN = 300
Given = dict[str, list[str]]


@door("office.see_funds")
def contract_page(request: Request, contract_id: UUID) -> HttpResponse:
    """What was promised, what was accepted, and the next counting."""
    return _page(request, contract_id)


def _page(
    request: Request, contract_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    try:
        row = contracts.contract_for(contract_id=contract_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    wrong, programme = list(problems), row.programme
    rules = contracts.rules_in(programme.county_id, at=request.at)
    money = booking.rules_of(programme.county_id, at=request.at)
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[programme.words])
    done = Counter(
        Counted.objects.filter(
            acceptance__contract=row, acceptance__state=Acceptance.ACCEPTED, is_live=True
        ).values_list("rule", flat=True)
    )
    rows = list(row.acceptances.order_by("-number"))
    own = row.organisation_id in request.viewer.organisation_ids
    purpose = money.purposes.get(row.purpose)
    return show(request, "programmes/contract.html", {
        "row": row, "title": words_in(names.more[0]).get("title", ""), "problems": told_problems(wrong),
        "body": row.organisation.name, "purpose": purpose.zh if purpose else "", "amount": contracts.price_of(row),
        "programme_url": f"{HOME}{programme.id}/", "deliverables": [
            {"row": each, "zh": rules.counts[each.rule].zh, "unit": rules.counts[each.rule].unit,
             "done": done[each.rule]}
            for each in row.deliverables.order_by("id") if each.rule in rules.counts
        ],
        "acceptances": [_acceptance_line(each) for each in rows], "is_own": own,
        "may_draw": may_do_any(request, accepting.ACCEPT) and not own
        and all(each.state != Acceptance.DRAWN for each in rows),
        "fields": drawn(rules.asked["acceptance"], given or {}, wrong), "new_id": ids.new_id(),
        "end_reason": rules.endings.get(row.end_reason, ""), "endings": rules.endings,
        "may_end": may_do_any(request, contracts.KEEP) and row.ended_on is None,
        "late_days": rules.late_after.days,
    }, status=status)


def _acceptance_line(row: Acceptance) -> dict[str, Any]:
    asked = Asked.objects.filter(id=row.request_id).first() if row.request_id else None
    return {
        "row": row, "url": f"{HOME}acceptances/{row.id}/", "state": row.get_state_display(),
        "paid": asked.get_state_display() if asked else "",
    }


@door("office.accept_programmes", methods=("POST",))
def draw(request: Request, contract_id: UUID) -> HttpResponse:
    """What was really done, counted from the records."""
    given = given_in(request)
    try:
        row = accepting.draw(
            contract_id=contract_id, acceptance_id=id_for(request.POST.get("acceptance", "")), given=given,
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, contract_id, given, refused.problems, status=422)
    messages.success(request, _("已数好。请另一个人看过记录再验收。"))
    return HttpResponseRedirect(f"{HOME}acceptances/{row.id}/")


@door("office.see_funds")
def acceptance_page(request: Request, acceptance_id: UUID) -> HttpResponse:
    """What was counted and what was not, with the records as far as the viewer may see them."""
    return _acceptance_page(request, acceptance_id)


def _acceptance_page(
    request: Request, acceptance_id: UUID, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    try:
        row = accepting.acceptance_for(acceptance_id=acceptance_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    contract = row.contract
    rules = contracts.rules_in(contract.programme.county_id, at=request.at)
    counted = list(row.counted.order_by("rule", "happened_on", "id"))
    many = Counter(each.rule for each in counted)
    prices = {each.rule: each.price for each in contract.deliverables.all()}
    # The page lists the first of them only.
    listed = counted[:SHOWN]
    seen = children_seen({each.child_id for each in listed if each.child_id}, request.viewer, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part="benefits", listed=seen.values(),
        people=[row.drawn_by, row.decided_by], more=[contract.programme.words],
    )
    asked = Asked.objects.filter(id=row.request_id).first() if row.request_id else None
    is_open, own = row.state == Acceptance.DRAWN, contract.organisation_id in request.viewer.organisation_ids
    may = is_open and may_do_any(request, accepting.ACCEPT) and not own
    return show(request, "programmes/acceptance.html", {
        "row": row, "title": words_in(names.more[0]).get("title", ""), "problems": told_problems(problems),
        "body": contract.organisation.name, "contract_url": f"{HOME}contracts/{contract.id}/",
        "state": row.get_state_display(), "by": names.person(row.drawn_by),
        "decided_by": names.person(row.decided_by) if row.decided_by else "",
        "reason": rules.refusals.get(row.reason, ""), "sums": [
            {"zh": rules.counts[rule].zh, "unit": rules.counts[rule].unit, "number": many[rule], "price": prices[rule],
             "amount": many[rule] * prices[rule], "left_out": [
                 {"zh": rules.left_out.get(why, why), "number": number}
                 for why, number in row.left_out.get(rule, {}).items() if number
             ]}
            for rule in prices if rule in rules.counts
        ],
        "records": [
            {"day": each.happened_on, "zh": rules.counts[each.rule].zh if each.rule in rules.counts else "",
             "name": names.children.get(each.child_id, ""), "url": f"/children/{each.child_id}/"}
            if each.child_id else
            {"day": each.happened_on, "zh": rules.counts[each.rule].zh if each.rule in rules.counts else ""}
            for each in listed if each.child_id is None or each.child_id in seen
        ],
        "unseen": sum(each.child_id is not None and each.child_id not in seen for each in listed),
        "more": len(counted) - len(listed), "asked": asked, "asked_state": asked.get_state_display() if asked else "",
        "may_accept": may and row.drawn_by != request.viewer.person_id, "may_refuse": may,
        "is_mine": is_open and row.drawn_by == request.viewer.person_id, "refusals": list(rules.refusals.items()),
    }, status=status)


@door("office.accept_programmes", methods=("POST",))
def decide(request: Request, acceptance_id: UUID) -> HttpResponse:
    """Accepted, or not and why."""
    accepts = request.POST.get("answer") == "yes"
    return _acted(request, acceptance_id, lambda: accepting.decide(
        acceptance_id=acceptance_id, accepts=accepts, reason=request.POST.get("reason", ""), actor=request.viewer,
        at=request.at,
    ), _("已验收，用款申请已提出，等审批。") if accepts else _("已记没有通过，这些记录可以重新数。"))


def _acted(request: Request, acceptance_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _acceptance_page(request, acceptance_id, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}acceptances/{acceptance_id}/")


CONTRACT, ACCEPTANCE = "programmes/contracts/<uuid:contract_id>/", "programmes/acceptances/<uuid:acceptance_id>/"
urlpatterns: list[URLPattern] = [
    path(CONTRACT, contract_page), path(f"{CONTRACT}count/", draw), path(ACCEPTANCE, acceptance_page),
    path(f"{ACCEPTANCE}decide/", decide),
]
