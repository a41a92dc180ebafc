"""How much counselling took place, with what each number means."""

from typing import Any

from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.bookings.selectors import day_of
from tongxin.flows import session_counts
from tongxin.flows.session_counts import Tally
from tongxin.groups.rules import Count, groups_in
from tongxin.groups.selectors import OVERSEE
from tongxin.lib.numbers import day_in
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

# What the page counts of an area is what these say of it.
MEANT = {"people": "session_children", "sessions": "session_meetings", "person_times": "session_presences"}
NO_TOWN, NO_ROOM = "没有登记到镇（街道）", "没有约房间"


@door("office.see_groups|see_progress")
def counted_page(request: Request) -> HttpResponse:
    """From one day to another, of the area or of one's own work; a year so far unless days are named."""
    today = day_of(request.at)
    first = day_in(request.GET.get("from", "")) or today.replace(month=1, day=1)
    last = day_in(request.GET.get("to", "")) or today
    rules = groups_in(region=region_of_viewer(request), at=request.at)
    found = session_counts.counted(
        viewer=request.viewer, first=first, last=last, small_below=rules.small_below, at=request.at
    )
    return show(request, "groups/counted.html", {
        "first": first, "last": last, "is_backwards": first > last, "counts": rules.session_counts,
        "whole": _numbers(rules.session_counts, found.whole), "source": rules.source, "small_below": rules.small_below,
        "tables": [
            {"zh": "孩子住在哪个镇（街道）", "rows": _rows(rules.session_counts, found.towns, NO_TOWN)},
            {"zh": "在哪间房", "rows": _rows(rules.session_counts, found.rooms, NO_ROOM)},
        ],
        "definitions": figure_links(request, MEANT).values(),
        "is_area": access.may_do(viewer=request.viewer, action=OVERSEE, at=request.at),
    })


def _rows(counts: tuple[Count, ...], rows: list[tuple[str, Tally]], unnamed: str) -> list[dict[str, Any]]:
    return [
        {"zh": name or unnamed, "is_hidden": tally.is_hidden, "numbers": _numbers(counts, tally)}
        for name, tally in rows
    ]


def _numbers(counts: tuple[Count, ...], tally: Tally) -> list[dict[str, Any]]:
    return [{"zh": each.zh, "unit": each.unit, "number": getattr(tally, each.id)} for each in counts]
