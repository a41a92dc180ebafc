"""What of comparisons waits for somebody, and what somebody said already."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from tongxin.comparisons.models import Answer, Apart, Comparison, Joining


def waiting_in(county_id: int) -> QuerySet[Answer]:
    """The rows of lists compared in a county that somebody has yet to settle."""
    rows = Answer.objects.filter(comparison__county_id=county_id, comparison__state=Comparison.DONE)
    return rows.exclude(state=Answer.SETTLED)


def known() -> set[tuple[UUID, UUID]]:
    """The pairs of files of which somebody said already what they are, the smaller id first."""
    return {(min(pair), max(pair)) for pair in _settled()}


def _settled() -> Iterator[tuple[UUID, UUID]]:
    apart = Apart.objects.filter(other_id__isnull=False, undone_at__isnull=True)
    for one, other in apart.values_list("child_id", "other_id"):
        if other is not None:
            yield one, other
    live = Joining.objects.filter(state__in=(Joining.PROPOSED, Joining.STANDING))
    yield from live.values_list("kept_id", "other_id")
