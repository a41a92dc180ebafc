"""What `definitions/asks` says: how somebody asks for a child whose file is kept elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

Span = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Asks:
    """How somebody asks for a child whose file is kept elsewhere."""

    means: str
    kinds: Mapping[str, str]
    forms: Mapping[str, str]
    fields: tuple[Field, ...]
    answers: tuple[str, ...]
    spans: Mapping[bool, Mapping[str, Span]]
    refused: Mapping[str, str]


def asks_in(*, region: str, at: datetime) -> Asks:
    """The rules of a county for asking."""
    return shipped.read_in_force(_asks, "asks", "asks", region=region, at=at)


def _asks(content: Mapping[str, Any]) -> Asks:
    return Asks(
        means=content["means"], kinds=words_of(content["kinds"]),
        forms={each["id"]: each["form"] for each in content["kinds"]}, fields=fields_in(content["fields"], {}),
        answers=tuple(content["answers"]),
        spans={said == "yes": spans for said, spans in content["spans"].items()}, refused=words_of(content["refused"]),
    )
