"""Who stands in which relation to a child, from–to: let in, barred, and no longer either."""

from datetime import datetime
from uuid import UUID

from tongxin.access.models import Relation
from tongxin.accounts.viewers import held


def recused_from(*, child_id: UUID, at: datetime) -> frozenset[UUID]:
    """The people who are barred from one child at a moment: relatives, and whoever is accused (spine A10)."""
    rows = Relation.objects.filter(held(at), child_id=child_id, relation=Relation.RECUSED)
    return frozenset(person for person in rows.values_list("person_id", flat=True) if person is not None)


def recuse(*, child_id: UUID, person_id: UUID, at: datetime) -> bool:
    """Bar somebody from a child from now on; False when they are already."""
    if person_id in recused_from(child_id=child_id, at=at):
        return False
    Relation.objects.create(child_id=child_id, relation=Relation.RECUSED, person_id=person_id, from_at=at)
    return True


def end(*, child_id: UUID, relation: str, at: datetime, source_id: UUID | None = None) -> int:
    """How many relations of a kind ended at a moment, all of them or those that stand on one entry."""
    rows = Relation.objects.filter(child_id=child_id, relation=relation).exclude(to_at__lte=at)
    if source_id is not None:
        rows = rows.filter(source_id=source_id)
    return rows.update(to_at=at)
