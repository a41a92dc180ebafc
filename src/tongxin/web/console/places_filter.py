"""Places within a viewer's area, one level below where they stand."""

from typing import Any

from tongxin.accounts.models import Division
from tongxin.web.doors import Request


def place_named(text: str) -> Division | None:
    """The place that a filter names."""
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    return Division.objects.filter(id=int(text)).first()


def place_choices(request: Request, chosen: Division | None) -> list[dict[str, Any]]:
    """The places under the viewer's own, and those under the chosen one, in the order of their codes."""
    own = {seat.division_id for seat in request.viewer.seats}
    parents = {*own, *([chosen.id, chosen.parent_id] if chosen and chosen.level != "village" else [])}
    if chosen and chosen.level == "village":
        parents.add(chosen.parent_id or 0)
    found = Division.objects.filter(parent_id__in=parents - {None}, valid_to__isnull=True).order_by("code")
    rows = [place for place in found if _inside(place, own)]
    shallow = min((len(place.code) for place in rows), default=0)
    return [
        {
            "id": place.id, "zh": ("　" if len(place.code) > shallow else "") + place.name,
            "is_chosen": chosen is not None and place.id == chosen.id,
        }
        for place in rows
    ]


def _inside(place: Division, own: set[int]) -> bool:
    return bool(own & {each for each in place.ancestors.values() if each})
