"""Who has an interest in a child's case: whoever wrote in the file, answered for a task, or is kept from the child."""

from datetime import datetime
from uuid import UUID

from tongxin.access import scope
from tongxin.access.relations import recused_from
from tongxin.accounts.models import Holding
from tongxin.cases.models import Task
from tongxin.ledger.models import Entry


def has_interest(person_id: UUID, child_id: UUID, *, at: datetime) -> bool:
    """Whether somebody served a child or may not judge about them."""
    # Looked at past the second wall: who may not see the child may all the same have served them once.
    with scope.widened():
        if Entry.objects.filter(subject_id=child_id, person_id=person_id).exists():
            return True
        posts = Holding.objects.filter(person_id=person_id).values_list("post_id", flat=True)
        tasks = Task.objects.filter(case_id=child_id)
        if tasks.filter(owner_person_id=person_id).exists() or tasks.filter(post_id__in=list(posts)).exists():
            return True
    return person_id in recused_from(child_id=child_id, at=at)
