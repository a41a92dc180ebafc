"""Cuts a rule's text into words, numbers, dates and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tongxin.core.language.errors import RuleError

TokenKind = Literal["name", "number", "date", "quoted", "sign", "end"]

KEYWORDS = frozenset(
    ["and", "or", "not", "in", "between", "is", "missing", "where", "of", "overlaps", "true", "false"]
)
LONGEST = 8_000

_PATTERN = re.compile(
    r"""(?P<space>\s+)
    |(?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
    |(?P<number>\d+(?:\.\d+)?(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)
    |(?P<quoted>'[^'\n]*'|"[^"\n]*")
    |(?P<sign>>=|<=|==|!=|[<>()\[\],+*-])""",
    re.VERBOSE,
)

_CURES = {
    "=": "相等写作 ==",
    "!": "否定写作 not，不等写作 !=",
    "&": "并且写作 and",
    "|": "或者写作 or",
    "/": "规则里没有除法，请把除数乘到另一边",
    "%": "规则里没有百分号，请把两边同乘 100",
    "≥": "请写作 >=",
    "≤": "请写作 <=",
    "≠": "请写作 !=",
    "×": "请写作 *",
    "'": "引号要成对，写在同一行",
    '"': "引号要成对，写在同一行",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text and where it starts."""

    kind: TokenKind
    text: str
    at: int


def tokenize(text: str) -> list[Token]:
    """The pieces of `text`, closed by an end mark."""
    if len(text) > LONGEST:
        raise RuleError(LONGEST, f"规则超过 {LONGEST} 个字符", "请拆成几条规则")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise _refusal(text, at)
        kind = match.lastgroup
        if kind in ("name", "number", "date", "quoted", "sign"):
            found.append(Token(kind, match.group(), at))  # type: ignore[arg-type]
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _refusal(text: str, at: int) -> RuleError:
    sign = text[at]
    if sign.isdigit():
        return RuleError(at, "数字写法不对", "整数如 20，小数如 1.5，日期如 2026-03-01，其他代码加引号")
    if "\uff01" <= sign <= "\uff5e" or sign in "，。；：（）“”‘’、\u3000":
        return RuleError(at, f"用了全角符号“{sign}”", "请改用半角符号")
    if "\u4e00" <= sign <= "\u9fff":
        return RuleError(at, f"不认识的字“{sign}”", "事实和选项用英文代码书写，中文代码加引号")
    return RuleError(at, f"不认识的符号“{sign}”", _CURES.get(sign, "请删去，或对照规则语言说明改写"))
