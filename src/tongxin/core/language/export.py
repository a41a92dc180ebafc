"""Hands a checked rule to the browser as JSON."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from tongxin.core.language import nodes
from tongxin.core.language.errors import RuleError
from tongxin.core.language.nodes import Node
from tongxin.core.language.rule import Rule
from tongxin.core.language.scaled import scaled
from tongxin.core.language.words import zh

_SAFE_NUMBER = 2**53 - 1


def to_json(rule: Rule) -> dict[str, Any]:
    """The rule as plain data for `pwa/core/language/evaluate.js`, each condition with its Chinese wording."""
    try:
        tree = _condition(rule.tree)
    except RuleError as error:
        raise RuleError(error.position, error.zh, error.cure, text=rule.text) from None
    return {"text": rule.text, "type": str(rule.type.kind), "scale": rule.type.scale, "tree": tree}


def _condition(node: Node) -> dict[str, Any]:
    match node:
        case nodes.And(parts=parts) | nodes.Or(parts=parts):
            kind = "and" if isinstance(node, nodes.And) else "or"
            return {"node": kind, "parts": [_condition(part) for part in parts]}
        case nodes.Not(part=nodes.And() | nodes.Or() | nodes.Not() as part):
            return {"node": "not", "part": _condition(part)}
        case _:
            return {**_plain(scaled(node)), "zh": zh(node)}


def _plain(node: Node) -> dict[str, Any]:
    match node:
        case nodes.Name(name=name, fact=fact, in_row=in_row):
            kind, scale = str(fact.type.kind), fact.type.scale
            return {"node": "name", "name": name, "type": kind, "scale": scale, "row": in_row}
        case nodes.Literal(value=value, type=type_):
            return {"node": "literal", "type": str(type_.kind), "value": _value(value)}
        case nodes.Constant(name=name, at=at):
            raise RuleError(at, f"常数 value.{name} 还没有按日期取值", "请先用 bind 代入当日的值")
    found: dict[str, Any] = {"node": _NODES[type(node)]}
    for each in fields(node):
        part = getattr(node, each.name)
        if isinstance(part, tuple):
            found[each.name] = [_plain(one) for one in part]
        elif isinstance(part, str):
            found[each.name] = part
        elif each.name != "at":
            found[each.name] = _plain(part)
    return found


def _value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    is_large = isinstance(value, int) and abs(value) > _SAFE_NUMBER
    return str(value) if is_large else value


_NODES: dict[type, str] = {
    nodes.Not: "not",
    nodes.And: "and",
    nodes.Or: "or",
    nodes.Compare: "compare",
    nodes.In: "in",
    nodes.Between: "between",
    nodes.Member: "member",
    nodes.Overlaps: "overlaps",
    nodes.Missing: "missing",
    nodes.Tally: "tally",
    nodes.Extreme: "extreme",
    nodes.Arithmetic: "arithmetic",
    nodes.Age: "age",
    nodes.DaysSince: "days_since",
}
