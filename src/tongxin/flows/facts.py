"""A child's record as the pathway reads it: entries with the results that definitions made of them."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from tongxin import ledger
from tongxin.accounts.models import Post
from tongxin.assessments.models import Result
from tongxin.core.pathway import Fact
from tongxin.ledger.models import Entry
from tongxin.lib.prepared import Prepared, among
from tongxin.vault import Owner

RESULTS = Prepared(
    lambda child: Result.objects.filter(child_id=child).values_list("entry_id", "data"), child=UUIDField()
)
ROLES = Prepared(
    lambda posts: Post.objects.filter(among("id", posts)).values_list("id", "role"), several="posts", posts=UUIDField()
)
# A child's record seldom comes from more posts than these.
FEW = 16


def facts_of(child_id: UUID) -> tuple[tuple[Fact, ...], dict[str, Mapping[str, Any]]]:
    """All facts of a child in their order, and the results by entry."""
    entries = ledger.facts(Owner("child", child_id))
    results = results_of(child_id)
    return as_facts(entries, results), results


def results_of(child_id: UUID) -> dict[str, Mapping[str, Any]]:
    """What the definitions made of a child's entries, by entry."""
    return {str(entry): data for entry, data in RESULTS.rows(child=child_id)}


def as_facts(entries: Iterable[Entry], results: Mapping[str, Mapping[str, Any]]) -> tuple[Fact, ...]:
    """Entries joined with their results; the role is that of the post each was recorded from."""
    rows = list(entries)
    posts = {row.post_id for row in rows if row.post_id}
    roles = dict(ROLES.rows(posts=sorted(posts))) if len(posts) <= FEW else dict(
        Post.objects.filter(id__in=posts).values_list("id", "role")
    )
    return tuple(
        Fact(
            id=str(row.id), seq=row.subject_seq, kind=row.kind, at=row.occurred_at, recorded_at=row.recorded_at,
            data=results.get(str(row.id), {}), person=str(row.person_id) if row.person_id else None,
            post=str(row.post_id) if row.post_id else None,
            role=roles.get(row.post_id, "") if row.post_id else "",
            supersedes=str(row.supersedes_id) if row.supersedes_id else None, correction=row.correction_kind,
        )
        for row in rows
    )
