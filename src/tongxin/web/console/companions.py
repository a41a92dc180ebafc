"""Companions: the list, a new one, one of them with its checks; and a child's pairings with what was done."""

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
from tongxin.core.pathway import CHINA
from tongxin.flows import pairing, pairing_companions, pairing_identity
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.pairings.models import Companion, Contact, Pairing
from tongxin.people.models import Child
from tongxin.web.console.family import masked
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.register_forms import drawn, given_in, shown, told_problems, words_in
from tongxin.web.doors import Request, child_for, door, id_for, may_do_any
from tongxin.web.new_ids import fresh, given_id
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/companions/", "companions", "companions", "companions"
CONTACTS, CARE = 20, "care"
Given = dict[str, list[str]]


@door("office.keep_companions")
def companion_list(request: Request) -> HttpResponse:
    """Every companion of the county, those whom no child may meet first."""
    rows = _companions(request)
    with_left = request.GET.get("only") == "all"
    found = [each for each in rows if with_left or each.ended_at is None]
    rules = _rules(request)
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.words for each in found])
    lines = [_line(request, each, said, rules) for each, said in zip(found, names.more, strict=True)]
    return show(request, "pairings/list.html", {
        "rows": sorted(lines, key=lambda row: (row["is_over"], row["is_checked"], row["number"])),
        "means": rules.means, "with_left": with_left,
    })


def _companions(request: Request) -> list[Companion]:
    try:
        return list(pairing_companions.companions_for(request.viewer, at=request.at).order_by("number"))
    except NotAllowed:
        raise Http404 from None


def _rules(request: Request) -> Any:
    return pairing_companions.rules_in(pairing_companions.county_of(request.viewer), at=request.at)


def _line(request: Request, row: Companion, said: str | None, rules: Any) -> dict[str, Any]:
    today = request.at.astimezone(CHINA).date()
    kind = rules.kinds.get(row.kind)
    return {
        "url": f"{HOME}{row.id}/", "name": words_in(said).get("name", ""), "number": row.number,
        "kind": kind.zh if kind else "", "body": row.organisation.name if row.organisation else "",
        "is_checked": pairing_companions.is_checked(row, on=today), "is_over": row.ended_at is not None,
        "until": row.checked_until, "many": row.pairings.filter(to_on__isnull=True).count(),
        "most": kind.most if kind else 0,
        "is_soon": row.checked_until is not None and row.checked_until - today <= rules.remind_before,
    }


@door("office.keep_companions", methods=("GET", "POST"))
def new_companion(request: Request) -> HttpResponse:
    """Somebody who would accompany children."""
    if request.method == "GET":
        return _form(request, {})
    given = given_in(request)
    try:
        row = pairing_companions.register(
            kind=request.POST.get("kind", ""), organisation_id=number_in(request.POST.get("organisation", "")),
            town_id=number_in(request.POST.get("town", "")), given=given, actor=request.viewer, at=request.at,
            new_id=given_id(request),
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。审查做齐以后才能结对。"))
    return HttpResponseRedirect(f"{HOME}{row.id}/")


def _form(request: Request, given: Given, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    wrong, rules, county = list(problems), _rules(request), pairing_companions.county_of(request.viewer)
    chosen = {name: "".join(given.get(name, ())) for name in ("kind", "organisation", "town")}
    towns = Division.objects.filter(level="town", county_id=county, valid_to__isnull=True).order_by("code")
    bodies = Organisation.objects.filter(division__county_id=county).order_by("name", "id")
    return show(request, "pairings/new.html", {
        "problems": told_problems(wrong), "rows": drawn(rules.asked["companion"], given, wrong),
        "kinds": [
            {"id": each.id, "zh": each.zh, "means": each.means, "on": each.id == chosen["kind"]}
            for each in rules.kinds.values()
        ],
        "bodies": [{"id": each.id, "zh": each.name, "on": str(each.id) == chosen["organisation"]} for each in bodies],
        "towns": [{"id": each.id, "zh": each.name, "on": str(each.id) == chosen["town"]} for each in towns],
        **fresh(request),
    }, status=status)


@door("office.keep_companions")
def companion_page(request: Request, companion_id: UUID) -> HttpResponse:
    """One companion: who it is, what was checked when, how many children."""
    return _page(request, companion_id)


def _page(request: Request, companion_id: UUID, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    try:
        row = pairing_companions.companion_for(companion_id=companion_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules, checks = _rules(request), list(row.checks.order_by("-done_on", "-at"))
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART,
        people=[row.registered_by, row.id_no_by, row.confirmed_by, *(each.person_id for each in checks)],
        more=[row.words, row.id_no if row.confirmed_at else None, *(each.words for each in checks)],
    )
    number = names.more[1] or ""
    done = {each.kind for each in checks}
    today = request.at.astimezone(CHINA).date()
    return show(request, "pairings/companion.html", {
        "row": row, "line": _line(request, row, names.more[0], rules), "problems": told_problems(problems),
        "lines": shown(rules.asked["companion"], row.clear, words_in(names.more[0])), "today": today.isoformat(),
        "checks": [
            {"zh": rules.checks[each.kind].zh if each.kind in rules.checks else each.kind, "row": each,
             "proof": proof, "result": rules.results.get(each.result, ""), "by": names.person(each.person_id),
             "is_past": each.valid_until is not None and each.valid_until < today}
            for each, proof in zip(checks, names.more[2:], strict=True)
        ],
        "identity": _identity(request, row, masked(number) if row.confirmed_at else "", names, rules),
        "earlier": [
            {"on": each.ended_at, "zh": rules.leaves.get(each.end_reason, "")}
            for each in pairing_identity.refused_before(row, at=request.at)
        ] if row.ended_at is None else [],
        "lacking": [each.zh for each in rules.checks.values() if each.is_required and each.id not in done],
        "kinds": [{"id": each.id, "zh": each.zh, "hint": each.hint} for each in rules.checks.values()],
        "results": list(rules.results.items()), "leaves": list(rules.leaves.items()),
    }, status=status)


def _identity(request: Request, row: Companion, number: str, names: Names, rules: Any) -> dict[str, Any]:
    """How far the two people are who write the number each for themselves; what the first wrote shows to nobody."""
    is_open = row.confirmed_at is None and row.ended_at is None
    return {
        "needed": rules.needs_identity and is_open, "number": number, "at": row.confirmed_at or row.id_no_at,
        "by": "、".join(names.person(each) for each in (row.id_no_by, row.confirmed_by) if each),
        "is_second": row.id_no_at is not None and row.id_no_by != request.viewer.person_id,
        "is_mine": row.id_no_at is not None and row.id_no_by == request.viewer.person_id,
    }


@door("office.keep_companions", methods=("POST",))
def identify(request: Request, companion_id: UUID) -> HttpResponse:
    """The number as one person reads it from the paper; the second who reads the same confirms it."""
    said = request.POST.get("id_no", "").replace("\x00", "")[:40]
    return _acted(request, companion_id, lambda: pairing_identity.identify(
        companion_id=companion_id, id_no=said, actor=request.viewer, at=request.at
    ), _("已记下，号码密封保存。"))


def _acted(request: Request, companion_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, companion_id, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{companion_id}/")


@door("office.keep_companions", methods=("POST",))
def add_check(request: Request, companion_id: UUID) -> HttpResponse:
    """Evidence with its day."""
    said = {name: request.POST.get(name, "").replace("\x00", "") for name in ("check", "result", "done_on", "proof")}
    return _acted(request, companion_id, lambda: pairing_companions.check(
        companion_id=companion_id, kind=said["check"], result=said["result"], done_on=said["done_on"],
        proof=said["proof"], actor=request.viewer, at=request.at,
    ), _("已记下。"))


@door("office.keep_companions", methods=("POST",))
def leave(request: Request, companion_id: UUID) -> HttpResponse:
    """No companion any more."""
    return _acted(request, companion_id, lambda: pairing_companions.leave(
        companion_id=companion_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已记下退出。"))


@door("child.read")
def child_pairings(request: Request, child_id: UUID) -> HttpResponse:
    """A child's pairings with the contacts, and who could be one."""
    return _child_page(request, child_for(request, child_id, part=CARE))


def _child_page(
    request: Request, child: Child, given: Given | None = None, problems: Iterable[Problem] = (), where: str = "",
    status: int = 200,
) -> HttpResponse:
    wrong, said = list(problems), given or {}
    rules = pairing_companions.rules_in(child.county_id, at=request.at)
    may_pair, may_log = (may_do_any(request, each) for each in (pairing.PAIR, pairing.LOG))
    rows = list(pairing.pairings_of(child))
    fitting = pairing.fitting(child, at=request.at) if may_pair else []
    contacts = {each.id: list(each.contacts.order_by("-met_on", "-at")[:CONTACTS]) for each in rows}
    flat = [contact for each in rows for contact in contacts[each.id]]
    names = open_names(
        request, children=[child], purpose=PURPOSE, route="pairings", part=CARE,
        more=[
            *(each.companion.words for each in rows), *(each.words for each in flat), *(each.words for each in fitting),
        ],
    )
    told = iter(names.more)
    people = {each.id: words_in(next(told)) for each in rows}
    notes = {each.id: words_in(next(told)) for each in flat}
    today = request.at.astimezone(CHINA).date()
    late = pairing.late(rows, found=rules, on=today)
    return show(request, "pairings/child.html", {
        "child": child, "name": names.children[child.id], "problems": told_problems(wrong), "rows": [
            _pairing_line(each, people[each.id], contacts[each.id], notes, rules, today)
            | {"is_late": each.id in late, "fields": drawn(
                rules.asked["contact"], said if where == str(each.id) else {}, wrong if where == str(each.id) else (),
                before=f"p{each.id.hex[:6]}-",
            ) if may_log and each.to_on is None else [], "contact_id": ids.new_id()}
            for each in rows
        ],
        "may_pair": may_pair, "ends": list(rules.ends.items()), "today": today.isoformat(),
        "fitting": [
            {"id": each.id, "zh": _companion_zh(each, words_in(next(told)), rules),
             "is_near": each.town_id is not None and each.town_id == child.town_id,
             "on": str(each.id) in said.get("companion", ())} for each in fitting
        ],
        "begin": drawn(rules.asked["begin"], said if where == "begin" else {}, wrong if where == "begin" else ()),
    }, status=status)


def _companion_zh(row: Companion, said: dict[str, str], rules: Any) -> str:
    kind = rules.kinds.get(row.kind)
    body = f"（{row.organisation.name}）" if row.organisation else ""
    return f"{kind.zh if kind else ''} {said.get('name', '')}{body}"


def _pairing_line(
    row: Pairing, said: dict[str, str], contacts: list[Contact], notes: dict[UUID, dict[str, str]], rules: Any,
    today: Any,
) -> dict[str, Any]:
    # The day stands above them.
    said_of = [each for each in rules.asked["contact"] if each.id != "met_on"]
    return {
        "pairing": row, "zh": _companion_zh(row.companion, said, rules), "phone": said.get("phone", ""),
        "is_checked": pairing_companions.is_checked(row.companion, on=today),
        "end": rules.ends.get(row.end_reason, ""), "contacts": [
            {"row": each, "lines": shown(said_of, each.clear, notes[each.id])} for each in contacts
        ],
    }


@door("office.keep_companions", methods=("POST",))
def begin(request: Request, child_id: UUID) -> HttpResponse:
    """The pairing, from today on."""
    given = given_in(request)
    return _child_acted(request, child_id, given, "begin", lambda: pairing.begin(
        child_id=child_id, companion_id=ids.id_in(request.POST.get("companion", "")), given=given,
        actor=request.viewer, at=request.at,
    ), _("已结对。"))


@door("office.log_pairings", methods=("POST",))
def log(request: Request, child_id: UUID, pairing_id: UUID) -> HttpResponse:
    """One contact."""
    given = given_in(request)
    contact_id = id_for(request.POST.get("contact", ""))
    return _child_acted(request, child_id, given, str(pairing_id), lambda: pairing.log(
        pairing_id=pairing_id, contact_id=contact_id, given=given, actor=request.viewer, at=request.at
    ), _("已记下。"))


@door("office.keep_companions", methods=("POST",))
def end(request: Request, child_id: UUID, pairing_id: UUID) -> HttpResponse:
    """The pairing is over."""
    return _child_acted(request, child_id, {}, "", lambda: pairing.end(
        pairing_id=pairing_id, to_on=request.POST.get("to_on", ""), reason=request.POST.get("reason", ""),
        actor=request.viewer, at=request.at,
    ), _("已结束。"))


def _child_acted(
    request: Request, child_id: UUID, given: Given, where: str, act: Callable[[], object], done: str
) -> HttpResponse:
    child = child_for(request, child_id, part=CARE)
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _child_page(request, child, given, refused.problems, where, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"/children/{child_id}/pairings/")


def may_see(request: Request, child: Child) -> bool:
    """Whether the child's page leads here."""
    return may_do_any(request, f"{pairing.PAIR}|{pairing.LOG}") and access.may(
        viewer=request.viewer, child_id=child.id, part=CARE, at=request.at
    )


ONE, CHILD = "companions/<uuid:companion_id>/", "children/<uuid:child_id>/pairings/"
urlpatterns: list[URLPattern] = [
    path("companions/", companion_list), path("companions/new/", new_companion), path(ONE, companion_page),
    path(f"{ONE}check/", add_check), path(f"{ONE}identity/", identify), path(f"{ONE}leave/", leave),
    path(CHILD, child_pairings),
    path(f"{CHILD}begin/", begin), path(f"{CHILD}<uuid:pairing_id>/log/", log),
    path(f"{CHILD}<uuid:pairing_id>/end/", end),
]
