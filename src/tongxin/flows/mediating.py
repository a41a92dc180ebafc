"""Disputes that a body from outside mediates: it reads back what it wrote, and stays let in until it is done."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CaseState
from tongxin.core.pathway.arrangements import FOLLOWED, MEDIATION, RESULT
from tongxin.ledger.models import Entry
from tongxin.rulebook import rules

PART = "mediation"
KINDS = frozenset({MEDIATION, RESULT, FOLLOWED})
GOING = frozenset({"open", "agreed"})


def posts_read(*, viewer: Viewer, child_id: UUID, at: datetime) -> frozenset[UUID] | None:
    """The posts whose records of mediation a body from outside reads: its own; None for whoever reads them all."""
    if viewer.is_worker or access.may_without(
        viewer=viewer, child_id=child_id, part=PART, relation=Relation.DEPARTMENT_TASK, at=at
    ):
        return None
    rows = Post.objects.filter(organisation_id__in=viewer.organisation_ids)
    return frozenset(rows.values_list("id", flat=True))


def closed(entries: Iterable[Entry], *, viewer: Viewer, child_id: UUID, at: datetime) -> frozenset[UUID]:
    """The records of mediation that others wrote, for whoever reads only their own body's."""
    told = [entry for entry in entries if entry.kind in KINDS]
    posts = posts_read(viewer=viewer, child_id=child_id, at=at) if told else None
    return frozenset() if posts is None else frozenset(entry.id for entry in told if entry.post_id not in posts)


def bodies_at_work(state: CaseState, *, at: datetime) -> set[tuple[str, int]]:
    """By the dispute's entry the body from outside that took it on and hasn't finished it."""
    going = {
        each.fact.post: id for id, each in state.arrangements.mediations.items()
        if each.state in GOING and each.fact.post
    }
    found = rules.access_rules(at=at)
    return {
        (going[str(post.id)], post.organisation_id) for post in Post.objects.filter(id__in=list(going))
        if found.relations(role=post.role, part="", action=f"record.{MEDIATION}") == {"department_task"}
    }
