"""Reads the words of a rule into its parts, before anything is known about their types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tongxin.core.language import nodes
from tongxin.core.language.errors import RuleError
from tongxin.core.language.nodes import Node
from tongxin.core.language.tokens import KEYWORDS, Token, tokenize
from tongxin.core.language.types import BOOL, CODE, DATE, INT, decimal

COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
DEEPEST = 40
LONGEST_SUM = 60


def read(text: str) -> Node:
    """The parts of the rule `text`; refuses what isn't one whole rule."""
    reader = _Reader(tokenize(text))
    if reader.at_end:
        raise RuleError(0, "规则是空的", "请写一个条件，如 total >= 20")
    tree = reader.either()
    if not reader.at_end:
        raise reader.surprise("这里应当结束，或接 and、or")
    return tree


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._index]

    @property
    def at_end(self) -> bool:
        return self.now.kind == "end"

    def surprise(self, cure: str) -> RuleError:
        if self.at_end:
            return RuleError(self.now.at, "规则没有写完", cure)
        return RuleError(self.now.at, f"这里不该出现“{self.now.text}”", cure)

    def take(self) -> Token:
        token = self.now
        self._index += 1
        return token

    def found(self, *texts: str) -> Token | None:
        if self.now.kind in ("name", "sign") and self.now.text in texts:
            return self.take()
        return None

    def demand(self, text: str, cure: str) -> Token:
        token = self.found(text)
        if token is None:
            raise self.surprise(cure)
        return token

    def deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise RuleError(self.now.at, f"括号或 not 套了超过 {DEEPEST} 层", "请拆成几条规则")

    def longer(self, terms: int) -> int:
        if terms >= LONGEST_SUM:
            raise RuleError(self.now.at, f"一个算式超过 {LONGEST_SUM} 项", "请先在量表里算成总分")
        return terms + 1

    def either(self) -> Node:
        self.deeper()
        first = self.both()
        parts = [first]
        while self.found("or"):
            parts.append(self.both())
        self._depth -= 1
        return first if len(parts) == 1 else nodes.Or(tuple(parts), at=first.at)

    def both(self) -> Node:
        first = self.negation()
        parts = [first]
        while self.found("and"):
            parts.append(self.negation())
        return first if len(parts) == 1 else nodes.And(tuple(parts), at=first.at)

    def negation(self) -> Node:
        token = self.found("not")
        if token is None:
            return self.comparison()
        self.deeper()
        part = self.negation()
        self._depth -= 1
        return nodes.Not(part, at=token.at)

    def comparison(self) -> Node:
        left = self.sum()
        token = self.now
        if self.found(*COMPARISONS):
            right = self.sum()
            if self.now.text in COMPARISONS:
                raise self.surprise("连续比较请写作 x between 1 and 5，或用 and 分开")
            return nodes.Compare(token.text, left, right, at=token.at)
        if self.found("not"):
            self.demand("in", "not 在这里只能写作 not in")
            return nodes.Not(self.choice(left, token), at=token.at)
        if self.found("in"):
            return self.choice(left, token)
        if self.found("overlaps"):
            return nodes.Overlaps(left, self.choices(), at=token.at)
        if self.found("between"):
            low = self.sum()
            self.demand("and", "区间写作 x between 5 and 9")
            return nodes.Between(left, low, self.sum(), at=token.at)
        if self.found("is"):
            negative = self.found("not")
            self.demand("missing", "写作 is missing 或 is not missing")
            missing = nodes.Missing(left, at=token.at)
            return nodes.Not(missing, at=token.at) if negative else missing
        return left

    def choice(self, item: Node, token: Token) -> Node:
        if self.now.text == "[":
            return nodes.In(item, self.choices(), at=token.at)
        if self.now.kind == "name" and self.now.text not in KEYWORDS:
            source = self.take()
            return nodes.Member(item, nodes.Word(source.text, at=source.at), at=token.at)
        raise self.surprise("in 后面写 [甲, 乙] 或一个集合")

    def choices(self) -> tuple[Node, ...]:
        opening = self.demand("[", "请用方括号列出，如 [father, mother]")
        found: list[Node] = []
        while not self.found("]"):
            if found:
                self.demand(",", "各项用半角逗号分开，最后用 ] 结束")
            found.append(self.negative())
        if not found:
            raise RuleError(opening.at, "方括号里没有内容", "请至少列出一项")
        return tuple(found)

    def sum(self) -> Node:
        left = self.product()
        terms = 1
        while token := self.found("+", "-"):
            left = nodes.Arithmetic(token.text, left, self.product(), at=token.at)
            terms = self.longer(terms)
        return left

    def product(self) -> Node:
        left = self.negative()
        terms = 1
        while token := self.found("*"):
            left = nodes.Arithmetic("*", left, self.negative(), at=token.at)
            terms = self.longer(terms)
        return left

    def negative(self) -> Node:
        token = self.found("-")
        if token is None:
            return self.atom()
        part = self.atom()
        if isinstance(part, nodes.Literal) and isinstance(part.value, int | Decimal) and part.type != BOOL:
            return nodes.Literal(-part.value, part.type, at=token.at)
        return nodes.Arithmetic("-", nodes.Literal(0, INT, at=token.at), part, at=token.at)

    def atom(self) -> Node:
        token = self.now
        if self.found("("):
            inside = self.either()
            self.demand(")", "括号要成对")
            return inside
        if token.kind == "name":
            return self.word()
        if token.kind in ("number", "date", "quoted"):
            return _constant(self.take())
        raise self.surprise("这里应当写事实、数字、日期或选项")

    def word(self) -> Node:
        token = self.now
        if token.text in ("true", "false"):
            return nodes.Literal(self.take().text == "true", BOOL, at=token.at)
        if token.text in KEYWORDS:
            raise self.surprise("这里应当写事实、数字、日期或选项")
        self.take()
        if not self.found("("):
            return nodes.Word(token.text, at=token.at)
        self.deeper()
        inside = self.call(token)
        self.demand(")", "括号要成对")
        self._depth -= 1
        return inside

    def call(self, token: Token) -> Node:
        match token.text:
            case "count" | "any" | "all" as kind:
                source, where = self.source()
                return nodes.Tally(kind, source, where, at=token.at)
            case "min" | "max" as edge:
                of = self.sum()
                self.demand("of", f"写作 {edge}(字段 of 列表 where 条件)")
                source, where = self.source()
                return nodes.Extreme(edge, of, source, where, at=token.at)
            case "age":
                return nodes.Age(*self.pair("age(出生日期, 哪一天)"), at=token.at)
            case "days_since":
                return nodes.DaysSince(*self.pair("days_since(哪一天起, 哪一天止)"), at=token.at)
        cure = "可用的有 count、any、all、min、max、age、days_since"
        raise RuleError(token.at, f"没有“{token.text}”这个算法", cure)

    def source(self) -> tuple[Node, Node]:
        token = self.now
        if token.kind != "name" or token.text in KEYWORDS:
            raise self.surprise("这里应当写列表的名字")
        self.take()
        always: Node = nodes.Literal(True, BOOL, at=token.at)
        where = self.either() if self.found("where") else always
        return nodes.Word(token.text, at=token.at), where

    def pair(self, form: str) -> tuple[Node, Node]:
        first = self.sum()
        self.demand(",", f"写作 {form}")
        return first, self.sum()


def _constant(token: Token) -> Node:
    if token.kind == "quoted":
        return nodes.Literal(token.text[1:-1], CODE, at=token.at)
    if token.kind == "date":
        try:
            return nodes.Literal(date.fromisoformat(token.text), DATE, at=token.at)
        except ValueError:
            raise RuleError(
                token.at, f"没有 {token.text} 这一天", "日期写作 年-月-日，如 2026-03-01"
            ) from None
    if "." not in token.text:
        return nodes.Literal(int(token.text), INT, at=token.at)
    scale = len(token.text.split(".")[1])
    if scale > 6:
        raise RuleError(token.at, "小数超过 6 位", "请减少小数位数")
    return nodes.Literal(Decimal(token.text), decimal(scale), at=token.at)
