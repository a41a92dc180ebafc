"""Checks answers before rules see them, and turns written ones into values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tongxin.core.language.types import NUMBER_LIMIT, Fact, Kind, Vocabulary


class FactError(ValueError):
    """An answer doesn't fit its fact: which one, and why."""

    def __init__(self, name: str, zh: str) -> None:
        self.name = name
        self.zh = zh
        super().__init__(f"{name}：{zh}")


def read_facts(answers: Mapping[str, Any], *, vocabulary: Vocabulary) -> dict[str, Any]:
    """Answers as they stand in JSON (dates and decimals as text) turned into facts.

    Answers the vocabulary doesn't know are left out; one that doesn't fit is refused, never guessed.
    """
    known = {name: value for name, value in answers.items() if name in vocabulary.facts}
    return {name: read_value(value, vocabulary.facts[name], name=name) for name, value in known.items()}


def read_value(value: Any, fact: Fact, *, name: str) -> Any:
    """One answer from JSON as the value its fact holds."""
    if value is None:
        return None
    if fact.type.kind is Kind.RECORDS and isinstance(value, list | tuple):
        return [_read_record(record, fact, f"{name}[{index}]") for index, record in enumerate(value)]
    if fact.type.kind is Kind.SET and isinstance(value, list | tuple):
        value = frozenset(value) if all(isinstance(each, str) for each in value) else value
    elif fact.type.kind is Kind.DATE and isinstance(value, str):
        value = _date(value, name)
    elif fact.type.kind is Kind.DECIMAL and isinstance(value, str | int) and not isinstance(value, bool):
        value = _decimal(value, name)
    if problem := problem_with(value, fact):
        raise FactError(name, problem)
    return value


def problem_with(value: Any, fact: Fact) -> str | None:
    """Why `value` can't be what `fact` holds, in words; None when it can."""
    match fact.type.kind:
        case Kind.BOOL:
            return None if isinstance(value, bool) else "应为是或否"
        case Kind.INT:
            return _number_problem(value) if type(value) is int else "应为整数"
        case Kind.DECIMAL:
            return _decimal_problem(value, fact.type.scale)
        case Kind.DATE:
            is_day = isinstance(value, date) and not isinstance(value, datetime)
            return None if is_day else "应为日期，如 2026-03-01"
        case Kind.CODE:
            return _option_problem([value], fact) if isinstance(value, str) else "应为选项代码"
        case Kind.SET:
            is_set = isinstance(value, frozenset | set)
            return _option_problem(sorted(value), fact) if is_set else "应为选项代码的列表"
        case Kind.RECORDS:
            return None if isinstance(value, list | tuple) else "应为列表"


def _read_record(record: Any, fact: Fact, name: str) -> dict[str, Any]:
    if not isinstance(record, Mapping):
        raise FactError(name, "应为一条记录")
    fields = fact.type.fields
    return {
        key: read_value(value, fields[key], name=f"{name}.{key}")
        for key, value in record.items()
        if key in fields
    }


def _date(text: str, name: str) -> date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise FactError(name, "应为日期，如 2026-03-01")


def _decimal(value: str | int, name: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise FactError(name, "应为数字") from None


def _decimal_problem(value: Any, scale: int) -> str | None:
    if not isinstance(value, Decimal) or not value.is_finite():
        return "应为小数"
    whole = value * 10**scale
    if whole != int(whole):
        return f"小数最多 {scale} 位"
    return _number_problem(int(whole))


def _number_problem(value: int) -> str | None:
    return None if abs(value) <= NUMBER_LIMIT else "数字太大，超出可精确计算的范围"


def _option_problem(codes: list[str], fact: Fact) -> str | None:
    unknown = [code for code in codes if fact.options and code not in fact.options]
    return f"没有这个选项，可选：{'、'.join(fact.options)}" if unknown else None
