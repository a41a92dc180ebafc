"""One way to write a value down, so that the same content always gives the same bytes."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models


def text(content: Any) -> str:
    """JSON with sorted keys and no spaces; dates, decimals and ids as text."""
    return _ENCODER.encode(content)


def moment(at: datetime) -> str:
    """A moment in UTC to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _plain(value: Any) -> str | list[Any]:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date | Decimal | UUID):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} can't be written down")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


class CanonicalField(models.TextField):  # type: ignore[type-arg]
    """A JSON value stored as its canonical text, so that what is hashed is what is stored."""

    def from_db_value(self, value: Any, *args: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else text(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value
