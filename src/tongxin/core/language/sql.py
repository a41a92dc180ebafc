# ruff: noqa: S608 -- columns are trusted text, everything else is a parameter or a checked number
"""Writes a rule as an SQL expression that is true, false or NULL exactly where the rule is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from tongxin.core.language import nodes
from tongxin.core.language.dialects import DIALECTS, Dialect, Engine
from tongxin.core.language.errors import RuleError
from tongxin.core.language.nodes import Node
from tongxin.core.language.rule import Rule
from tongxin.core.language.scaled import scaled
from tongxin.core.language.types import Kind

Column = str | tuple[str, Sequence[object]]


def to_sql(
    rule: Rule,
    *,
    columns: Mapping[str, Column],
    dialect: Engine,
    opened: bool = False,
    placeholder: str | None = None,
) -> tuple[str, tuple[object, ...]]:
    """The rule as `(sql, params)` over `columns`; refuses sealed facts, which no list may be chosen by.

    A column is a piece of trusted SQL, with its own parameters where it has any. `opened` says that the
    columns hold values somebody was allowed to open, such as a file being scored. A decimal answer comes
    as a whole number of its smallest unit.
    """
    writer = _Writer(columns, DIALECTS[dialect], opened, placeholder or DIALECTS[dialect].placeholder)
    try:
        sql = writer.text(scaled(rule.tree))
    except RuleError as error:
        raise RuleError(error.position, error.zh, error.cure, text=rule.text) from None
    return sql, tuple(writer.params)


class _Writer:
    """Parameters are gathered in the order in which the text is written."""

    def __init__(
        self, columns: Mapping[str, Column], dialect: Dialect, opened: bool, placeholder: str
    ) -> None:
        self._columns = columns
        self._dialect = dialect
        self._opened = opened
        self._placeholder = placeholder
        self.params: list[object] = []

    def text(self, node: Node) -> str:
        match node:
            case nodes.Name():
                return self.name(node)
            case nodes.Literal():
                return self.literal(node)
            case nodes.Not(part=part):
                return f"(NOT {self.text(part)})"
            case nodes.And(parts=parts):
                return self.joined(" AND ", parts)
            case nodes.Or(parts=parts):
                return self.joined(" OR ", parts)
            case nodes.Compare(op=op, left=left, right=right):
                return f"({self.text(left)} {_OPERATORS.get(op, op)} {self.text(right)})"
            case nodes.In(item=item, choices=choices):
                return f"({self.text(item)} IN ({', '.join(self.text(each) for each in choices)}))"
            case nodes.Between(item=item, low=low, high=high):
                return f"({self.text(item)} BETWEEN {self.text(low)} AND {self.text(high)})"
            case nodes.Member(item=item, source=source):
                return self.member(item, source)
            case nodes.Overlaps(source=source, choices=choices):
                return self.joined(" OR ", tuple(nodes.Member(each, source) for each in choices))
            case nodes.Missing(item=item):
                return f"({self.text(item)} IS NULL)"
            case nodes.Arithmetic(op=op, left=left, right=right):
                return f"({self.whole(left)} {op} {self.whole(right)})"
            case nodes.Age(birth=birth, on=on):
                return self.age(birth, on)
            case nodes.DaysSince(since=since, on=on):
                return self.days(since, on)
            case nodes.Tally():
                return self.tally(node)
            case nodes.Extreme():
                return self.extreme(node)
            case nodes.Constant(name=name, at=at):
                raise RuleError(at, f"常数 value.{name} 还没有按日期取值", "请先用 bind 代入当日的值")
            case nodes.Word(name=name, at=at):
                raise RuleError(at, f"“{name}”还没有核对过", "请用 parse 读入规则")
            case _:
                assert_never(node)

    def name(self, node: nodes.Name) -> str:
        if node.fact.sealed and not self._opened:
            raise RuleError(node.at, f"“{node.fact.zh}”是密封内容，不能用来查询", "请改用不密封的事实")
        type_ = node.fact.type
        column = self._dialect.field(node.name, type_) if node.in_row else self.column(node)
        return self._dialect.shifted(column, type_.scale) if type_.kind is Kind.DECIMAL else column

    def column(self, node: nodes.Name) -> str:
        column = self._columns.get(node.name)
        if column is None:
            raise RuleError(node.at, f"“{node.fact.zh}”在这里没有对应的列", "请换一个事实，或为它指定列")
        if isinstance(column, str):
            return column if _PLAIN.fullmatch(column) else f"({column})"
        sql, params = column
        self.params.extend(params)
        return f"({sql})"

    def literal(self, node: nodes.Literal) -> str:
        value = node.value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return str(value) if value >= 0 else f"({value})"
        self.params.append(value.isoformat() if isinstance(value, date) else value)
        return self._dialect.day(self._placeholder) if isinstance(value, date) else self._placeholder

    def joined(self, word: str, parts: tuple[Node, ...]) -> str:
        return f"({word.join(self.text(part) for part in parts)})"

    def whole(self, node: Node) -> str:
        if isinstance(node, nodes.Literal | nodes.Arithmetic):
            return self.text(node)
        return self._dialect.whole(self.text(node))

    def member(self, item: Node, source: Node) -> str:
        return self.filled(self._dialect.member(_FIRST, _SECOND), item, source)

    def age(self, birth: Node, on: Node) -> str:
        year, order = self._dialect.year, self._dialect.month_and_day
        before = f"CASE WHEN {order(_SECOND)} < {order(_FIRST)} THEN 1 ELSE 0 END"
        return self.filled(f"({year(_SECOND)} - {year(_FIRST)} - {before})", birth, on)

    def days(self, since: Node, on: Node) -> str:
        return self.filled(self._dialect.days(_FIRST, _SECOND), since, on)

    def filled(self, shape: str, first: Node, second: Node) -> str:
        """`shape` with both parts written in, each time anew, so that parameters keep their order."""
        return _MARKS.sub(lambda mark: self.text(first if mark.group() == _FIRST else second), shape)

    def rows(self, source: Node, *inside: Node) -> str:
        asked = (each for part in inside for each in nodes.walk(part))
        fields = sorted({each.name for each in asked if isinstance(each, nodes.Name) and each.in_row})
        return f"({self._dialect.rows(self.text(source), fields)}) AS rule_rows"

    def tally(self, node: nodes.Tally) -> str:
        listed = self.text(node.source)
        where = self.text(node.where)
        answers = f"(SELECT {where} AS rule_met FROM {self.rows(node.source, node.where)}) AS rule_answers"
        return f"(CASE WHEN {listed} IS NOT NULL THEN (SELECT {_TALLIES[node.kind]} FROM {answers}) END)"

    def extreme(self, node: nodes.Extreme) -> str:
        # Taken by name from an inner query: min() over an outer column alone would belong to the outer query.
        of = self.text(node.of)
        rows = self.rows(node.source, node.of, node.where)
        values = f"(SELECT {of} AS rule_value FROM {rows} WHERE {self.text(node.where)}) AS rule_values"
        return f"(SELECT {node.kind}(rule_value) FROM {values})"


_FIRST, _SECOND = "\x01", "\x02"
_MARKS = re.compile("[\x01\x02]")
_PLAIN = re.compile(r'[\w."]+')
_OPERATORS = {"==": "=", "!=": "<>"}
_TALLIES = {
    "count": "count(*) FILTER (WHERE rule_met)",
    "any": (
        "CASE WHEN count(*) FILTER (WHERE rule_met) > 0 THEN TRUE "
        "WHEN count(*) > count(rule_met) THEN NULL ELSE FALSE END"
    ),
    "all": (
        "CASE WHEN count(*) FILTER (WHERE NOT rule_met) > 0 THEN FALSE "
        "WHEN count(*) > count(rule_met) THEN NULL ELSE TRUE END"
    ),
}
