"""How far the books of a request are, which could not be bound, and going on where a run was cut short."""

from typing import Any

from tongxin.access import selectors as access
from tongxin.exports.models import BOOKS, Export
from tongxin.flows.export_books import UNBOUND, is_stalled
from tongxin.people.models import Child
from tongxin.web.doors import Request

SHOWN = 50


def told(request: Request, row: Export) -> dict[str, Any] | None:
    """What the page of a request for books says of them; None for other exports."""
    if row.way != BOOKS:
        return None
    asked, bound = row.included.count(), row.included.filter(bound_at__isnull=False).count()
    unbound = row.included.filter(bound_at__isnull=True)
    failed, gone = unbound.exclude(failed="").count(), unbound.exclude(left_out="").count()
    is_own = row.person_id == request.viewer.person_id
    return {
        "bound": bound, "asked": asked, "left": asked - bound - failed - gone, "failed_many": failed, "gone": gone,
        "percent": (bound + failed + gone) * 100 // max(asked, 1),
        "is_stalled": row.state == Export.AGREED and is_stalled(row, at=request.at),
        "failed": _failed(request, row) if is_own else [], "is_own": is_own,
    }


def _failed(request: Request, row: Export) -> list[str]:
    """The file numbers of those that could not be bound, as far as the viewer still sees them."""
    why = dict(row.included.exclude(failed="").order_by("child_id").values_list("child_id", "failed")[:SHOWN])
    seen = access.visible(Child.objects.filter(id__in=list(why)), viewer=request.viewer, part="roster", at=request.at)
    return [f"{child.file_no}：{UNBOUND.get(why[child.id], '')}" for child in seen.order_by("id")]
