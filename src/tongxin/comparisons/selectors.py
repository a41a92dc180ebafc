"""What of comparisons waits for somebody."""

from django.db.models import QuerySet

from tongxin.comparisons.models import Answer, Comparison


def waiting_in(county_id: int) -> QuerySet[Answer]:
    """The rows of lists compared in a county that somebody has yet to settle."""
    rows = Answer.objects.filter(comparison__county_id=county_id, comparison__state=Comparison.DONE)
    return rows.exclude(state=Answer.SETTLED)
