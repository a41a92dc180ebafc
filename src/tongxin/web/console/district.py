"""The district at a glance: colours, stages, what is overdue where; every figure leads to its list."""

from django.http import HttpResponse

from tongxin.web.console.district_figures import by_level, by_place, by_stage, definition_urls, only_counts, totals
from tongxin.web.console.district_told import district_told
from tongxin.web.console.roster_filters import Filters
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.see_figures")
def district(request: Request) -> HttpResponse:
    """The figures of the viewer's area: lengths of lists, or told by indicators where no list opens."""
    filters, is_told = Filters(request, {}), only_counts(request)
    shown = district_told(request, filters) if is_told else {
        "totals": totals(request, filters), "levels": by_level(request, filters),
        "stages": by_stage(request, filters), "places": by_place(request, filters),
    }
    return show(request, "console/district.html", {
        **shown, "definitions": definition_urls(request), "has_lists": not is_told,
    })
