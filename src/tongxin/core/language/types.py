"""What a rule may talk about: facts, their types, their names for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

# Ten-digit numbers never occur in a rule; with this bound every product that the checker lets pass
# fits 64 bits on all engines.
NUMBER_LIMIT = 1_000_000_000
MOST_PLACES = 6


class Kind(StrEnum):
    """The seven kinds of value that a rule knows."""

    BOOL = "bool"
    INT = "int"
    DECIMAL = "decimal"
    DATE = "date"
    CODE = "code"
    SET = "set"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Type:
    """A kind, with the decimal places of a number or the fields of a list's records."""

    kind: Kind
    scale: int = 0
    fields: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not 0 <= self.scale <= MOST_PLACES:
            raise ValueError(f"小数位数只能是 0 至 {MOST_PLACES}")
        nested = [name for name, fact in self.fields.items() if fact.type.kind in (Kind.SET, Kind.RECORDS)]
        if nested:
            raise ValueError(f"列表的字段不能再是集合或列表：{'、'.join(nested)}")

    @property
    def is_number(self) -> bool:
        """Whether one can count with it."""
        return self.kind in (Kind.INT, Kind.DECIMAL)

    def __str__(self) -> str:
        return f"decimal({self.scale})" if self.kind is Kind.DECIMAL else str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that can be known about a case; sealed unless somebody said otherwise."""

    type: Type
    zh: str
    sealed: bool = True
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The facts a rule may name and the dated constants it may use as `value.<name>`."""

    facts: Mapping[str, Fact]
    values: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


BOOL = Type(Kind.BOOL)
INT = Type(Kind.INT)
DATE = Type(Kind.DATE)
CODE = Type(Kind.CODE)
SET = Type(Kind.SET)

KIND_ZH = {
    Kind.BOOL: "是否",
    Kind.INT: "整数",
    Kind.DECIMAL: "小数",
    Kind.DATE: "日期",
    Kind.CODE: "代码",
    Kind.SET: "代码集合",
    Kind.RECORDS: "列表",
}


def decimal(scale: int) -> Type:
    """A number with exactly `scale` places behind the point."""
    return Type(Kind.DECIMAL, scale=scale)


def records(fields: Mapping[str, Fact]) -> Type:
    """A list of records with these fields."""
    return Type(Kind.RECORDS, fields=MappingProxyType(dict(fields)))


def read_type(text: str) -> Type:
    """The type written as `int`, `decimal(2)`, `code` … in a definition."""
    if match := re.fullmatch(r"decimal\((\d)\)", text):
        return decimal(int(match[1]))
    simple = {str(each.kind): each for each in (BOOL, INT, DATE, CODE, SET)}
    if text not in simple:
        raise ValueError(f"不认识的类型 {text!r}：可写 bool、int、decimal(位数)、date、code、set")
    return simple[text]
