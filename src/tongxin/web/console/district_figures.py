"""The figures of a district, each counted under the same rules as the list it leads to."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.assessments.rulings import shown_scheme
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.web.console.chips import Chip, scheme_chips
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.places_filter import UNPLACED, UNPLACED_ZH, below
from tongxin.web.console.roster_filters import Filters
from tongxin.web.doors import Request

Row = dict[str, Any]
# By the name of a figure on the page the indicator that says the same of an area.
MEANT: Mapping[str, str] = {
    "children": "children_open", "late": "children_late", "crisis": "crisis_open", "no_step": "children_without_step",
    "levels": "children_by_grade", "stages": "children_by_stage",
}
OPEN = "open"
TOTALS = {
    "children": ("在册儿童", OPEN), "late": ("已逾期", "late"), "crisis": ("危机处置中", "crisis"),
    "no_step": ("没有下一步", "no_step"),
}


def only_counts(request: Request) -> bool:
    """Whether the viewer's post is for figures alone: every child of the area counts, no list opens."""
    return not access.reads(viewer=request.viewer, part="roster", at=request.at)


def seen(request: Request, part: str) -> QuerySet[Case]:
    """The cases whose part the viewer may read."""
    return access.visible(slices.leading(), viewer=request.viewer, part=part, at=request.at).order_by()


def by_level(request: Request, filters: Filters) -> list[Row]:
    """How many children stand at each level, highest first; nothing for those who read files but no colours."""
    if not filters.levels:
        return []
    counted = _counted(seen(request, "psychological").filter(is_open=True), "level")
    return level_rows(request, filters, counted)


def level_rows(request: Request, filters: Filters, counted: Mapping[str, int | None]) -> list[Row]:
    """A row for each level, as the place shows them."""
    shown = scheme_chips(region=region_of_viewer(request), at=request.at)
    rows = [
        _row(level, zh, counted, shown.get(level, Chip("grey", zh, "○")), {"level": level, "only": OPEN})
        for level, zh in (filters.levels or filters.pathway.levels).items()
    ]
    return with_widths(list(reversed(rows)))


def by_stage(request: Request, filters: Filters) -> list[Row]:
    """How many children are at each stage of the loop."""
    return stage_rows(filters, _counted(seen(request, "identification"), "stage"))


def stage_rows(filters: Filters, counted: Mapping[str, int | None]) -> list[Row]:
    """A row for each stage, in the order of the loop."""
    return with_widths([_row(stage, zh, counted, None, {"stage": stage}) for stage, zh in filters.stages.items()])


def by_place(request: Request, filters: Filters) -> list[Row]:
    """The places just below the viewer's, with how many children are there and how many are overdue."""
    column = below(request)
    if not column:
        return []
    late = slices.late(filters.pathway, at=request.at)
    found = seen(request, "roster").filter(is_open=True).values(column).annotate(
        all=Count("id"), late=Count("id", filter=late)
    )
    counted = {str(row[column] or UNPLACED): row for row in found}
    known = [place for place in counted if place != UNPLACED]
    named = Division.objects.filter(id__in=known).order_by("code").values_list("id", "name")
    places = [(str(place), name) for place, name in named]
    if UNPLACED in counted:
        places.append((UNPLACED, UNPLACED_ZH[column]))
    rows = [
        {
            "zh": name, "number": counted[place]["late"], "all": counted[place]["all"],
            "url": _url({"place": place, "only": "late"}), "all_url": _url({"place": place, "only": OPEN}),
            "chip": None,
        }
        for place, name in places
    ]
    return with_widths(sorted(rows, key=lambda row: -row["number"]))


def totals(request: Request, filters: Filters) -> list[Row]:
    """The four figures of the top line."""
    cases, pathway = seen(request, "roster"), filters.pathway
    late = cases.filter(slices.late(pathway, at=request.at))
    in_crisis = seen(request, "crisis").filter(slices.in_crisis(pathway))
    return [
        total("children", cases.filter(is_open=True).count()), total("late", late.count()),
        total("crisis", in_crisis.count()), total("no_step", cases.filter(slices.without_step(pathway)).count()),
    ]


def total(id: str, number: int | None) -> Row:
    """One figure of the top line; None is not shown."""
    zh, only = TOTALS[id]
    # One that is hidden is above nought.
    return {"id": id, "zh": zh, "number": number, "url": _url({"only": only}), "is_bad": only != OPEN and number != 0}


def _counted(cases: QuerySet[Case], column: str) -> dict[str, int]:
    return dict(cases.values_list(column).annotate(Count("id")))


def _row(
    code: str, zh: str, counted: Mapping[str, int | None], chip: Chip | None, query: Mapping[str, str]
) -> Row:
    return {"code": code, "zh": zh, "number": counted.get(code, 0), "url": _url(query), "chip": chip}


def _url(query: Mapping[str, str]) -> str:
    return "/children/" + (f"?{urlencode(query)}" if query else "")


def with_widths(rows: Sequence[Row]) -> list[Row]:
    """Each row with the length of its bar, in hundredths of the longest; one that is not shown has none."""
    most = max((row["number"] or 0 for row in rows), default=0)
    return [{**row, "width": -(-100 * (row["number"] or 0) // most) if most else 0} for row in rows]


def definition_urls(request: Request) -> Mapping[str, str]:
    """Where each kind of figure is defined."""
    scheme = shown_scheme(region=region_of_viewer(request), at=request.at)
    rules = {"grading": f"/definitions/grading/{scheme}/", "pathway": "/definitions/pathway/child/"}
    return figure_links(request, MEANT) | rules
