"""Where children live, for rows that have no place columns of their own."""

from typing import Any

from django.apps import apps
from django.db.models import QuerySet


def child_places() -> QuerySet[Any]:
    """The children with their ancestor columns; named late, since people stand above access."""
    model: Any = apps.get_model("people", "Child")
    return model.objects.order_by()  # type: ignore[no-any-return]
