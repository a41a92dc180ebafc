"""Places within a viewer's area, one level below where they stand."""

from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from tongxin.accounts.models import LEVELS, Division
from tongxin.lib.numbers import number_in
from tongxin.web.doors import Request

ANCESTORS = tuple(f"{level}_id" for level in LEVELS)


# Asks for the children with no place at the level below the viewer's own.
UNPLACED = "none"
UNPLACED_ZH = {
    "city_id": "未登记地市", "county_id": "未登记区县", "town_id": "未登记镇街", "village_id": "未登记村居",
}


def below(request: Request) -> str:
    """The column of the places just below the viewer's own; empty for a village."""
    seat = request.viewer.seat
    at = LEVELS.index(seat.division_level) if seat and seat.division_level in LEVELS else len(LEVELS) - 1
    return f"{LEVELS[at + 1]}_id" if at + 1 < len(LEVELS) else ""


def place_named(text: str) -> Division | None:
    """The place that a filter names."""
    return Division.objects.filter(id=number_in(text) or 0).first()


def place_choices(request: Request, chosen: Division | None) -> list[dict[str, Any]]:
    """The places under the viewer's own, and those under the chosen one, in the order of their codes."""
    own = {seat.division_id for seat in request.viewer.seats}
    parents = {*own, *([chosen.id, chosen.parent_id] if chosen and chosen.level != "village" else [])}
    if chosen and chosen.level == "village":
        parents.add(chosen.parent_id or 0)
    found = Division.objects.filter(parent_id__in=parents - {None}, valid_to__isnull=True).order_by("code")
    rows = [row for row in found.values_list("id", "code", "name", *ANCESTORS) if own.intersection(row[3:])]
    shallow = min((len(code) for _, code, *_ in rows), default=0)
    return [
        {
            "id": id, "zh": ("　" if len(code) > shallow else "") + name,
            "is_chosen": chosen is not None and id == chosen.id,
        }
        for id, code, name, *_ in rows
    ]


def place_options(request: Request, chosen: Division | None, *, unplaced: bool = False) -> SafeString:
    """The same as the options of a select, in one piece, since a town may have a hundred villages."""
    column = below(request)
    last = column and f'<option value="{UNPLACED}"{" selected" if unplaced else ""}>{UNPLACED_ZH[column]}</option>'
    return mark_safe("".join(  # noqa: S308
        f'<option value="{each["id"]}"{" selected" if each["is_chosen"] else ""}>{escape(each["zh"])}</option>'
        for each in place_choices(request, chosen)
    ) + last)
