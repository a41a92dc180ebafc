"""What a form made already: the same form sent twice makes a thing once, and nobody else's id is taken for it."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from tongxin.flows.refusals import NotAllowed

Thing = TypeVar("Thing", bound=Model)


def made_before(model: type[Thing], new_id: UUID | None, **same: Any) -> Thing | None:
    """The thing of this id, where `same` (who made it, of what) says that it is the same one; nothing where it is
    new.

    The caller holds the lock behind which others that make such things wait.

    Raises:
        NotAllowed: The id is something else's.
    """
    row = model._default_manager.filter(pk=new_id).first() if new_id else None
    if row is None:
        return None
    if any(getattr(row, name) != value for name, value in same.items()):
        raise NotAllowed
    return row
