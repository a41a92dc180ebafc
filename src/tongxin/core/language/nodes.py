"""The parts a rule is made of once it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from tongxin.core.language.types import BOOL, INT, Fact, Kind, Type, decimal

Scalar = bool | int | Decimal | date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Knows where in the text it stands; two equal parts at different places are equal."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word(_Placed):
    """A bare word, before the checker knows whether it is a fact or a code."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal(_Placed):
    """A constant; `label` is what people call it."""

    value: Scalar
    type: Type
    label: str = ""


@dataclass(frozen=True, slots=True)
class Name(_Placed):
    """A fact, or a field of the record at hand."""

    name: str
    fact: Fact
    in_row: bool = False


@dataclass(frozen=True, slots=True)
class Constant(_Placed):
    """A dated constant that has not yet been fixed for a day."""

    name: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Not(_Placed):
    part: Node


@dataclass(frozen=True, slots=True)
class And(_Placed):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(_Placed):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(_Placed):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(_Placed):
    item: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(_Placed):
    item: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Member(_Placed):
    item: Node
    source: Node


@dataclass(frozen=True, slots=True)
class Overlaps(_Placed):
    source: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Missing(_Placed):
    item: Node


@dataclass(frozen=True, slots=True)
class Tally(_Placed):
    """How many records fulfil the condition, or whether any or all of them do."""

    kind: OneOf["count", "any", "all"]
    source: Node
    where: Node


@dataclass(frozen=True, slots=True)
class Extreme(_Placed):
    """The least or the greatest of something among the records that fulfil the condition."""

    kind: OneOf["min", "max"]
    of: Node
    source: Node
    where: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(_Placed):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Age(_Placed):
    """Completed years on a day; who was born on 29 February turns on 1 March in common years."""

    birth: Node
    on: Node


@dataclass(frozen=True, slots=True)
class DaysSince(_Placed):
    since: Node
    on: Node


Node = (
    Word | Literal | Name | Constant | Not | And | Or | Compare | In | Between | Member | Overlaps
    | Missing | Tally | Extreme | Arithmetic | Age | DaysSince
)  # fmt: skip


def type_of(node: Node) -> Type:
    """The type of what `node` gives."""
    match node:
        case Literal(type=type_):
            return type_
        case Name(fact=fact) | Constant(fact=fact):
            return fact.type
        case Arithmetic(op=op, left=left, right=right):
            one, two = type_of(left).scale, type_of(right).scale
            scale = one + two if op == "*" else max(one, two)
            return decimal(scale) if scale else INT
        case Extreme(of=of):
            return type_of(of)
        case Tally(kind="count") | Age() | DaysSince():
            return INT
        case _:
            return BOOL


def children(node: Node) -> Iterator[Node]:
    """The parts directly inside `node`, in the order of the text."""
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, tuple):
            yield from value
        elif isinstance(value, _Placed):
            yield value  # type: ignore[misc]


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything inside it."""
    yield node
    for child in children(node):
        yield from walk(child)


def is_condition(node: Node) -> bool:
    """Whether `node` says yes or no."""
    return type_of(node).kind is Kind.BOOL
