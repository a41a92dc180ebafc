"""Turns decimals into whole numbers, so that no engine ever rounds.

A decimal with two places is read as hundredths; where two scales meet, the coarser side is multiplied
by a power of ten.
"""

from __future__ import annotations

from dataclasses import replace

from tongxin.core.language import nodes
from tongxin.core.language.errors import INEXACT, LESS, RuleError
from tongxin.core.language.nodes import Node, type_of
from tongxin.core.language.types import INT, NUMBER_LIMIT, Kind

LARGEST = 9_000_000_000_000_000_000  # what 64 bits hold with a sign


def scaled(node: Node) -> Node:
    """The same rule over whole numbers; a decimal fact stands for its scaled value."""
    match node:
        case nodes.Compare(left=left, right=right):
            scale = _common(left, right)
            return replace(node, left=_raised(left, scale), right=_raised(right, scale))
        case nodes.Between(item=item, low=low, high=high):
            scale = _common(item, low, high)
            item, low, high = (_raised(each, scale) for each in (item, low, high))
            return replace(node, item=item, low=low, high=high)
        case nodes.In(item=item, choices=choices):
            scale = _common(item, *choices)
            return replace(
                node, item=_raised(item, scale), choices=tuple(_raised(each, scale) for each in choices)
            )
        case nodes.Arithmetic(op=op, left=left, right=right):
            if op == "*":
                return replace(node, left=scaled(left), right=scaled(right))
            scale = _common(left, right)
            return replace(node, left=_raised(left, scale), right=_raised(right, scale))
        case nodes.And(parts=parts) | nodes.Or(parts=parts):
            return replace(node, parts=tuple(scaled(part) for part in parts))
        case nodes.Not(part=part):
            return replace(node, part=scaled(part))
        case nodes.Missing(item=item):
            return replace(node, item=scaled(item))
        case nodes.Tally(where=where):
            return replace(node, where=scaled(where))
        case nodes.Extreme(of=of, where=where):
            return replace(node, of=scaled(of), where=scaled(where))
        case nodes.Literal(type=type_, value=value) if type_.kind is Kind.DECIMAL:
            return nodes.Literal(int(value * 10**type_.scale), INT, at=node.at)
        case _:
            return node


def check_size(tree: Node) -> None:
    """Refuses sums and products that could leave 64 bits."""
    for node in nodes.walk(scaled(tree)):
        if type_of(node).is_number and _bound(node) > LARGEST:
            raise RuleError(node.at, INEXACT, LESS)


def _bound(node: Node) -> int:
    match node:
        case nodes.Literal(value=int(value)):
            return abs(value)
        case nodes.Arithmetic(op=op, left=left, right=right):
            one, two = _bound(left), _bound(right)
            return one * two if op == "*" else one + two
        case nodes.Extreme(of=of):
            return _bound(of)
        case _:
            return NUMBER_LIMIT


def _common(*parts: Node) -> int:
    return max(type_of(part).scale for part in parts)


def _raised(node: Node, scale: int) -> Node:
    missing = scale - type_of(node).scale
    whole = scaled(node)
    if not missing:
        return whole
    if isinstance(whole, nodes.Literal):
        return nodes.Literal(int(whole.value) * 10**missing, INT, at=node.at)  # type: ignore[arg-type]
    return nodes.Arithmetic("*", whole, nodes.Literal(10**missing, INT, at=node.at), at=node.at)
