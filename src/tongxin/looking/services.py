"""What becomes of questions and reviews that nobody can read any more."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongxin.looking.models import Glass, Statement

# The outcome of an emergency whose words went with the child's key before anybody reviewed it.
ERASED = "erased"


def end_about(child_id: UUID, *, at: datetime) -> None:
    """Nobody is asked any more about looks into a file that is erased; that there were such looks stays."""
    end_questions(child_id, at=at)
    mine = Q(child_id=child_id)
    Glass.objects.filter(mine, ended_at__isnull=True, until_at__gt=at).update(ended_at=at)
    Glass.objects.filter(mine, reviewed_at__isnull=True).update(reviewed_at=at, outcome=ERASED)


def end_questions(child_id: UUID, *, at: datetime) -> None:
    """Nobody waits any more for leave to look: it was not given."""
    Statement.objects.filter(child_id=child_id, waits=True).update(waits=False, answered_at=at, until_at=None)
