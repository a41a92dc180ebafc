"""A rule that was read and checked, ready for every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from tongxin.core.language import nodes
from tongxin.core.language.check import VALUE_PREFIX, check
from tongxin.core.language.errors import RuleError
from tongxin.core.language.evaluate import Facts, compiled
from tongxin.core.language.facts import problem_with
from tongxin.core.language.grammar import read
from tongxin.core.language.nodes import Node, Scalar, type_of
from tongxin.core.language.scaled import check_size
from tongxin.core.language.types import KIND_ZH, Kind, Type, Vocabulary


@dataclass(frozen=True)
class Rule:
    """A checked rule: its text as written, its parts, and the type of its answer."""

    text: str
    tree: Node

    @property
    def type(self) -> Type:
        """What the rule gives: yes or no, a number, a date, a code."""
        return type_of(self.tree)

    @cached_property
    def run(self) -> Callable[[Facts], Any]:
        """The rule as a function of facts."""
        return compiled(self.tree)


def parse(
    text: str,
    *,
    vocabulary: Vocabulary,
    values: Mapping[str, Scalar] | None = None,
    gives: Kind | None = None,
) -> Rule:
    """The rule written in `text`, every word known and every type fitting.

    `values` fixes the dated constants at once; `gives` demands a kind of answer.
    """
    try:
        tree = check(read(text), vocabulary=vocabulary)
        check_size(tree)
        if gives is not None and type_of(tree).kind is not gives:
            found, wanted = KIND_ZH[type_of(tree).kind], KIND_ZH[gives]
            raise RuleError(0, f"这条规则给出的是{found}，这里要{wanted}", "请改写规则")
    except RuleError as error:
        raise RuleError(error.position, error.zh, error.cure, text=text) from None
    rule = Rule(text, tree)
    return rule if values is None else bind(rule, values=values)


def bind(rule: Rule, *, values: Mapping[str, Scalar]) -> Rule:
    """The rule with its dated constants replaced by the values of a day."""
    try:
        return Rule(rule.text, _bound(rule.tree, values))
    except RuleError as error:
        raise RuleError(error.position, error.zh, error.cure, text=rule.text) from None


def evaluate(rule: Rule, facts: Facts) -> Any:
    """The rule's answer for one case; None where the gaps leave it open."""
    return rule.run(facts)


def compile_rule(rule: Rule) -> Callable[[Facts], Any]:
    """The rule as a plain function, for use on many cases."""
    return rule.run


def names(rule: Rule) -> frozenset[str]:
    """The facts the rule asks for; fields of records are not among them."""
    found = (each for each in nodes.walk(rule.tree) if isinstance(each, nodes.Name))
    return frozenset(each.name for each in found if not each.in_row)


def value_names(rule: Rule) -> frozenset[str]:
    """The dated constants still to be fixed, without the prefix `value.`."""
    return frozenset(each.name for each in nodes.walk(rule.tree) if isinstance(each, nodes.Constant))


def _bound(node: Node, values: Mapping[str, Scalar]) -> Node:
    if isinstance(node, nodes.Constant):
        return _literal(node, values)
    changes: dict[str, Any] = {}
    for each in fields(node):
        part = getattr(node, each.name)
        if isinstance(part, tuple):
            changes[each.name] = tuple(_bound(one, values) for one in part)
        elif isinstance(part, Node):
            changes[each.name] = _bound(part, values)
    return replace(node, **changes) if changes else node


def _literal(constant: nodes.Constant, values: Mapping[str, Scalar]) -> Node:
    name, fact = constant.name, constant.fact
    if name not in values:
        raise RuleError(constant.at, f"这一天没有常数 {VALUE_PREFIX}{name}", "请在 values 中补上这一天的值")
    value = values[name]
    if fact.type.kind is Kind.DECIMAL and type(value) is int:
        value = Decimal(value)
    if problem := problem_with(value, fact):
        raise RuleError(constant.at, f"常数 {VALUE_PREFIX}{name} 的值不对：{problem}", "请核对 values 中的值")
    return nodes.Literal(value, fact.type, fact.zh, at=constant.at)
