"""Brings a rule to alternatives, so that a list can be fetched one indexed query at a time."""

from __future__ import annotations

from itertools import product

from tongxin.core.language import nodes
from tongxin.core.language.errors import RuleError
from tongxin.core.language.nodes import Node
from tongxin.core.language.rule import Rule

MOST = 64


def branches(rule: Rule) -> tuple[Rule, ...]:
    """Rules without any `or` at the top, of which at least one is true exactly when `rule` is."""
    found = _alternatives(rule.tree, negated=False)
    if len(found) > MOST:
        raise RuleError(0, f"条件展开后超过 {MOST} 支", "请拆成几条规则", text=rule.text)
    return tuple(
        Rule(rule.text, parts[0] if len(parts) == 1 else nodes.And(parts, at=rule.tree.at)) for parts in found
    )


def _alternatives(node: Node, *, negated: bool) -> list[tuple[Node, ...]]:
    match node:
        case nodes.Not(part=part):
            return _alternatives(part, negated=not negated)
        case nodes.Or(parts=parts) if not negated:
            return _either(parts, negated)
        case nodes.And(parts=parts) if negated:
            return _either(parts, negated)
        case nodes.And(parts=parts) | nodes.Or(parts=parts):
            return _both(parts, negated)
        case _:
            return [(nodes.Not(node, at=node.at) if negated else node,)]


def _either(parts: tuple[Node, ...], negated: bool) -> list[tuple[Node, ...]]:
    return [each for part in parts for each in _alternatives(part, negated=negated)]


def _both(parts: tuple[Node, ...], negated: bool) -> list[tuple[Node, ...]]:
    choices = [_alternatives(part, negated=negated) for part in parts]
    size = 1
    for each in choices:
        size *= len(each)
    if size > MOST:
        raise RuleError(parts[0].at, f"条件展开后超过 {MOST} 支", "请拆成几条规则")
    return [tuple(one for part in chosen for one in part) for chosen in product(*choices)]
