"""The same for the same child: found across funds by purpose and span; how much a child has had of a ceiling."""

from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from tongxin.funds.models import Grant, Payout
from tongxin.people.models import Alias


def same_children(child_id: UUID) -> set[UUID]:
    """The files that were found to be of one child."""
    found, fresh = {child_id}, {child_id}
    while fresh:
        rows = Alias.objects.filter(Q(child_id__in=fresh) | Q(same_as_id__in=fresh), undone_by__isnull=True)
        met = {id for pair in rows.values_list("child_id", "same_as_id") for id in pair}
        fresh = met - found
        found |= met
    return found


def _like(child_id: UUID, payout: Payout) -> QuerySet[Grant]:
    rows = Grant.objects.filter(child_id__in=same_children(child_id), state__in=[Grant.LISTED, Grant.PAID])
    rows = rows.filter(payout__purpose=payout.purpose, payout__period=payout.period).exclude(payout=payout)
    return rows.exclude(payout__state=Payout.DROPPED)


def others_of(child_id: UUID, payout: Payout) -> int:
    """How many more there are of this purpose in this span, in whatever fund; none where nobody looks."""
    return _like(child_id, payout).count() if payout.period else 0


def taken_by(child_id: UUID, payout: Payout) -> int:
    """How much of the ceiling other pay-outs have taken, in 分."""
    return int(_like(child_id, payout).aggregate(all=Sum("amount"))["all"] or 0) if payout.period else 0
