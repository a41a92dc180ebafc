"""Who hears of what a comparison brought: one line a post, however many rows there are."""

from datetime import datetime

from tongxin.comparisons.models import Answer
from tongxin.ledger.models import Event
from tongxin.notices import services as notices


def tell_compared(*, event: Event, at: datetime) -> None:
    """Tell each post that has something to settle of a list, once."""
    waiting = Answer.objects.filter(comparison_id=event.subject_id, owner_post_id__isnull=False)
    rows = waiting.exclude(state=Answer.SETTLED).order_by("owner_post_id")
    posts = [post for post in rows.values_list("owner_post_id", flat=True).distinct() if post is not None]
    notices.tell_posts(posts=posts, event=event, at=at)
