"""Clear results of entries as they read now."""

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.assessments.models import Result
from tongxin.core.pathway import WITHDRAWN
from tongxin.ledger.models import Entry


def standing() -> QuerySet[Result]:
    """The results of entries that nothing was put in the place of and that were not taken back."""
    newer = Entry.objects.filter(supersedes_id=OuterRef("entry_id"))
    # Whatever takes back stands in the place of what it takes back, and is no record itself.
    itself = Entry.objects.filter(id=OuterRef("entry_id"), correction_kind__in=WITHDRAWN)
    return Result.objects.exclude(Exists(newer)).exclude(Exists(itself))
