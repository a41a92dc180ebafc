"""Asking for a child whose file is kept elsewhere, and answering: the list, a new one, one of them."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Organisation
from tongxin.core.forms import Problem
from tongxin.flows import asking_over, clue_matching
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.people.models import Child
from tongxin.referrals.models import Ask
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.register_forms import drawn, given_in, shown, told_problems, words_in
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/asks/", "asks", "asks", "asks"
SHOWN, LONGEST_SEARCH, LONGEST_WORDS = 60, 60, 500
EITHER = "office.ask_children|answer_asks"


@door(EITHER)
def ask_list(request: Request) -> HttpResponse:
    """What waits for an answer, what was asked, what is over."""
    rows = asking_over.reach(viewer=request.viewer, at=request.at)
    everything = request.GET.get("only") == "all"
    if not everything:
        rows = rows.filter(state__in=asking_over.OPEN)
    found = list(rows.order_by("due_at", "-asked_at", "id")[:SHOWN])
    return show(request, "console/asks/list.html", {
        "mine": _rows(request, [each for each in found if asking_over.may_answer(each, request.viewer)]),
        "asked": _rows(request, [each for each in found if not asking_over.may_answer(each, request.viewer)]),
        "everything": everything, "may_ask": _may_ask(request),
    })


def _may_ask(request: Request) -> bool:
    return access.may_do(viewer=request.viewer, action=asking_over.ASK, at=request.at)


def _rows(request: Request, asks: list[Ask]) -> list[dict[str, Any]]:
    """Lines of a list: nothing that is sealed."""
    places = dict(Division.objects.filter(
        id__in={each.place_id for each in asks} | {each.from_division_id for each in asks}
    ).values_list("id", "name"))
    bodies = dict(Organisation.objects.filter(id__in={each.organisation_id for each in asks}).values_list("id", "name"))
    return [
        {
            "url": f"{HOME}{each.id}/", "kind": asking_over.rules_of(each, at=request.at).kinds.get(each.kind, ""),
            "from": bodies.get(each.organisation_id, ""), "place": places.get(each.place_id, ""),
            "state": each.get_state_display(), "is_urgent": each.is_urgent and each.state in asking_over.OPEN,
            "asked": each.asked_at, "late": words.late_zh(each.due_at, at=request.at) if each.due_at else "",
            "due": words.due_zh(each.due_at, at=request.at) if each.due_at else "",
        }
        for each in asks
    ]


@door("office.ask_children", methods=("GET", "POST"))
def new_ask(request: Request) -> HttpResponse:
    """Asking a county for a child."""
    if request.method == "GET":
        return _form(request, {})
    given, place = given_in(request), request.POST.get("place", "")
    try:
        ask = asking_over.ask_for(
            kind=request.POST.get("kind", ""), place_id=number_in(place),
            given=given, actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, given, refused.problems, status=422)
    messages.success(request, _("已提出，对方的岗位收到了消息。"))
    return HttpResponseRedirect(f"{HOME}{ask.id}/")


def _form(
    request: Request, given: dict[str, list[str]], problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    wrong, seat = list(problems), request.viewer.seat
    found = asking_over.rules_at(seat.division_id if seat else None, at=request.at)
    chosen = {name: "".join(given.get(name, ())) for name in ("kind", "place")}
    counties = Division.objects.filter(level="county", valid_to__isnull=True).order_by("code")
    return show(request, "console/asks/new.html", {
        "rules": found, "problems": told_problems(wrong), "rows": drawn(found.fields, given, wrong),
        "kinds": [{"id": id, "zh": zh, "on": id == chosen["kind"]} for id, zh in found.kinds.items()],
        "places": [{"id": each.id, "name": each.name, "on": str(each.id) == chosen["place"]} for each in counties],
    }, status=status)


@door(EITHER)
def ask_page(request: Request, ask_id: UUID) -> HttpResponse:
    """One ask: who is meant and why, whose turn it is, the answer."""
    return _page(request, _ask(request, ask_id))


def _ask(request: Request, ask_id: UUID) -> Ask:
    try:
        return asking_over.ask_named(ask_id=ask_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _page(request: Request, ask: Ask, *, status: int = 200, **more: Any) -> HttpResponse:
    found = asking_over.rules_of(ask, at=request.at)
    answers = asking_over.may_answer(ask, request.viewer)
    child = _child(request, ask) if answers else None
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[ask.person_id, ask.answered_by],
        children=[child] if child else [], more=[ask.words, ask.answer],
    )
    said = words_in(names.more[0])
    titles = post_titles([ask.from_post_id, ask.owner_post_id])
    return show(request, "console/asks/ask.html", {
        "ask": ask, "row": _rows(request, [ask])[0], "lines": shown(found.fields, {}, said), "rules": found,
        "by": f"{titles.get(ask.from_post_id, '')}　{names.person(ask.person_id)}",
        "owner": titles.get(ask.owner_post_id, "") if ask.owner_post_id else "",
        "reason": found.refused.get(ask.reason, ""), "answer": names.more[1] or "",
        "may_answer": answers and ask.state == Ask.WAITING, "text": said.get("child_name", ""),
        "may_withdraw": ask.from_post_id in request.viewer.post_ids and ask.state in asking_over.OPEN,
        "child": child, "name": names.children.get(child.id, "") if child else "",
        "next_url": _next_url(ask, child) if child and ask.state == Ask.AGREED else "",
        "refused": [{"id": id, "zh": zh} for id, zh in found.refused.items()], **more,
    }, status=status)


def _child(request: Request, ask: Ask) -> Child | None:
    if ask.child_id is None:
        return None
    rows = Child.objects.filter(id=ask.child_id)
    return access.visible(rows, viewer=request.viewer, part="roster", at=request.at).first()


def _next_url(ask: Ask, child: Child) -> str:
    """The form by which the child goes there, with the receiver chosen."""
    if ask.kind == asking_over.TRANSFER:
        place = Division.objects.get(id=ask.from_division_id)
        code = Division.objects.get(id=place.county_id or place.id).code
        return f"/children/{child.id}/forms/transfer_out/?to_division={code}"
    return f"/children/{child.id}/forms/referral/?to_organisation={ask.organisation_id}"


def _acted(request: Request, ask_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, _ask(request, ask_id), status=422, problems=told_problems(refused.problems))
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{ask_id}/")


@door("office.answer_asks", methods=("POST",))
def match(request: Request, ask_id: UUID) -> HttpResponse:
    """Looking for the child on file here, and agreeing: this one goes there."""
    ask = _ask(request, ask_id)
    if not asking_over.may_answer(ask, request.viewer):
        raise Http404
    if request.POST.get("decision") == "same":
        return _acted(request, ask_id, lambda: asking_over.agree(
            ask_id=ask_id, child_id=id_for(request.POST.get("child", "")), actor=request.viewer, at=request.at,
        ), _("已同意。请接着填好转出的表，对方才能接收。"))
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    return _page(request, ask, text=text, has_looked=True, like=[
        {
            "id": each.child_id, "name": each.name, "sex": each.child.get_sex_display(), "file_no": each.child.file_no,
            "age": words.age_zh(each.child.birth_month, on=request.at.date()),
        }
        for each in clue_matching.like(text, viewer=request.viewer, at=request.at)
    ])


@door("office.answer_asks", methods=("POST",))
def refuse(request: Request, ask_id: UUID) -> HttpResponse:
    """It doesn't go there, and why."""
    return _acted(request, ask_id, lambda: asking_over.refuse(
        ask_id=ask_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at,
        words=request.POST.get("words", "")[:LONGEST_WORDS],
    ), _("已答复，提出的单位收到了消息。"))


@door("office.ask_children", methods=("POST",))
def withdraw(request: Request, ask_id: UUID) -> HttpResponse:
    """Whoever asked asks no more."""
    return _acted(request, ask_id, lambda: asking_over.withdraw(
        ask_id=ask_id, actor=request.viewer, at=request.at
    ), _("已收回。"))


ASK = "asks/<uuid:ask_id>/"
urlpatterns: list[URLPattern] = [
    path("asks/", ask_list), path("asks/new/", new_ask), path(ASK, ask_page), path(f"{ASK}match/", match),
    path(f"{ASK}refuse/", refuse), path(f"{ASK}withdraw/", withdraw),
]
