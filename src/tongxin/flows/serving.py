"""Who serves one child: each organisation and post outside its own line, since when, for what, and what of the file
they read for it. Each sees the file at its own limits; only who leads the care sees them together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongxin.access.models import Relation
from tongxin.access.relations import SEES, SHOWN
from tongxin.accounts.models import Organisation, Post
from tongxin.referrals.models import Referral

# Why somebody is let in to one child; the line of its village, town and county needs no such reason.
SERVES = (
    Relation.REFERRED, Relation.DEPARTMENT_TASK, Relation.TEACHES, Relation.OWN_CASE, Relation.COUNSELS, "transferred",
)
MOST = 60


@dataclass(frozen=True, slots=True)
class Serving:
    """One organisation or post with one purpose, from–to; `sees` are parts of the file given beside its own matter."""

    relation: str
    organisation_id: int | None
    organisation: str
    post_id: UUID | None
    post: str
    from_at: datetime
    to_at: datetime | None
    referral_kind: str = ""
    referral_id: UUID | None = None
    sees: tuple[str, ...] = ()

    def is_over(self, at: datetime) -> bool:
        return self.to_at is not None and self.to_at <= at


def serving(*, child_id: UUID, at: datetime) -> list[Serving]:
    """Who serves the child now, the longest first, then who did before, the latest first.

    For whoever leads the child's care: the caller has asked for the part `log`, which says who comes to the file.
    """
    rows = list(Relation.objects.filter(child_id=child_id, relation__in=(*SERVES, *SHOWN), from_at__lte=at)[:MOST * 5])
    bodies, posts = _bodies(rows), _posts(rows)
    shown: dict[tuple[UUID | None, int | None], set[str]] = defaultdict(set)
    for row in rows:
        if row.relation in SHOWN:
            shown[row.source_id, row.organisation_id].add(row.relation.removeprefix(SEES))
    sources = [row.source_id for row in rows if row.relation == Relation.REFERRED and row.source_id]
    kinds = dict(Referral.objects.filter(entry_id__in=sources).values_list("entry_id", "kind"))
    found = []
    for row in rows:
        if row.relation not in SERVES:
            continue
        post = posts.get(row.post_id) if row.post_id else None
        body_id = row.organisation_id or (post.organisation_id if post else None)
        is_referral = row.source_id in kinds
        found.append(Serving(
            row.relation, body_id, bodies.get(body_id or 0, ""), row.post_id, post.title if post else "", row.from_at,
            row.to_at, kinds.get(row.source_id, "") if row.source_id else "", row.source_id if is_referral else None,
            tuple(sorted(shown[row.source_id, row.organisation_id])) if is_referral else (),
        ))
    return _in_order(found, at)


def _in_order(found: Iterable[Serving], at: datetime) -> list[Serving]:
    rows = sorted(found, key=lambda each: each.from_at)
    now = [each for each in rows if not each.is_over(at)]
    return [*now, *sorted((each for each in rows if each.is_over(at)), key=lambda each: each.from_at, reverse=True)]


def _posts(rows: Iterable[Relation]) -> dict[UUID, Post]:
    return Post.objects.in_bulk([row.post_id for row in rows if row.post_id])


def _bodies(rows: Iterable[Relation]) -> dict[int, str]:
    posts = Post.objects.filter(id__in=[row.post_id for row in rows if row.post_id])
    named = [*(row.organisation_id for row in rows), *posts.values_list("organisation_id", flat=True)]
    wanted = {each for each in named if each is not None}
    return dict(Organisation.objects.filter(id__in=wanted).values_list("id", "name"))
