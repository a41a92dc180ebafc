"""Children who live together: a danger about the home concerns each of them (spine A10)."""

from django.db.models import QuerySet

from tongxin.people.models import Child


def living_with(child: Child) -> QuerySet[Child]:
    """The other children of a child's household."""
    if child.household_id is None:
        return Child.objects.none()
    return Child.objects.filter(household_id=child.household_id).exclude(id=child.id)
