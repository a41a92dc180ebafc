"""Of several files of one child the one that leads: where children are counted, each is counted once."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.people.models import Alias, Child


def leading(children: QuerySet[Child]) -> QuerySet[Child]:
    """The children without the files that go on in another one."""
    return children.filter(~Exists(_standing().filter(child_id=OuterRef("pk"))))


def once(children: QuerySet[Child]) -> QuerySet[Child]:
    """Each child once: a file that goes on in another one only where that one isn't among them."""
    other = _standing().filter(child_id=OuterRef("pk"), same_as__in=children.order_by().values("id"))
    return children.filter(~Exists(other))


def leaders(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The file in which each of some files goes on; nothing of those that lead."""
    return dict(_standing().filter(child_id__in=list(ids)).values_list("child_id", "same_as_id"))


def _standing() -> QuerySet[Alias]:
    return Alias.objects.filter(undone_by__isnull=True)
