"""Handing a post over: who holds it changes, and every case that rests on it is looked at again at once."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tongxin import ledger
from tongxin.accounts import services as accounts
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.vault import Owner


@transaction.atomic
def hand_over(*, post: Post, to: Person | None, actor: Viewer, at: datetime, kind: str = Holding.HOLDER) -> int:
    """How many cases the worker looks at next: a vacant post's tasks go up, a filled one's come back (B2)."""
    accounts.hand_over(post=post, to=to, actor=actor, at=at, kind=kind)
    ledger.record(
        kind="holding.changed", subject=Owner("post", post.id), actor=actor, at=at, is_fact=True,
        clear={"person": str(to.id) if to else None, "kind": kind},
    )
    resting = Task.objects.filter(Q(post_id=post.id) | Q(owner_post_id=post.id), state__in=LIVE)
    return Case.objects.filter(id__in=resting.values("case_id")).update(look_again_at=at)
