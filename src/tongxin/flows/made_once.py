"""What a form made already: the same form sent twice makes a thing once, and nobody else's id is taken for it."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model

from tongxin.flows.refusals import NotAllowed

Thing = TypeVar("Thing", bound=Model)
Given = ParamSpec("Given")
Made = TypeVar("Made")


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


def made_once(act: Callable[Given, Made]) -> Callable[Given, Made]:
    """An act of one transaction that finds by its id what it made before, also when the same form comes twice at the
    same moment: the second one waits for the first, fails on its id, and looks again."""

    @functools.wraps(act)
    def acted(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        try:
            with transaction.atomic():
                return act(*args, **kwargs)
        except IntegrityError:
            with transaction.atomic():
                return act(*args, **kwargs)

    return acted
