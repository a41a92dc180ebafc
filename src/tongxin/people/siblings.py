"""Children who live together: a danger about the home concerns each of them (spine A10)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from tongxin.lib import together
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child

LIVING_THERE = Prepared(lambda household: Child.objects.filter(household_id=household), household=UUIDField())


def has_siblings(child: Child) -> bool:
    """Whether other children live in a child's household."""
    return any(each.id != child.id for each in housemates(child))


def housemates(child: Child) -> list[Child]:
    """All children of a child's household, the child among them; nobody where no household is known."""
    return LIVING_THERE.rows(household=child.household_id) if child.household_id else []


def read_ahead(children: Iterable[Child]) -> list[Child]:
    """Everybody in the households of some children, for the pieces that are done together about them."""
    found: dict[UUID, list[Child]] = {each.household_id: [] for each in children if each.household_id}
    for child in Child.objects.filter(household_id__in=list(found)) if found else ():
        if child.household_id:
            found[child.household_id].append(child)
    for household, mates in found.items():
        together.learn(LIVING_THERE.question(household=household), mates)
    return [child for mates in found.values() for child in mates]


def living_with(child: Child) -> QuerySet[Child]:
    """The other children of a child's household."""
    if child.household_id is None:
        return Child.objects.none()
    return Child.objects.filter(household_id=child.household_id).exclude(id=child.id)
