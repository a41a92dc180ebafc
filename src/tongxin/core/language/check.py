"""Gives every word of a rule its meaning and refuses what doesn't fit together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tongxin.core.language import nodes
from tongxin.core.language.errors import INEXACT, LESS, RuleError
from tongxin.core.language.nodes import Node, type_of
from tongxin.core.language.types import BOOL, CODE, INT, KIND_ZH, MOST_PLACES, Fact, Kind, Vocabulary

VALUE_PREFIX = "value."
_YES_NO = {"yes": True, "no": False}


def check(tree: Node, *, vocabulary: Vocabulary) -> Node:
    """The same rule with facts in the place of words; refuses unknown words and wrong types."""
    return _Checker(vocabulary).expression(tree)


class _Checker:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._row: Mapping[str, Fact] | None = None

    def condition(self, node: Node) -> Node:
        checked = self.expression(node)
        if type_of(checked).kind is not Kind.BOOL:
            raise RuleError(node.at, f"这里要一个条件，写的却是{_zh(checked)}", "请写成比较，如 total >= 20")
        return checked

    def number(self, node: Node) -> Node:
        checked = self.expression(node)
        if not type_of(checked).is_number:
            raise RuleError(node.at, f"这里要数字，写的却是{_zh(checked)}", "加减乘和大小只用于数字")
        return checked

    def day(self, node: Node) -> Node:
        checked = self.expression(node)
        if type_of(checked).kind is not Kind.DATE:
            raise RuleError(
                node.at, f"这里要日期，写的却是{_zh(checked)}", "请写日期事实，或 2026-03-01 这样的日子"
            )
        return checked

    def expression(self, node: Node) -> Node:
        at = node.at
        match node:
            case nodes.Word(name=name):
                return self.meaning(name, at)
            case nodes.Not(part=part):
                return nodes.Not(self.condition(part), at=at)
            case nodes.And(parts=parts):
                return nodes.And(tuple(self.condition(part) for part in parts), at=at)
            case nodes.Or(parts=parts):
                return nodes.Or(tuple(self.condition(part) for part in parts), at=at)
            case nodes.Compare():
                return self.comparison(node)
            case nodes.In(item=item, choices=choices):
                asked = self.expression(item)
                return nodes.In(asked, self.choices(asked, choices), at=at)
            case nodes.Between(item=item, low=low, high=high):
                return self.between(item, low, high, at)
            case nodes.Member(item=item, source=source):
                held = self.code_set(source)
                return nodes.Member(self.code(item, held), held, at=at)
            case nodes.Overlaps(source=source, choices=choices):
                held = self.code_set(source)
                return nodes.Overlaps(held, self.choices(held, choices), at=at)
            case nodes.Missing(item=item):
                return nodes.Missing(self.expression(item), at=at)
            case nodes.Arithmetic(op=op, left=left, right=right):
                return self.arithmetic(op, self.number(left), self.number(right), at)
            case nodes.Age(birth=birth, on=on):
                return nodes.Age(self.day(birth), self.day(on), at=at)
            case nodes.DaysSince(since=since, on=on):
                return nodes.DaysSince(self.day(since), self.day(on), at=at)
            case nodes.Tally() | nodes.Extreme():
                return self.records(node)
            case nodes.Literal() | nodes.Name() | nodes.Constant():
                return node

    def meaning(self, name: str, at: int) -> Node:
        if self._row is not None and name in self._row:
            return nodes.Name(name, self._row[name], in_row=True, at=at)
        if name in self._vocabulary.facts:
            return nodes.Name(name, self._vocabulary.facts[name], at=at)
        value = name.removeprefix(VALUE_PREFIX)
        if value != name and value in self._vocabulary.values:
            return nodes.Constant(value, self._vocabulary.values[value], at=at)
        if name in _YES_NO:
            return nodes.Literal(_YES_NO[name], BOOL, at=at)
        raise RuleError(at, f"不认识“{name}”", self.suggestion(name))

    def suggestion(self, name: str) -> str:
        if name.startswith(VALUE_PREFIX):
            known = sorted(VALUE_PREFIX + each for each in self._vocabulary.values)
            return f"请在 values 中加上它；已有：{'、'.join(known) or '无'}"
        known = sorted({*self._vocabulary.facts, *(self._row or {})}, key=lambda each: _distance(name, each))
        return f"请核对拼写；相近的事实有：{'、'.join(known[:5]) or '无'}"

    def arithmetic(self, op: str, left: Node, right: Node, at: int) -> Node:
        if op == "*" and type_of(left).scale + type_of(right).scale > MOST_PLACES:
            raise RuleError(at, INEXACT, LESS)
        return nodes.Arithmetic(op, left, right, at=at)

    def comparison(self, node: nodes.Compare) -> Node:
        left = self.expression(node.left)
        kind = type_of(left).kind
        if kind in (Kind.SET, Kind.RECORDS):
            cure = "集合请用 in 或 overlaps，列表请用 count、any、all"
            raise RuleError(node.at, f"{_zh(left)}不能直接比较", cure)
        right = self.code(node.right, left) if kind is Kind.CODE else self.expression(node.right)
        if not _comparable(left, right):
            cure = "两边须是同一类：数字比数字，日期比日期，代码比代码"
            raise RuleError(node.at, f"不能拿{_zh(left)}与{_zh(right)}比较", cure)
        if kind in (Kind.CODE, Kind.BOOL) and node.op not in ("==", "!="):
            raise RuleError(node.at, f"{KIND_ZH[kind]}没有大小", "只能用 == 或 !=")
        return nodes.Compare(node.op, left, right, at=node.at)

    def between(self, item: Node, low: Node, high: Node, at: int) -> Node:
        asked, lower, upper = self.expression(item), self.expression(low), self.expression(high)
        ordered = type_of(asked).is_number or type_of(asked).kind is Kind.DATE
        if not (ordered and _comparable(asked, lower) and _comparable(asked, upper)):
            raise RuleError(at, f"between 用在了{_zh(asked)}上，或两端类型不同", "between 只用于数字或日期")
        return nodes.Between(asked, lower, upper, at=at)

    def choices(self, asked: Node, choices: tuple[Node, ...]) -> tuple[Node, ...]:
        kind = type_of(asked).kind
        if kind in (Kind.BOOL, Kind.RECORDS) or (kind is Kind.SET and not isinstance(asked, nodes.Name)):
            raise RuleError(asked.at, f"in 不能用在{_zh(asked)}上", "in 用于代码、数字或日期")
        found: list[Node] = []
        for each in choices:
            one = self.code(each, asked) if kind in (Kind.CODE, Kind.SET) else self.expression(each)
            if not isinstance(one, nodes.Literal | nodes.Constant):
                raise RuleError(each.at, "方括号里只能写常数", "请写代码、数字、日期或 value.名字")
            if not _comparable(asked, one) and kind is not Kind.SET:
                raise RuleError(each.at, f"这里要{_zh(asked)}，写的却是{_zh(one)}", "请改成同一类")
            found.append(one)
        return tuple(found)

    def code_set(self, source: Node) -> Node:
        held = self.expression(source)
        if type_of(held).kind is not Kind.SET:
            cure = "in 后面写 [甲, 乙] 或代码集合；overlaps 前面写代码集合"
            raise RuleError(source.at, f"这里要代码集合，写的却是{_zh(held)}", cure)
        return held

    def code(self, node: Node, asked: Node) -> Node:
        """A code that `asked` can take: one of its options, or another code fact."""
        options = _options(asked)
        match node:
            case nodes.Word(name=name, at=at):
                known = self.is_known(name)
                if known and name in options:
                    cure = f"请改事实的名字，或给选项加引号：'{name}'"
                    raise RuleError(at, f"“{name}”既是事实又是选项", cure)
                if not known:
                    return _option(name, asked, at)
            case nodes.Literal(value=str(value), at=at):
                return _option(value, asked, at)
        checked = self.expression(node)
        if type_of(checked).kind is not Kind.CODE:
            raise RuleError(node.at, f"这里要代码，写的却是{_zh(checked)}", "请写选项的代码")
        return checked

    def is_known(self, name: str) -> bool:
        value = name.removeprefix(VALUE_PREFIX)
        in_row = self._row is not None and name in self._row
        is_value = value != name and value in self._vocabulary.values
        return in_row or is_value or name in self._vocabulary.facts

    def records(self, node: nodes.Tally | nodes.Extreme) -> Node:
        if self._row is not None:
            raise RuleError(node.at, "列表的条件里不能再数列表", "请先把里面的结果存成事实")
        source = self.expression(node.source)
        if type_of(source).kind is not Kind.RECORDS:
            cure = "count、any、all、min、max 只用于列表"
            raise RuleError(node.source.at, f"这里要列表，写的却是{_zh(source)}", cure)
        self._row = type_of(source).fields
        try:
            where = self.condition(node.where)
            if isinstance(node, nodes.Tally):
                return nodes.Tally(node.kind, source, where, at=node.at)
            of = self.expression(node.of)
        finally:
            self._row = None
        if not (type_of(of).is_number or type_of(of).kind is Kind.DATE):
            raise RuleError(node.of.at, f"{_zh(of)}没有大小", "min、max 只用于数字或日期")
        return nodes.Extreme(node.kind, of, source, where, at=node.at)


def _option(code: str, asked: Node, at: int) -> Node:
    options = _options(asked)
    if options and code not in options:
        raise RuleError(at, f"{_zh(asked)}没有选项“{code}”", f"可选：{'、'.join(options)}")
    return nodes.Literal(code, CODE, options.get(code, ""), at=at)


def _options(node: Node) -> Mapping[str, str]:
    return node.fact.options if isinstance(node, nodes.Name | nodes.Constant) else {}


def _comparable(left: Node, right: Node) -> bool:
    one, two = type_of(left), type_of(right)
    return one.kind is two.kind or (one.is_number and two.is_number)


def _zh(node: Node) -> str:
    kind = KIND_ZH[type_of(node).kind]
    if isinstance(node, nodes.Name | nodes.Constant):
        return f"{kind}“{node.fact.zh}”"
    if isinstance(node, nodes.Literal) and type_of(node) is not INT:
        return f"{kind} {node.label or node.value}"
    return kind


def _distance(one: str, two: str) -> int:
    """How many letters two words don't share: enough to put likely spellings first."""
    shared = len(set(pairwise(one)) & set(pairwise(two)))
    return len(one) + len(two) - 4 * shared
