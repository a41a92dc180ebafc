"""Whose money somebody reads: a desk that of its place, a body only what is its own.

A body that does work for a county sees its own contracts, the lists its posts made and the funds it may ask from; never
another body's, and no fund's book.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.flows.refusals import NotAllowed
from tongxin.funds.models import Fund, Payout, Request
from tongxin.funds.rules import TO_CHILD, Funds
from tongxin.programmes.models import Acceptance, Contract, Programme

OVERSEE = "oversee_funds"


def place_of(viewer: Viewer) -> int:
    """The place whose money somebody works with: a county, or the city or province of a post above counties."""
    if viewer.seat is None:
        raise NotAllowed
    found = Division.objects.filter(id=viewer.seat.division_id).values_list("county_id", flat=True).first()
    return found or viewer.seat.division_id


def is_desk(viewer: Viewer, *, at: datetime) -> bool:
    """Whether somebody reads all money of the place, not only what is their own body's."""
    return access.may_do(viewer=viewer, action=OVERSEE, at=at)


def own_posts(viewer: Viewer) -> list[UUID]:
    """The posts of the viewer's body."""
    return list(Post.objects.filter(organisation_id__in=viewer.organisation_ids).values_list("id", flat=True))


def contracts_within(rows: QuerySet[Contract], viewer: Viewer, *, at: datetime) -> QuerySet[Contract]:
    """The contracts that the viewer reads."""
    return rows if is_desk(viewer, at=at) else rows.filter(organisation_id__in=viewer.organisation_ids)


def programmes_within(rows: QuerySet[Programme], viewer: Viewer, *, at: datetime) -> QuerySet[Programme]:
    """The programmes in which the viewer reads at least a contract."""
    if is_desk(viewer, at=at):
        return rows
    own = Contract.objects.filter(organisation_id__in=viewer.organisation_ids)
    return rows.filter(id__in=own.values("programme_id"))


def payouts_within(rows: QuerySet[Payout], viewer: Viewer, *, at: datetime) -> QuerySet[Payout]:
    """The lists that the viewer reads: a body those that its posts made."""
    return rows if is_desk(viewer, at=at) else rows.filter(post_id__in=own_posts(viewer))


def requests_within(rows: QuerySet[Request], viewer: Viewer, *, at: datetime) -> QuerySet[Request]:
    """The requests that the viewer reads: a body its own, and those for its own contracts."""
    if is_desk(viewer, at=at):
        return rows
    paid = Acceptance.objects.filter(contract__organisation_id__in=viewer.organisation_ids)
    lists = Payout.objects.filter(post_id__in=own_posts(viewer))
    mine = Q(post_id__in=own_posts(viewer)) | Q(about_id__in=paid.values("id")) | Q(about_id__in=lists.values("id"))
    return rows.filter(mine)


def funds_within(rows: QuerySet[Fund], viewer: Viewer, found: Funds, *, at: datetime) -> QuerySet[Fund]:
    """The funds that the viewer reads: a body those it may ask from for children, and those that pay it."""
    if is_desk(viewer, at=at):
        return rows
    own = Contract.objects.filter(organisation_id__in=viewer.organisation_ids)
    paid = set(Programme.objects.filter(id__in=own.values("programme_id")).values_list("fund_id", flat=True))
    given = {id for id, purpose in found.purposes.items() if purpose.to == TO_CHILD}
    asked = {id for id, purposes in rows.order_by().values_list("id", "purposes") if given & set(purposes)}
    return rows.filter(id__in=paid | asked)
