"""One operation of the API: its address, its scope, what it takes and gives. The document is made of these alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.flows.exchange_calls import Caller, Turned

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "format": "uuid"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
NUMBER: Schema = {"type": "integer"}


@dataclass(frozen=True, slots=True)
class Call:
    """What came in: who calls, when, and what the address, the query and the body say."""

    caller: Caller
    at: datetime
    path: Mapping[str, UUID]
    query: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; `body` and `query` are made for a moment, since forms and lists are those in force."""

    id: str
    method: str
    path: str
    scope: str
    zh: str
    gives: Schema
    run: Callable[[Call], Mapping[str, Any]]
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Callable[[datetime], Schema] | None = None
    media_type: str = "application/json"

    @property
    def status(self) -> int:
        return 201 if self.method == "POST" else 200


def thing(required: Mapping[str, Schema], zh: str = "", *, optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these members."""
    said = {"description": zh} if zh else {}
    return {
        "type": "object", **said, "required": sorted(required), "additionalProperties": False,
        "properties": {**required, **(optional or {})},
    }


def several(item: Schema) -> Schema:
    """One page of a list, with where the next begins (empty after the last)."""
    return thing({"items": {"type": "array", "items": item}, "next": TEXT})


def not_found() -> Turned:
    """What is not there looks like what may not be seen."""
    return Turned(404, "not_found", "没有这一条，或者不在这个接口能看的范围里。")
