"""Whose referrals somebody may read: a receiver those that come to them, not what was asked of other bodies."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access.relations import SHOWN
from tongxin.access.selectors import READ
from tongxin.accounts.viewers import Viewer
from tongxin.ledger.models import Entry
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules

PART = "referral"
# Through these somebody comes to one matter of a child, not to the child's whole care.
FOR_ONE_MATTER = frozenset({"referred", "department_task", "teaches", "screened", "broke_glass", *SHOWN})


def of_others(*, child_id: UUID, viewer: Viewer, at: datetime) -> frozenset[str]:
    """The ids of the child's referrals that concern other bodies only; none for those who lead the care."""
    if not _is_for_one_matter(viewer, at):
        return frozenset()
    theirs = set(Referral.objects.filter(_of(viewer), child_id=child_id).values_list("entry_id", flat=True))
    rows = Referral.objects.filter(child_id=child_id).values_list("entry_id", flat=True)
    return frozenset(str(entry) for entry in rows if entry not in theirs)


def own(rows: QuerySet[Referral], *, viewer: Viewer, at: datetime) -> QuerySet[Referral]:
    """Of some referrals those that concern the viewer; all for those who lead the care."""
    return rows.filter(_of(viewer)) if _is_for_one_matter(viewer, at) else rows


def _of(viewer: Viewer) -> Q:
    return Q(to_organisation_id__in=viewer.organisation_ids) | Q(from_post_id__in=viewer.post_ids)


def _is_for_one_matter(viewer: Viewer, at: datetime) -> bool:
    """Whether somebody reads referrals only of children who came to them by one."""
    found = rules.access_rules(at=at)
    through = {
        relation for role in viewer.roles for relation in found.relations(role=role, part=PART, action=READ)
    }
    return not viewer.is_worker and bool(through) and not through - FOR_ONE_MATTER


def without(entries: Iterable[Entry], others: frozenset[str]) -> list[Entry]:
    """The entries that are neither one of these referrals, nor an answer to one, nor a version of either."""
    gone: set[str] = set(others)
    kept = []
    for entry in entries:
        if {str(entry.id), str(entry.clear.get("about", "")), str(entry.supersedes_id)} & gone:
            gone.add(str(entry.id))
        else:
            kept.append(entry)
    return kept
