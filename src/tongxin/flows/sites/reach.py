"""Who sees which sites, who keeps them, and what holds in their county."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.flows.refusals import NotAllowed
from tongxin.places.models import Box, Site
from tongxin.places.rules import Places, places_in
from tongxin.rulebook import rules

SEE, KEEP, OPEN = "see_places", "keep_places", "open_boxes"


def county_of(viewer: Viewer) -> Division | None:
    """The county somebody works in; none above counties."""
    seat = viewer.seat
    if seat is None:
        return None
    found = Division.objects.filter(id=seat.division_id).values_list("county_id", flat=True).first()
    return Division.objects.filter(id=found).first() if found else None


def rules_for(viewer: Viewer, *, at: datetime) -> Places:
    """The rules where the viewer sits."""
    seat = viewer.seat
    return places_in(region=rules.region_of(seat.division_id) if seat else "", at=at)


def rules_of(county_id: int, *, at: datetime) -> Places:
    """The rules of a site's county."""
    return places_in(region=rules.region_of(county_id), at=at)


def in_reach(*, viewer: Viewer, at: datetime) -> QuerySet[Site]:
    """The sites of the viewer's county; above counties, those of their area."""
    found, inside = rules.access_rules(at=at), Q(pk__in=[])
    seats = [seat for seat in viewer.seats if found.may_do(role=seat.role, action=SEE)]
    places = Division.objects.in_bulk([seat.division_id for seat in seats])
    for seat in seats:
        county = places[seat.division_id].county_id
        inside |= Q(county_id=county) if county else Q(**{f"division__{seat.division_level}_id": seat.division_id})
    rows = Site.objects.filter(inside).select_related("organisation", "division")
    return rows.order_by("division__code", "kind", "name", "id")


def kept(*, viewer: Viewer, at: datetime) -> QuerySet[Site]:
    """The sites at and below the viewer's places that they keep."""
    found, inside = rules.access_rules(at=at), Q(pk__in=[])
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=KEEP):
            inside |= Q(**{f"division__{seat.division_level}_id": seat.division_id})
    return Site.objects.filter(inside).select_related("organisation", "division")


def site_for(*, site_id: UUID, viewer: Viewer, at: datetime) -> Site:
    """One site in reach; else there is no such page."""
    found = in_reach(viewer=viewer, at=at).filter(id=site_id).first()
    if found is None:
        raise NotAllowed
    return found


def kept_site(*, site_id: UUID, viewer: Viewer, at: datetime) -> Site:
    """One site to be changed, locked until the end of the transaction."""
    found = kept(viewer=viewer, at=at).select_for_update(of=("self",)).filter(id=site_id).first()
    if found is None:
        raise NotAllowed
    return found


def boxes_for(*, viewer: Viewer, at: datetime) -> QuerySet[Box]:
    """The boxes somebody may open: of the sites they keep, and of the school they work at."""
    mine = Q(site__in=kept(viewer=viewer, at=at).values("id"))
    if access.may_do(viewer=viewer, action=OPEN, at=at):
        bodies = Post.objects.filter(id__in=viewer.post_ids).values("organisation_id")
        mine |= Q(site__organisation_id__in=bodies)
    return Box.objects.filter(mine).select_related("site", "site__organisation", "site__division")


def must(viewer: Viewer, action: str, *, at: datetime) -> tuple[UUID, UUID]:
    """The person and the post that act, when one of their posts may."""
    if viewer.person_id is None or viewer.post_id is None or not access.may_do(viewer=viewer, action=action, at=at):
        raise NotAllowed
    return viewer.person_id, viewer.post_id
