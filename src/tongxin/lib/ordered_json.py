"""JSON kept as it was written: PostgreSQL's own type would sort the keys that pages list in order."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Base = models.Field[Any, Any]
else:
    Base = models.Field


class OrderedJSONField(Base):
    """A JSON value stored as text, its keys in their own order."""

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: Any, *args: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value
