"""Who hears of what a roster brought: one line a post, however many children there are."""

from datetime import datetime
from uuid import UUID

from tongxin.cases.models import Task
from tongxin.intake import selectors as intake
from tongxin.intake.models import HeldRow
from tongxin.ledger.models import Event
from tongxin.notices import services as notices


def tell_listed(*, event: Event, at: datetime) -> None:
    """Tell each post with new tasks from an imported roster, once."""
    notices.tell_posts(posts=intake.owners_of_new(event.subject_id), event=event, at=at)


def tell_settled(*, event: Event, at: datetime) -> None:
    """Tell the post that answers for a file opened from a held row."""
    if event.clear.get("outcome") != HeldRow.OPENED:
        return
    child_id = UUID(str(event.clear["child"]))
    posts = intake.owners_of(Task.objects.filter(case_id=child_id))
    notices.tell_posts(posts=posts, event=event, at=at, child_id=child_id)
