"""Children who live together: a danger about the home concerns each of them (spine A10)."""

from django.db.models import QuerySet, UUIDField

from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child

LIVING_THERE = Prepared(lambda household: Child.objects.filter(household_id=household), household=UUIDField())


def has_siblings(child: Child) -> bool:
    """Whether other children live in a child's household."""
    return any(each.id != child.id for each in housemates(child))


def housemates(child: Child) -> list[Child]:
    """All children of a child's household, the child among them; nobody where no household is known."""
    return LIVING_THERE.rows(household=child.household_id) if child.household_id else []


def living_with(child: Child) -> QuerySet[Child]:
    """The other children of a child's household."""
    if child.household_id is None:
        return Child.objects.none()
    return Child.objects.filter(household_id=child.household_id).exclude(id=child.id)
