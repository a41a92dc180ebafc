"""Answers a rule for one case, in memory.

Missing is SQL's NULL: a comparison with a gap is neither true nor false, and a gap decides nothing that
is already decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any, assert_never

from tongxin.core.language import nodes
from tongxin.core.language.errors import RuleError
from tongxin.core.language.nodes import Node

Facts = Mapping[str, Any]
Step = Callable[[Facts, Facts], Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq,
    "!=": ne,
    ">=": ge,
    "<=": le,
    ">": gt,
    "<": lt,
}
COMBINE: dict[str, Callable[[Any, Any], int | Decimal]] = {"+": add, "-": sub, "*": mul}
_NO_ROW: Facts = {}


def compiled(tree: Node) -> Callable[[Facts], Any]:
    """A function from facts to the rule's answer: true, false, a value, or None for "can't tell"."""
    step = _step(tree)
    return lambda facts: step(facts, _NO_ROW)


def _step(node: Node) -> Step:
    match node:
        case nodes.Name(name=name, in_row=in_row):
            return (lambda facts, row: row.get(name)) if in_row else (lambda facts, row: facts.get(name))
        case nodes.Literal(value=value):
            return lambda facts, row: value
        case nodes.Compare(op=op, left=left, right=right):
            return _compare(COMPARE[op], left, right)
        case nodes.And(parts=parts):
            return _settled_by(False, parts)
        case nodes.Or(parts=parts):
            return _settled_by(True, parts)
        case nodes.Not(part=part):
            return _not(_step(part))
        case nodes.In(item=item, choices=choices):
            return _in(item, choices)
        case nodes.Between(item=item, low=low, high=high):
            at_least, at_most = nodes.Compare(">=", item, low), nodes.Compare("<=", item, high)
            return _settled_by(False, (at_least, at_most))
        case nodes.Member(item=item, source=source):
            return _both(_step(item), _step(source), lambda code, held: code in held)
        case nodes.Overlaps(source=source, choices=choices):
            return _overlaps(_step(source), choices)
        case nodes.Missing(item=item):
            return _missing(_step(item))
        case nodes.Arithmetic(op=op, left=left, right=right):
            return _both(_step(left), _step(right), COMBINE[op])
        case nodes.Age(birth=birth, on=on):
            return _both(_step(birth), _step(on), completed_years)
        case nodes.DaysSince(since=since, on=on):
            return _both(_step(since), _step(on), lambda first, last: (last - first).days)
        case nodes.Tally(kind=kind, source=source, where=where):
            return _tally(kind, _step(source), _step(where))
        case nodes.Extreme(kind=kind, of=of, source=source, where=where):
            return _extreme(min if kind == "min" else max, _step(of), _step(source), _step(where))
        case nodes.Constant(name=name, at=at):
            raise RuleError(at, f"常数 value.{name} 还没有按日期取值", "请先用 bind 代入当日的值")
        case nodes.Word(name=name, at=at):
            raise RuleError(at, f"“{name}”还没有核对过", "请用 parse 读入规则")
        case _:
            assert_never(node)


def completed_years(birth: date, on: date) -> int:
    """Whole years from `birth` to `on`; born on 29 February, one turns on 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _compare(op: Callable[[Any, Any], bool], left: Node, right: Node) -> Step:
    if not (isinstance(left, nodes.Name) and isinstance(right, nodes.Literal)):
        return _both(_step(left), _step(right), op)
    name, limit = left.name, right.value
    if left.in_row:
        return lambda facts, row: None if (value := row.get(name)) is None else op(value, limit)
    return lambda facts, row: None if (value := facts.get(name)) is None else op(value, limit)


def _both(left: Step, right: Step, op: Callable[[Any, Any], Any]) -> Step:
    def run(facts: Facts, row: Facts) -> Any:
        one = left(facts, row)
        if one is None:
            return None
        two = right(facts, row)
        return None if two is None else op(one, two)

    return run


def _settled_by(verdict: bool, parts: tuple[Node, ...]) -> Step:
    steps = tuple(_step(part) for part in parts)

    def run(facts: Facts, row: Facts) -> Any:
        gap = False
        for step in steps:
            answer = step(facts, row)
            if answer is verdict:
                return verdict
            if answer is None:
                gap = True
        return None if gap else not verdict

    return run


def _not(part: Step) -> Step:
    return lambda facts, row: None if (answer := part(facts, row)) is None else not answer


def _missing(part: Step) -> Step:
    return lambda facts, row: part(facts, row) is None


def _in(item: Node, choices: tuple[Node, ...]) -> Step:
    asked = _step(item)
    allowed = frozenset(_step(choice)(_NO_ROW, _NO_ROW) for choice in choices)
    return lambda facts, row: None if (value := asked(facts, row)) is None else value in allowed


def _overlaps(source: Step, choices: tuple[Node, ...]) -> Step:
    allowed = frozenset(_step(choice)(_NO_ROW, _NO_ROW) for choice in choices)
    return lambda facts, row: None if (held := source(facts, row)) is None else not allowed.isdisjoint(held)


def _tally(kind: str, source: Step, where: Step) -> Step:
    def run(facts: Facts, row: Facts) -> bool | int | None:
        rows = source(facts, row)
        if rows is None:
            return None
        answers = [where(facts, each) for each in rows]
        if kind == "count":
            return answers.count(True)
        settled = kind == "any"
        if settled in answers:
            return settled
        return None if None in answers else not settled

    return run


def _extreme(edge: Callable[[Any], Any], of: Step, source: Step, where: Step) -> Step:
    def run(facts: Facts, row: Facts) -> Any:
        rows = source(facts, row)
        if rows is None:
            return None
        values = [of(facts, each) for each in rows if where(facts, each) is True]
        known = [value for value in values if value is not None]
        return edge(known) if known else None

    return run
