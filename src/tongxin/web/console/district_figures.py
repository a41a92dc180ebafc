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
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.places_filter import UNPLACED, UNPLACED_ZH, below
from tongxin.web.console.roster_filters import Filters
from tongxin.web.doors import Request

Row = dict[str, Any]
FIGURES = "figures"


def only_counts(request: Request) -> bool:
    """Whether the viewer's post is for figures alone: every child of the area counts, no list opens."""
    return not access.reads(viewer=request.viewer, part="roster", at=request.at)


def seen(request: Request, part: str) -> QuerySet[Case]:
    """The cases whose part the viewer may read, or count."""
    shown = FIGURES if only_counts(request) else part
    return access.visible(slices.leading(), viewer=request.viewer, part=shown, at=request.at).order_by()


def by_level(request: Request, filters: Filters) -> list[Row]:
    """How many children stand at each level, highest first; nothing for those who read files but no colours."""
    if not filters.levels and not only_counts(request):
        return []
    counted = _counted(seen(request, "psychological"), "level")
    shown = scheme_chips(region=region_of_viewer(request), at=request.at)
    rows = [
        _row(level, zh, counted, shown.get(level, Chip("grey", zh, "○")), "level")
        for level, zh in (filters.levels or filters.pathway.levels).items()
    ]
    return _with_widths(list(reversed(rows)))


def by_stage(request: Request, filters: Filters) -> list[Row]:
    """How many children are at each stage of the loop."""
    counted = _counted(seen(request, "identification"), "stage")
    rows = [_row(stage, zh, counted, None, "stage") for stage, zh in filters.stages.items()]
    return _with_widths(rows)


def by_place(request: Request, filters: Filters) -> list[Row]:
    """The places just below the viewer's, with how many children are there and how many are overdue."""
    column = below(request)
    if not column:
        return []
    late = slices.late(filters.pathway, at=request.at)
    found = seen(request, "roster").values(column).annotate(all=Count("id"), late=Count("id", filter=late))
    counted = {str(row[column] or UNPLACED): row for row in found}
    known = [place for place in counted if place != UNPLACED]
    named = Division.objects.filter(id__in=known).order_by("code").values_list("id", "name")
    places = [(str(place), name) for place, name in named]
    if UNPLACED in counted:
        places.append((UNPLACED, UNPLACED_ZH[column]))
    rows = [
        {
            "zh": name, "number": counted[place]["late"], "all": counted[place]["all"],
            "url": _url({"place": place, "only": "late"}), "all_url": _url({"place": place}), "chip": None,
        }
        for place, name in places
    ]
    return _with_widths(sorted(rows, key=lambda row: -row["number"]))


def totals(request: Request, filters: Filters) -> list[Row]:
    """The four figures of the top line."""
    cases, pathway = seen(request, "roster"), filters.pathway
    late = cases.filter(slices.late(pathway, at=request.at))
    in_crisis = seen(request, "crisis").filter(slices.in_crisis(pathway))
    return [
        _total("children", "在册儿童", cases.count(), {}),
        _total("late", "已逾期", late.count(), {"only": "late"}, bad=True),
        _total("crisis", "危机处置中", in_crisis.count(), {"only": "crisis"}, bad=True),
        _total("no_step", "没有下一步", cases.filter(slices.without_step(pathway)).count(),
               {"only": "no_step"}, bad=True),
    ]


def _total(id: str, zh: str, number: int, query: Mapping[str, str], *, bad: bool = False) -> Row:
    return {"id": id, "zh": zh, "number": number, "url": _url(query), "is_bad": bad and number > 0}


def _counted(cases: QuerySet[Case], column: str) -> dict[str, int]:
    return dict(cases.values_list(column).annotate(Count("id")))


def _row(code: str, zh: str, counted: Mapping[str, int], chip: Chip | None, name: str) -> Row:
    return {"code": code, "zh": zh, "number": counted.get(code, 0), "url": _url({name: code}), "chip": chip}


def _url(query: Mapping[str, str]) -> str:
    return "/children/" + (f"?{urlencode(query)}" if query else "")


def _with_widths(rows: Sequence[Row]) -> list[Row]:
    """Each row with the length of its bar, in hundredths of the longest."""
    most = max((row["number"] for row in rows), default=0)
    return [{**row, "width": -(-100 * row["number"] // most) if most else 0} for row in rows]


def definition_urls(request: Request) -> Mapping[str, str]:
    """Where each kind of figure is defined."""
    scheme = shown_scheme(region=region_of_viewer(request), at=request.at)
    return {"grading": f"/definitions/grading/{scheme}/", "pathway": "/definitions/pathway/child/"}
