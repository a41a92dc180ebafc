"""Needs that bodies take up: published by the office, offered for, answered; a name comes with the referral only."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division, Organisation
from tongxin.core.forms import Problem
from tongxin.flows import pairing_companions, taking_up, wanted_reading
from tongxin.flows.funds import wishes
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.pairings.models import Offer, Wanted
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.web.console.names import open_names
from tongxin.web.console.options import words_of
from tongxin.web.console.referral_rows import STATES
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, child_for, door, may_do_any
from tongxin.web.new_ids import fresh, given_id
from tongxin.web.pages import show
from tongxin.web.paging import paged

HOME, ROUTE, PURPOSE, PART = "/wanted/", "wanted", "wanted", "wanted"
Given = dict[str, list[str]]
EITHER = "office.publish_needs|take_needs"


@door(EITHER)
def wanted_list(request: Request) -> HttpResponse:
    """For the office what it published with the offers; for bodies what they may take up and what they offered."""
    return _page(request)


def _page(
    request: Request, given: Given | None = None, problems: Iterable[Problem] = (), where: str = "", status: int = 200
) -> HttpResponse:
    wrong, said = list(problems), given or {}
    rules = pairing_companions.rules_in(pairing_companions.county_of(request.viewer), at=request.at)
    publishes, takes = (may_do_any(request, each) for each in (taking_up.PUBLISH, taking_up.TAKE))
    viewer, at, pagers = request.viewer, request.at, dict[str, dict[str, str]]()
    published, open_rows, offered = list[Wanted](), list[Wanted](), list[Offer]()
    if publishes:
        published, pagers["published"] = paged(request, taking_up.published_by(viewer, at=at), name="published")
    if takes:
        open_rows, pagers["open"] = paged(request, taking_up.open_to(viewer, at=at), name="open")
        offered, pagers["offered"] = paged(request, taking_up.offers_of(viewer, at=at), name="offered")
    offers = list(Offer.objects.filter(wanted__in=published).select_related("organisation", "wanted").order_by("at"))
    shown = [*published, *open_rows, *(each.wanted for each in offered)]
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART,
        more=[*(each.words for each in shown), *(each.words for each in offers)],
    )
    told = [words_in(each) for each in names.more]
    lines = [_line(each, words, rules, takes) for each, words in zip(shown, told, strict=False)]
    many = len(published)
    how = dict(zip([each.id for each in offers], told[len(shown) :], strict=True))
    states = dict(Referral.objects.filter(
        entry_id__in=[each.referral_id for each in [*offers, *offered] if each.referral_id]
    ).values_list("entry_id", "state"))
    zh = {**words_of(request, "referral_answer"), **STATES}
    states = {entry: zh.get(state, "") for entry, state in states.items()}
    waiting = {each.wanted_id for each in offered if each.state == Offer.WAITING}
    for line in lines[:many]:
        row = line["row"]
        is_checking, is_own = row.state == Wanted.CHECKING, row.published_by == viewer.person_id
        line |= {
            "may_read": is_checking and not is_own, "waits": is_checking and is_own,
            "sent_back": rules.returns.get(row.reason, ""),
        }
        line["offers"] = [
            _offer_line(each, rules, states) | {"how": how[each.id].get("how", "")}
            for each in offers if each.wanted_id == line["row"].id
        ]
    return show(request, "pairings/wanted.html", {
        "pagers": pagers,
        "problems": told_problems(wrong), "publishes": publishes, "takes": takes, "published": lines[:many],
        "open": [
            {**each, "has_offered": each["row"].id in waiting, "fields": drawn(
                rules.asked["offer"], said if where == str(each["row"].id) else {},
                wrong if where == str(each["row"].id) else (), before=f"w{each['row'].number}-",
            )} for each in lines[many : many + len(open_rows)]
        ],
        "offered": [
            {**line, **_offer_line(each, rules, states)}
            for each, line in zip(offered, lines[many + len(open_rows) :], strict=True)
        ],
        "declines": list(rules.declines.items()), "returns": list(rules.returns.items()),
    }, status=status)


def _line(row: Wanted, words: dict[str, str], rules: Any, hides: bool) -> dict[str, Any]:
    asked = {each.id: each for each in rules.asked["wanted"]}
    town = Division.objects.filter(id=row.town_id).values_list("name", flat=True).first() if row.town_id else ""
    return {
        "row": row, "kind": asked["kind"].shown(row.clear.get("kind")),
        "ages": asked["ages"].shown(row.clear.get("ages")),
        "what": words.get("what", ""), "town": town, "state": row.get_state_display(),
        "child_url": "" if hides else f"/children/{row.child_id}/", "offers": [],
    }


def _offer_line(row: Offer, rules: Any, states: dict[UUID, str]) -> dict[str, Any]:
    body = Organisation.objects.filter(id=row.organisation_id).values_list("name", flat=True).first()
    is_wish = row.wanted.clear.get("kind") == wishes.KIND
    outcome = states.get(row.referral_id, "") if row.referral_id else ""
    return {
        "offer": row, "body": body, "offer_state": row.get_state_display(), "is_waiting": row.state == Offer.WAITING,
        "is_accepted": row.state == Offer.ACCEPTED, "reason": rules.declines.get(row.reason, ""), "outcome": outcome,
        "is_due": row.state == Offer.ACCEPTED and row.referral_id is None and not is_wish,
        "is_wish": row.state == Offer.ACCEPTED and is_wish,
    }


@door("office.publish_needs", methods=("GET", "POST"))
def publish(request: Request, child_id: UUID) -> HttpResponse:
    """A need of a child, said without saying whose it is."""
    child = child_for(request, child_id, part=taking_up.PART)
    if request.method == "GET":
        return _form(request, child, {})
    given = given_in(request)
    try:
        made = taking_up.publish(
            child_id=child.id, given=given, actor=request.viewer, at=request.at, new_id=given_id(request)
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, child, given, refused.problems, status=422)
    if made.state == Wanted.CHECKING:
        messages.success(request, _("已写好。另一位同事看过就发布，您会收到消息。"))
    else:
        messages.success(request, _("已发布。有单位愿意接时会收到消息。"))
    return HttpResponseRedirect(HOME)


def _form(
    request: Request, child: Child, given: Given, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    wrong = list(problems)
    rules = pairing_companions.rules_in(child.county_id, at=request.at)
    names = open_names(request, children=[child], purpose=PURPOSE, route=ROUTE, part=taking_up.PART)
    return show(request, "pairings/publish.html", {
        "child": child, "name": names.children[child.id], "problems": told_problems(wrong),
        "rows": drawn(rules.asked["wanted"], given, wrong), **fresh(request),
    }, status=status)


@door("office.take_needs", methods=("POST",))
def offer(request: Request, wanted_id: UUID) -> HttpResponse:
    """The viewer's body would do it."""
    given = given_in(request)
    return _acted(request, lambda: taking_up.offer(
        wanted_id=wanted_id, given=given, actor=request.viewer, at=request.at
    ), _("已提出，等本地答复。"), given, str(wanted_id))


@door("office.publish_needs", methods=("POST",))
def answer(request: Request, offer_id: UUID) -> HttpResponse:
    """One body takes it, or not and why."""
    agrees = request.POST.get("answer") == "yes"
    done = _("已同意。请接着办下一步。") if agrees else _("已答复。")
    return _acted(request, lambda: taking_up.answer(
        offer_id=offer_id, agrees=agrees, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), done)


@door("office.publish_needs", methods=("POST",))
def read(request: Request, wanted_id: UUID) -> HttpResponse:
    """The second person's word on what a colleague wrote."""
    agrees = request.POST.get("answer") == "yes"
    done = _("已发布。有单位愿意接时，写的同事会收到消息。") if agrees else _("已退回，写的同事会收到消息。")
    return _acted(request, lambda: wanted_reading.read(
        wanted_id=wanted_id, agrees=agrees, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), done)


@door("office.publish_needs", methods=("POST",))
def withdraw(request: Request, wanted_id: UUID) -> HttpResponse:
    """Not wanted any more."""
    return _acted(request, lambda: taking_up.withdraw(
        wanted_id=wanted_id, actor=request.viewer, at=request.at
    ), _("已撤下。"))


def _acted(
    request: Request, act: Callable[[], object], done: str, given: Given | None = None, where: str = ""
) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, given, refused.problems, where, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(HOME)


urlpatterns: list[URLPattern] = [
    path("wanted/", wanted_list), path("children/<uuid:child_id>/wanted/", publish),
    path("wanted/<uuid:wanted_id>/offer/", offer), path("wanted/<uuid:wanted_id>/withdraw/", withdraw),
    path("wanted/<uuid:wanted_id>/read/", read),
    path("wanted/offers/<uuid:offer_id>/answer/", answer),
]
