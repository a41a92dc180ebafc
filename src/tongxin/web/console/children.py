"""The roster: who is in the viewer's area, most urgent first, page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import BigIntegerField, UUIDField
from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.lib.ids import id_in
from tongxin.lib.prepared import Prepared, among
from tongxin.people import search
from tongxin.people.models import CategorySpan, Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.assigning import may_assign
from tongxin.web.console.chips import PARTS, Chips
from tongxin.web.console.names import file_numbers, open_names
from tongxin.web.console.options import words_of
from tongxin.web.console.places_filter import place_options
from tongxin.web.console.roster_filters import Filters
from tongxin.web.console.saved_views import view_rows
from tongxin.web.console.task_rows import OTHERS_DO_IT
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

PAGE = 25
ORDER = ("rank", "due_at", "id")
# For those who are not told where a child stands: the order must not tell it either.
NEUTRAL = ("id",)
LONGEST_SEARCH = 60
CHILDREN = Prepared(
    lambda children: Child.objects.filter(among("id", children)).only("id", "name", "birth_month"),
    several="children", children=UUIDField(),
)
SPANS = Prepared(
    lambda children: CategorySpan.objects.filter(among("child_id", children), end_on__isnull=True).values_list(
        "child_id", "category"
    ),
    several="children", children=UUIDField(),
)
PLACES = Prepared(
    lambda places: Division.objects.filter(among("id", places)).values_list("id", "name"), several="places",
    places=BigIntegerField(),
)


@door("work")
def roster(request: Request) -> HttpResponse:
    """One page of the roster."""
    wanted = Filters(request, request.GET)
    is_told = _is_told(request)
    order, after = ORDER if is_told else NEUTRAL, _after(request.GET.get("after", ""))
    cases = access.page(
        wanted.narrowed(), viewer=request.viewer, part=wanted.parts[0], at=request.at, order=order,
        after=after and after[-len(order):], limit=PAGE + 1, shape="" if wanted.query else "whole",
    )
    shown = cases[:PAGE]
    children = {child.id: child for child in CHILDREN.rows(children=[case.id for case in shown])}
    names = open_names(request, listed=children.values(), purpose="roster", route="children").children
    query = wanted.query
    following = {**query, "after": _token(shown[-1], is_told)} if cases[PAGE:] else {}
    return show(request, "console/children.html", {
        "rows": roster_rows(request, shown, children=children, names=names), "wanted": wanted,
        "places": place_options(request, wanted.place, unplaced=bool(wanted.unplaced)), "query": urlencode(query),
        "may_open": access.may_do(viewer=request.viewer, action="open_file", at=request.at), "is_told": is_told,
        "may_export": access.may_do(viewer=request.viewer, action="ask_export", at=request.at),
        "may_assign": may_assign(request), "views": view_rows(request, wanted),
        "pager": {
            "first_url": "/children/?" + urlencode(query) if request.GET.get("after") else "",
            "next_url": f"/children/?{urlencode(following)}" if following else "",
            "shown_zh": f"本页 {len(shown)} 人",
        },
    })


@door("work")
def roster_count(request: Request) -> HttpResponse:
    """How many children the filters leave; asked for after the page stands."""
    wanted = Filters(request, request.GET)
    cases = wanted.narrowed().order_by()
    number = access.visible(cases, viewer=request.viewer, part=wanted.parts[0], at=request.at).count()
    return HttpResponse(f"共 {number:,} 人")


def roster_rows(
    request: Request, cases: Sequence[Case], *, children: dict[UUID, Child], names: Any
) -> list[dict[str, Any]]:
    """What the roster says of each child: who, where, why in difficulty, where in the loop, what next."""
    chips, pathway = Chips(request, cases, shown_as="roster"), rules.pathway_in(region="", at=request.at)[1]
    places = _place_names(cases)
    kinds = words_of(request, "category")
    spans: dict[UUID, list[str]] = {}
    for child_id, category in SPANS.rows(children=[case.id for case in cases]):
        spans.setdefault(child_id, []).append(kinds.get(category, category))
    steps = {rule.id: (rule.zh, rule.form) for rule in pathway.steps}
    steps |= {f"crisis.{rule.id}": (rule.zh, "crisis_step") for rule in pathway.crisis_steps}
    return [
        {
            "id": case.id, "url": f"/children/{case.id}/", "name": names.get(case.id, ""), "chips": chips.of(case),
            "place": places.get(case.village_id or 0) or places.get(case.town_id or 0) or "村居不详",
            "categories": spans.get(case.id, []),
            "stage": pathway.stages.get(case.stage, "") if chips.may_read(case, "identification") else "",
            "age": words.age_zh(children[case.id].birth_month, on=request.at.date()) if case.id in children else "",
            "step": _step(case, chips, steps), **_due(request, case, is_told=chips.may_read(case, "identification")),
        }
        for case in cases
    ]


def _is_told(request: Request) -> bool:
    """Whether the viewer learns of some child where it stands and what is due."""
    return access.reads(viewer=request.viewer, part="identification", at=request.at)


def _due(request: Request, case: Case, *, is_told: bool) -> dict[str, str]:
    if not is_told:
        return {"due_zh": "", "late_zh": ""}
    late = words.late_zh(case.due_at, at=request.at) if case.is_open else ""
    return {"due_zh": words.due_zh(case.due_at, at=request.at), "late_zh": late}


def _step(case: Case, chips: Chips, steps: dict[str, tuple[str, str]]) -> str:
    """The next step; one that speaks of a part the viewer may not read only says that others do it."""
    zh, form = steps.get(case.next_step, ("", ""))
    part = rules.access_rules(at=chips.at).form_parts.get(form, "")
    if not zh or not chips.may_read(case, "identification"):
        return ""
    return OTHERS_DO_IT if part in PARTS and not chips.may_read(case, part) else zh


def _place_names(cases: Sequence[Case]) -> dict[int, str]:
    ids = {place for case in cases for place in (case.village_id, case.town_id) if place}
    return dict(PLACES.rows(places=sorted(ids)))


def _token(case: Case, is_told: bool) -> str:
    """Where a page ended; for those who aren't told where a child stands, only the key."""
    return f"{case.rank}~{case.due_at.astimezone(UTC).isoformat()}~{case.id}" if is_told else str(case.id)


def _after(token: str) -> list[Any] | None:
    """Where the page before ended; a broken address starts from the beginning."""
    if alone := id_in(token):
        return [alone]
    rank, _, rest = token.partition("~")
    due, _, key = rest.partition("~")
    try:
        return [int(rank), datetime.fromisoformat(due).astimezone(UTC), UUID(key)]
    except ValueError:
        return None


@door("work", methods=("GET", "POST"))
def search_children(request: Request) -> HttpResponse:
    """Children by name, pinyin initials, identity number or file number; asked by POST (spine B6)."""
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    found = search.find(text, viewer=request.viewer, at=request.at, route="children.search") if text else []
    cases = {case.id: case for case in Case.objects.filter(id__in=[each.child_id for each in found])}
    # A child found by two files is one child.
    cases = {id: case for id, case in cases.items() if case.goes_on not in cases}
    children = {each.child_id: each.child for each in found}
    names = {each.child_id: each.name or "" for each in found} | file_numbers(request, children.values())
    is_told = _is_told(request)
    ordered = sorted(cases.values(), key=lambda case: (case.rank, case.due_at, case.id) if is_told else (case.id,))
    return show(request, "console/search.html", {
        "text": text, "rows": roster_rows(request, ordered, children=children, names=names),
        "may_break": access.may_do(viewer=request.viewer, action="break_glass", at=request.at),
        "may_open": access.may_do(viewer=request.viewer, action="open_file", at=request.at),
    })
