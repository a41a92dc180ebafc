"""What went from a county to other installations."""

from django.db.models import Case, QuerySet, When

from tongxin.instances.models import Sending
from tongxin.people.models import Child


def sent_from(county_id: int | None) -> QuerySet[Sending]:
    """Files made for others of children who live in a county, those that wait for an answer first."""
    children = Child.objects.filter(county_id=county_id).values("id")
    rows = Sending.objects.filter(child_id__in=children).select_related("peer").defer("content")
    waits = Case(When(state=Sending.WAITING, then=0), default=1)
    return rows.annotate(is_over=waits).order_by("is_over", "-made_at", "id")
