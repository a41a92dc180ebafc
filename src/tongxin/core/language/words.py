"""Says a rule in Chinese, with the names people know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from tongxin.core.language import nodes
from tongxin.core.language.nodes import Node, type_of
from tongxin.core.language.types import Fact, Kind

_OPERATORS = {
    "==": "是", "!=": "不是", ">=": "不低于", "<=": "不超过", ">": "超过", "<": "低于", "+": "+", "-": "-", "*": "×",
}
_NEGATIVES = {"==": "!=", "!=": "==", ">=": "<", "<=": ">", ">": "<=", "<": ">="}
_TALLIES = {"count": "中符合的条数", "any": "中至少一条", "all": "中每一条"}


def zh(node: Node) -> str:
    """The rule, or a part of it, as a Chinese reader would say it."""
    match node:
        case nodes.Name(fact=fact):
            return f"“{fact.zh}”"
        case nodes.Literal(value=value, label=label):
            return _constant(value, label)
        case nodes.Constant(fact=fact):
            return f"“{fact.zh}”"
        case nodes.Word(name=name):
            return name
        case nodes.Not(part=part):
            return _negative(part)
        case nodes.And(parts=parts):
            return "，且".join(_grouped(part) for part in parts)
        case nodes.Or(parts=parts):
            return "，或".join(_grouped(part) for part in parts)
        case nodes.Compare(op=op, left=left, right=right):
            return f"{zh(left)} {_OPERATORS[op]} {zh(right)}"
        case nodes.In(item=item, choices=choices):
            return f"{zh(item)}属于（{_listed(choices)}）"
        case nodes.Between(item=item, low=low, high=high):
            return f"{zh(item)}在 {zh(low)} 至 {zh(high)} 之间"
        case nodes.Member(item=item, source=source):
            return f"{zh(source)}包括{zh(item)}"
        case nodes.Overlaps(source=source, choices=choices):
            return f"{zh(source)}包括（{_listed(choices)}）中的至少一项"
        case nodes.Missing(item=item):
            return f"{zh(item)}未填"
        case nodes.Arithmetic(op=op, left=left, right=right):
            return f"（{zh(left)} {_OPERATORS[op]} {zh(right)}）"
        case nodes.Age(birth=birth, on=on):
            return f"{zh(birth)}至{zh(on)}的周岁"
        case nodes.DaysSince(since=since, on=on):
            return f"{zh(since)}至{zh(on)}的天数"
        case nodes.Tally(kind=kind, source=source, where=where):
            return f"{zh(source)}{_TALLIES[kind]}{_where(where)}"
        case nodes.Extreme(kind=kind, of=of, source=source, where=where):
            edge = "最大" if kind == "max" else "最小"
            return f"{zh(source)}{_where(where)}中{zh(of)}的{edge}值"
        case _:
            assert_never(node)


def value_zh(value: Any, fact: Fact) -> str:
    """What somebody answered, as the form calls it."""
    match fact.type.kind:
        case _ if value is None:
            return "未填"
        case Kind.BOOL:
            return "是" if value else "否"
        case Kind.CODE:
            return fact.options.get(value, str(value))
        case Kind.SET:
            return "、".join(fact.options.get(each, str(each)) for each in sorted(value)) or "无"
        case Kind.RECORDS:
            return f"{len(value)} 条"
        case _:
            return str(value)


def _constant(value: bool | int | Decimal | date | str, label: str) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return label or value
    return f"{label} {value}" if label else str(value)


def _listed(choices: tuple[Node, ...]) -> str:
    return "、".join(zh(each) for each in choices)


def _where(where: Node) -> str:
    always = isinstance(where, nodes.Literal) and where.value is True
    return "" if always else f"（{zh(where)}）"


def _negative(part: Node) -> str:
    match part:
        case nodes.Missing(item=item):
            return f"{zh(item)}已填"
        case nodes.Compare(op=op, left=left, right=right) if type_of(left).kind is not Kind.BOOL:
            return f"{zh(left)} {_OPERATORS[_NEGATIVES[op]]} {zh(right)}"
        case nodes.In(item=item, choices=choices):
            return f"{zh(item)}不属于（{_listed(choices)}）"
        case nodes.Member(item=item, source=source):
            return f"{zh(source)}不包括{zh(item)}"
        case _:
            return f"并非（{zh(part)}）"


def _grouped(part: Node) -> str:
    return f"（{zh(part)}）" if isinstance(part, nodes.And | nodes.Or) else zh(part)
