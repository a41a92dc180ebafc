"""People with posts: whose clearance holds, what they are qualified for, and one of them with everything."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Holding, Person
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances, qualifications, reach
from tongxin.flows.workforce.clearances import BARRED, SOON, STATES
from tongxin.web.console.names import open_names
from tongxin.web.console.places_filter import place_choices, place_named
from tongxin.web.console.register_forms import drawn, given_in, told_problems
from tongxin.web.console.workforce.certificates import certificate_lines, file_in, verifiers
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/workforce/people/", "workforce", "workforce", "staff"
SHOWN = 60
FILTERS = {
    "barred": "没有有效查询的", "soon": "查询快到期的", "waiting": "资质等核对的", "unqualified": "缺岗位资质的",
    "all": "全部",
}
Given = dict[str, list[str]]


@door("office.keep_workforce")
def people_list(request: Request) -> HttpResponse:
    """The people of the area, those first to whom no child may be given."""
    place, only = place_named(request.GET.get("place", "")), request.GET.get("only", "all")
    only = only if only in FILTERS else "all"
    rows = [each for each in _everybody(request, place) if _fits(each, only)]
    rows.sort(key=lambda each: (not each["is_barred"], each["state"] != SOON, each["title"]))
    shown = rows[:SHOWN]
    names = open_names(request, people=[each["id"] for each in shown], purpose=PURPOSE, route=ROUTE, part=PART)
    return show(request, "workforce/people.html", {
        "rows": [each | {"name": names.person(each["id"])} for each in shown], "left_out": len(rows) - len(shown),
        "number": len(rows), "only": only, "filters": FILTERS.items(), "place": place,
        "places": place_choices(request, place),
    })


def _everybody(request: Request, place: Any) -> list[dict[str, Any]]:
    inside = Q(post__division__town_id=place.id) | Q(post__division_id=place.id) if place else Q()
    mine = reach.people_kept(request.viewer, at=request.at)
    holdings = Holding.objects.filter(
        Q(to_at__isnull=True) | Q(to_at__gt=request.at), inside, person__in=mine, person__is_active=True,
        kind=Holding.HOLDER,
    ).select_related("post__division").order_by("from_at", "id")
    by_person: dict[UUID, list[Holding]] = {}
    for each in holdings:
        by_person.setdefault(each.person_id, []).append(each)
    county_id = reach.county_or_none(request.viewer)
    found = reach.rules_in(county_id, at=request.at)
    states, known = clearances.states(by_person, county_id, at=request.at), clearances.newest(by_person, at=request.at)
    waiting = {each.about_id for each in qualifications.of_people(by_person) if not hasattr(each, "verdict")}
    kinds = qualifications.held_by(by_person, at=request.at)
    return [
        _row(person_id, [each.post for each in rows], states[person_id], kinds.get(person_id, frozenset()), found)
        | {"until": known[person_id].valid_until if person_id in known else None, "is_waiting": person_id in waiting}
        for person_id, rows in by_person.items()
    ]


def _row(person_id: UUID, posts: list[Any], state: str, kinds: frozenset[str], found: Any) -> dict[str, Any]:
    is_asked = any(each.role in found.check.roles for each in posts)
    wanted = frozenset().union(*(found.wanted_of(each.role) for each in posts))
    return {
        "id": person_id, "url": f"{HOME}{person_id}/", "title": posts[0].title,
        "titles": [each.title for each in posts],
        "state": state, "zh": STATES[state], "is_asked": is_asked, "is_barred": is_asked and state in BARRED,
        "has": [found.certificates[each].zh for each in sorted(kinds) if each in found.certificates],
        "lacks": bool(wanted) and not wanted & kinds,
        "wants": "或".join(found.certificates[each].zh for each in sorted(wanted)),
    }


def _fits(row: Mapping[str, Any], only: str) -> bool:
    found = {
        "barred": row["is_barred"], "soon": row["is_asked"] and row["state"] == SOON, "waiting": row["is_waiting"],
        "unqualified": row["lacks"], "all": True,
    }
    return bool(found[only])


@door("office.keep_workforce")
def person_page(request: Request, person_id: UUID) -> HttpResponse:
    """One person: clearances and certificates with what can be written down."""
    return _page(request, person_id)


def _page(
    request: Request, person_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (), where: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        person = reach.person_kept(person_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    wrong, said = list(problems), given or {}
    county_id = reach.county_of_person(person, at=request.at)
    found = reach.rules_in(county_id, at=request.at)
    checks = list(person.clearances.order_by("-done_on", "-at"))
    rows = list(qualifications.of_people([person.id]))
    names = open_names(
        request, people=[person.id, *(each.person_id for each in (*checks, *rows)), *verifiers(rows)],
        more=[*(each.words for each in checks), *(each.words for each in rows)], purpose=PURPOSE, route=ROUTE,
        part=PART,
    )
    state = clearances.states([person.id], county_id, at=request.at)[person.id]
    holdings = Holding.objects.filter(Q(to_at__isnull=True) | Q(to_at__gt=request.at), person=person)
    return show(request, "workforce/person.html", {
        "person": person, "name": names.person(person.id), "problems": told_problems(wrong), "state": state,
        "state_zh": STATES[state], "is_barred": state in BARRED, "titles": [
            each.post.title for each in holdings.select_related("post").order_by("from_at")
        ],
        "is_required": clearances.is_required(county_id, at=request.at),
        "checks": [
            {"row": row, "zh": found.check.results.get(row.result, ""), "proof": proof or "",
             "by": names.person(row.person_id)}
            for row, proof in zip(checks, names.more[: len(checks)], strict=True)
        ],
        "certificates": certificate_lines(request, rows, names.more[len(checks):], names, found),
        "check_fields": drawn(found.check.fields, said if where == "check" else {}, wrong if where == "check" else ()),
        "fields": drawn(
            found.asked, said if where == "declare" else {}, wrong if where == "declare" else (), before="q-"
        ),
        "action": f"{HOME}{person.id}/declare/", "holdings": holdings.exists(), "back": HOME,
        "refusals": list(found.refusals.items()),
    }, status=status)


@door("office.keep_workforce", methods=("POST",))
def check(request: Request, person_id: UUID) -> HttpResponse:
    """What the question about a criminal record came to."""
    given = given_in(request)
    return _acted(request, person_id, given, "check", lambda: clearances.record(
        person_id=person_id, given=given, actor=request.viewer, at=request.at
    ), _("已登记查询结果。"))


@door("office.keep_workforce", methods=("POST",))
def declare(request: Request, person_id: UUID) -> HttpResponse:
    """A certificate of a colleague, with the paper itself."""
    given, file = given_in(request), file_in(request)
    return _acted(request, person_id, given, "declare", lambda: qualifications.declare(
        person_id=person_id, given=given, file=file, actor=request.viewer, at=request.at
    ), _("已登记。由另一位核对以后才算数。"))


def _acted(
    request: Request, person_id: UUID, given: Given, where: str, act: Callable[[], object], done: str
) -> HttpResponse:
    try:
        kept: Person = reach.person_kept(person_id, viewer=request.viewer, at=request.at)
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, person_id, given, refused.problems, where, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{kept.id}/")
