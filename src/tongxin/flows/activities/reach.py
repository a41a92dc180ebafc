"""Which activities somebody has to do with, and what happened to them on record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts import county as counties
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.activities.models import Activity
from tongxin.activities.rules import rules_in
from tongxin.flows.pairing_companions import county_of, must, post_of
from tongxin.flows.refusals import NotAllowed
from tongxin.ledger.models import Event
from tongxin.vault import Owner

PLAN, APPROVE = "plan_activities", "approve_activities"
__all__ = [
    "APPROVE", "PLAN", "activities_for", "activity_for", "county_of", "desk_posts", "is_desk", "may_approve",
    "may_write", "must", "post_of", "tell", "town_of",
]


def town_of(viewer: Viewer) -> int | None:
    """The town somebody works in, if their place lies in one."""
    places = [viewer.seat.division_id] if viewer.seat else []
    return Division.objects.filter(id__in=places).values_list("town_id", flat=True).first()


def is_desk(viewer: Viewer, *, at: datetime) -> bool:
    """Whether somebody's post keeps the activities of the whole county."""
    return viewer.role in rules_in(county_of(viewer), at=at).desks


def desk_posts(county_id: int, *, at: datetime) -> list[UUID]:
    """The posts that keep a county's activities."""
    found = rules_in(county_id, at=at)
    return [post for role in found.desks for post in counties.posts_of(role, county_id=county_id)]


def activities_for(viewer: Viewer, *, at: datetime) -> QuerySet[Activity]:
    """All of the county for its desk; those of their town for who approves there; else those of one's own body."""
    if not any(access.may_do(viewer=viewer, action=each, at=at) for each in (PLAN, APPROVE)):
        raise NotAllowed
    rows = Activity.objects.filter(county_id=county_of(viewer)).select_related("organisation")
    if is_desk(viewer, at=at):
        return rows
    mine = Q(organisation_id__in=viewer.organisation_ids) | Q(post_id__in=viewer.post_ids)
    town = town_of(viewer)
    if town is not None and access.may_do(viewer=viewer, action=APPROVE, at=at):
        mine |= Q(town_id=town)
    return rows.filter(mine)


def activity_for(
    *, activity_id: UUID, viewer: Viewer, at: datetime, writes: bool = False, for_update: bool = False
) -> Activity:
    """One activity within reach; to write, of one's own body or in one's own hands."""
    rows = activities_for(viewer, at=at).filter(id=activity_id)
    row = rows.select_for_update(of=("self",)).first() if for_update else rows.first()
    if row is None or (writes and not may_write(row, viewer, at=at)):
        raise NotAllowed
    return row


def may_write(row: Activity, viewer: Viewer, *, at: datetime) -> bool:
    """Whether the activity is carried by the viewer's body."""
    is_own = row.post_id in viewer.post_ids or row.organisation_id in viewer.organisation_ids
    return is_own and access.may_do(viewer=viewer, action=PLAN, at=at)


def may_approve(row: Activity, viewer: Viewer, *, at: datetime) -> bool:
    """Whether the viewer decides on it: never on their own."""
    return row.person_id != viewer.person_id and access.may_do(viewer=viewer, action=APPROVE, at=at)


def tell(kind: str, actor: Viewer, at: datetime, /, **clear: Any) -> Event:
    """What somebody did, on record."""
    if actor.person_id is None:
        raise NotAllowed
    return ledger.record(
        kind=kind, subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
        clear={name: str(value) for name, value in clear.items()},
    )
