"""Who lives together, from which entry on; an entry that is taken back leaves everybody where they were before."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongxin import vault
from tongxin.accounts.models import places_of
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids
from tongxin.people.models import Child, Household, Membership
from tongxin.people.standing import day_of


def leave_household(*, child: Child, actor: Viewer, at: datetime, entry_id: UUID | None = None) -> None:
    """The child no longer lives in the household it was in; that it did stays on record."""
    del actor
    child.memberships.filter(to_on__isnull=True).update(to_on=day_of(at), ended_by=entry_id)
    _live_in(child, None)


def join_household(
    *, children: list[Child], actor: Viewer, at: datetime, household: Household | None = None,
    entry_id: UUID | None = None,
) -> Household:
    """One household for children who live together; whoever was in another leaves it."""
    del actor
    first = children[0]
    if household is None:
        household = Household(id=ids.new_id(), created_at=at)
        vault.create_keys([household.key_owner], at=at)
        for column, place in places_of(first).items():
            setattr(household, column, place)
        household.save(force_insert=True)
    for child in children:
        others = child.memberships.filter(to_on__isnull=True).exclude(household=household)
        others.update(to_on=day_of(at), ended_by=entry_id)
        if child.household_id != household.id:
            household.memberships.create(child=child, from_on=day_of(at), entry_id=entry_id)
            _live_in(child, household)
    return household


def undo(*, entry_id: UUID) -> None:
    """Who was put together by an entry was not, and who left by it did not; what came later by others stands."""
    touched = Membership.objects.filter(Q(entry_id=entry_id) | Q(ended_by=entry_id), child__isnull=False)
    children = list(Child.objects.filter(id__in=touched.values_list("child_id", flat=True)).order_by("id"))
    Membership.objects.filter(entry_id=entry_id).delete()
    for child in children:
        ended = child.memberships.filter(ended_by=entry_id)
        if child.memberships.filter(to_on__isnull=True).exists():
            ended.update(ended_by=None)
        else:
            ended.update(to_on=None, ended_by=None)
        home = child.memberships.filter(to_on__isnull=True).select_related("household").first()
        _live_in(child, home.household if home else None)


def _live_in(child: Child, household: Household | None) -> None:
    child.household = household
    child.save(update_fields=["household"])
