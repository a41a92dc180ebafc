"""The district for a post of figures alone: the numbers of `/indicators/`, and hidden where they are hidden there."""

from collections.abc import Mapping, Sequence

from tongxin.core.pathway import CHINA
from tongxin.indicators import service
from tongxin.indicators.figures import HIDDEN, Figure
from tongxin.indicators.service import Table
from tongxin.indicators.tables import said
from tongxin.web.console.district_figures import MEANT, TOTALS, Row, level_rows, stage_rows, total, with_widths
from tongxin.web.console.roster_filters import Filters
from tongxin.web.doors import Request

WORK: Mapping[str, str] = {
    "steps": "steps_overdue", "children": "children_overdue", "held": "posts_filled", "each": "caseload",
}


def counted(request: Request, ids: Sequence[str]) -> Table:
    """Indicators as they stand today in the viewer's whole area and the places just below."""
    place, today = service.place_for(request.viewer), request.at.astimezone(CHINA).date()
    if place is None:
        raise PermissionError(service.SEE)
    return service.figures_for(ids, viewer=request.viewer, place=place, first=today, last=today, at=request.at)


def number(figure: Figure) -> int | None:
    """A number of children; None where it is hidden, nought where there is nobody."""
    if figure.value is None:
        return None if figure.state == HIDDEN else 0
    return int(figure.value)


def district_told(request: Request, filters: Filters) -> dict[str, list[Row]]:
    """The four figures and the three charts."""
    table = counted(request, list(MEANT.values()))
    here = {name: table.at(id, table.whole) for name, id in MEANT.items()}
    late = [
        {"zh": each.zh, "number": number(table.at(MEANT["late"], each)),
         "all": number(table.at(MEANT["children"], each)), "url": "", "all_url": "", "chip": None}
        for each in table.parts
    ]
    return {
        "totals": [total(name, number(here[name])) for name in TOTALS],
        "levels": level_rows(request, filters, here["levels"].parts),
        "stages": stage_rows(filters, here["stages"].parts),
        "places": with_widths(sorted(late, key=lambda row: -(row["number"] or 0))),
    }


def work_told(request: Request) -> list[Row]:
    """What is overdue and who is there, place by place; the whole first."""
    table = counted(request, list(WORK.values()))
    return [
        {"zh": each.zh, **{name: said(table.at(id, each)) for name, id in WORK.items()}}
        for each in (table.whole, *table.parts)
    ]
