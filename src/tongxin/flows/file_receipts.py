"""What went from a county to other installations."""

from tongxin.instances.models import Sending
from tongxin.people.models import Child


def sent_from(county_id: int | None) -> list[Sending]:
    """Files made for others of children who live in a county, those that wait for an answer first."""
    children = Child.objects.filter(county_id=county_id).values("id")
    rows = Sending.objects.filter(child_id__in=children).select_related("peer").defer("content")
    return sorted(rows.order_by("-made_at"), key=lambda row: row.state != Sending.WAITING)
