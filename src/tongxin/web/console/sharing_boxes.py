"""What was given and taken: each side's box, one delivery, one request and its answer, one child's list."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.flows import clue_matching, sharing_given
from tongxin.flows import sharing_asking as asking
from tongxin.flows import sharing_receiving as receiving
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_duties import rules_of
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.sharing import selectors
from tongxin.sharing.models import Delivery
from tongxin.sharing.models import Request as SharingRequest
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.register_forms import shown, told_problems, words_in
from tongxin.web.console.sharing import (
    HOME,
    INBOX,
    LONGEST_WORDS,
    PART,
    PURPOSE,
    ROUTE,
    agreement_rows,
    bodies_named,
    purpose_zh,
)
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show
from tongxin.web.paging import paged

LONGEST_SEARCH = 60
WAITING = (Delivery.WAITING, Delivery.OPENED)


def _rows(request: Request, found: list[Delivery]) -> list[dict[str, Any]]:
    """Lines of a box: numbers, days and states; nothing of a child."""
    bodies = bodies_named([each.agreement for each in found])
    return [
        {
            "row": each, "url": f"{HOME}deliveries/{each.id}/", "number": each.agreement.number_zh,
            "to": bodies.get(each.agreement.to_organisation_id, ""),
            "from": bodies.get(each.agreement.from_organisation_id, ""),
            "purpose": purpose_zh(rules_of(each.agreement, at=request.at), each.version),
            "state": each.get_state_display(), "why": Delivery.REASONS.get(each.reason, ""),
        }
        for each in found
    ]


@door("office.receive_sharing", methods=("GET", "POST"))
def inbox(request: Request) -> HttpResponse:
    """What lies here for the viewer's body; those that were opened are received together."""
    if request.method == "POST":
        chosen = [each for text in request.POST.getlist("delivery") if (each := id_in(text)) is not None]
        if not chosen:
            messages.error(request, _("没有签收：请先勾选看过的。"))
            return HttpResponseRedirect(INBOX)
        return _acted(request, lambda: receiving.receive(deliveries=chosen, actor=request.viewer, at=request.at),
                      _("已签收。"), INBOX)
    rows = receiving.inbox(viewer=request.viewer, at=request.at)
    everything = request.GET.get("only") == "all"
    rows = rows if everything else rows.filter(state__in=Delivery.READABLE)
    waiting, waiting_pager = paged(request, rows.filter(state__in=WAITING), name="waiting", unit="份")
    others, others_pager = paged(request, rows.exclude(state__in=WAITING), unit="份")
    return show(request, "console/sharing/inbox.html", {
        "waiting": _rows(request, waiting), "waiting_pager": waiting_pager, "everything": everything,
        "others": _rows(request, others), "others_pager": others_pager,
        "opened": any(each.state == Delivery.OPENED for each in waiting),
    })


def _acted(request: Request, act: Callable[[], object], done: str, to: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(to)


@door("office.write_sharing|approve_sharing")
def outbox(request: Request) -> HttpResponse:
    """What this county gave or is about to give; the child stands there for who may see the file."""
    counties = selectors.counties_of(request.viewer, at=request.at)
    rows = Delivery.objects.filter(agreement__county_id__in=counties).exclude(reason="unchanged")
    everything = request.GET.get("only") == "all"
    shown_rows = rows if everything else rows.exclude(state__in=(Delivery.VOID, Delivery.CLOSED, Delivery.DISPOSED))
    found, pager = paged(
        request, shown_rows.select_related("agreement", "version").order_by("-queued_at", "id"), unit="份"
    )
    asked = Child.objects.filter(id__in={each.child_id for each in found})
    children = {each.id: each for each in access.visible(asked, viewer=request.viewer, part="roster", at=request.at)}
    names = open_names(request, listed=children.values(), purpose=PURPOSE, route="sharing.outbox")
    lines = _rows(request, found)
    for line, each in zip(lines, found, strict=True):
        child = children.get(each.child_id)
        line |= {"name": names.children.get(each.child_id, ""), "child": child}
    return show(request, "console/sharing/outbox.html", {"rows": lines, "everything": everything, "pager": pager})


@door("office.receive_sharing")
def delivery_page(request: Request, delivery_id: UUID) -> HttpResponse:
    """One delivery: its cover, and once it was opened the agreed fields; each reading is a look."""
    try:
        row = receiving.delivery_for(delivery_id=delivery_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    said = receiving.read(row, viewer=request.viewer, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[row.opened_by, row.received_by]
    )
    return show(request, "console/sharing/delivery.html", {
        "line": _rows(request, [row])[0], "row": row, "said": said, "opened_by": names.person(row.opened_by),
        "received_by": names.person(row.received_by), "duty_url": f"{HOME}duties/{row.duty_id}/" if row.duty_id else "",
        "fields": "、".join(each.zh for each in rules_of(row.agreement, at=request.at).chosen(row.fields)),
    })


@door("office.receive_sharing", methods=("POST",))
def open_delivery(request: Request, delivery_id: UUID) -> HttpResponse:
    """From now on it counts as held by the viewer's body."""
    return _acted(request, lambda: receiving.open_delivery(
        delivery_id=delivery_id, actor=request.viewer, at=request.at,
    ), _("已打开。看过、核对过以后请签收。"), f"{HOME}deliveries/{delivery_id}/")


@door("office.receive_sharing", methods=("POST",))
def receive(request: Request, delivery_id: UUID) -> HttpResponse:
    """The receipt for one."""
    return _acted(request, lambda: receiving.receive(
        deliveries=[delivery_id], actor=request.viewer, at=request.at,
    ), _("已签收。"), INBOX)


def _request(request: Request, request_id: UUID) -> SharingRequest:
    row = selectors.request_for(request_id, viewer=request.viewer, at=request.at)
    if row is None:
        raise Http404
    return row


@door(f"office.{selectors.ANY}")
def request_page(request: Request, request_id: UUID) -> HttpResponse:
    """One request: what is asked and why, whose turn it is, the answer."""
    return _request_page(request, _request(request, request_id))


def _request_page(request: Request, row: SharingRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    found = rules_of(row.agreement, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[row.person_id, row.answered_by],
        more=[row.words, row.answer],
    )
    said, titles = words_in(names.more[0]), post_titles([row.post_id])
    answers = row.state == SharingRequest.WAITING and asking.may_answer(row, viewer=request.viewer, at=request.at)
    inside = asking.choosable(row, viewer=request.viewer, at=request.at) if answers else Child.objects.none()
    return show(request, "console/sharing/request.html", {
        "request_row": row, "agreement": agreement_rows(request, [row.agreement])[0],
        "lines": shown(asking.fields_of(found), {}, said), "by": f"{titles.get(row.post_id, '')}　"
        f"{names.person(row.person_id)}", "fields": "、".join(each.zh for each in found.chosen(row.fields)),
        "state": row.get_state_display(), "reason": found.refused.get(row.reason, ""), "answer": names.more[1] or "",
        "answered_by": names.person(row.answered_by) if row.answered_by else "", "may_answer": answers,
        "inside": inside.count() if answers and row.is_everyone else 0, "refused": found.refused.items(),
        "may_withdraw": row.state == SharingRequest.WAITING
        and selectors.is_receiver(row.agreement, viewer=request.viewer, at=request.at), **more,
    }, status=status)


@door("office.write_sharing|approve_sharing|receive_sharing", methods=("POST",))
def answer(request: Request, request_id: UUID) -> HttpResponse:
    """Looking for children of the scope, agreeing with those chosen, refusing; or the asker takes it back."""
    row, deed = _request(request, request_id), request.POST.get("deed", "")
    id, actor, at = row.id, request.viewer, request.at
    here, said = f"{HOME}requests/{row.id}/", request.POST.get("words", "")[:LONGEST_WORDS]
    chosen = [each for text in request.POST.getlist("child") if (each := id_in(text)) is not None]
    if deed == "agree":
        return _answered(request, row, lambda: asking.agree(
            request_id=id, children=chosen, actor=actor, at=at,
        ), _("已同意，同意共享的孩子会送达。"))
    if deed == "refuse":
        reason = request.POST.get("reason", "")
        return _answered(request, row, lambda: asking.refuse(
            request_id=id, reason=reason, words=said, actor=actor, at=at,
        ), _("已答复。"))
    if deed == "withdraw":
        return _acted(request, lambda: asking.withdraw(request_id=id, actor=actor, at=at), _("已收回。"), here)
    if deed != "search" or not asking.may_answer(row, viewer=request.viewer, at=request.at):
        raise Http404
    return _request_page(request, row, **_found(request, row, chosen))


def _answered(request: Request, row: SharingRequest, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _request_page(request, row, status=422, problems=told_problems(refused.problems))
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}requests/{row.id}/")


def _found(request: Request, row: SharingRequest, chosen: list[UUID]) -> dict[str, Any]:
    """The children of the scope that a search finds, with those chosen before."""
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    like = clue_matching.like(text, viewer=request.viewer, at=request.at)
    inside = asking.choosable(row, viewer=request.viewer, at=request.at)
    rows = list(inside.filter(id__in=[*(each.child_id for each in like), *chosen]).order_by("file_no"))
    names = open_names(request, children=rows, purpose=PURPOSE, route=ROUTE)
    return {"text": text, "has_looked": True, "like": [
        {
            "id": each.id, "name": names.children[each.id], "sex": each.get_sex_display(), "file_no": each.file_no,
            "age": words.age_zh(each.birth_month, on=request.at.date()), "on": each.id in chosen,
        }
        for each in rows
    ]}


@door("child.read")
def given_page(request: Request, child_id: UUID) -> HttpResponse:
    """To whom something of this child was given, when, what for, under what, and whether it still stands there."""
    child = child_for(request, child_id, part="log")
    names = open_names(request, children=[child], purpose=PURPOSE, route="sharing.given")
    return show(request, "console/sharing/given.html", {
        "child": child, "name": names.children[child.id], "rows": sharing_given.given_of(child, at=request.at),
    })
