"""Answers that can be compared: numbers, days, months."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tongxin.core.forms.model import TODAY, AnswerError, Field
from tongxin.core.forms.texts import compact

_LONGEST = 25


def whole(field: Field, raw: object) -> int | None:
    """A whole number of at most nine digits."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise AnswerError("请写整数，如 3", kept=False)
    if isinstance(raw, int) and abs(raw) >= 10**9:
        raise AnswerError("请写整数，如 3，最多九位")
    text = compact(str(raw), longest=_LONGEST)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        raise AnswerError("请写整数，如 3，最多九位")
    within(field, int(text))
    return int(text)


def exact(field: Field, raw: object) -> str | None:
    """A decimal number, written with all the (at most three) places its field has."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise AnswerError("请写数字，如 12.5", kept=False)
    if isinstance(raw, int) and abs(raw) >= 10**9:
        raise AnswerError("请写数字，如 12.5，整数部分最多六位")
    text = compact(str(raw), longest=_LONGEST)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,6}(\.[0-9]{1,9})?", text):
        raise AnswerError("请写数字，如 12.5，整数部分最多六位")
    value = Decimal(text)
    rounded = value.quantize(Decimal(1).scaleb(-field.scale))
    if rounded != value:
        raise AnswerError(f"最多 {field.scale} 位小数")
    within(field, value)
    return format(rounded or abs(rounded), "f")


_SHAPES = {
    "date": (r"\d{4}-\d\d-\d\d", "2017-03-09"),
    "datetime": (r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", "2025-12-30T09:00"),
    "month": (r"\d{4}-\d\d", "2017-03"),
}


def moment(field: Field, raw: object, on: date | None) -> str | None:
    """A real day, month or minute; limits that mean today are judged when `on` is given."""
    text = compact(raw, longest=_LONGEST)
    if not text:
        return None
    pattern, example = _SHAPES[field.type]
    if not re.fullmatch(pattern, text, re.ASCII) or not _is_real(text):
        raise AnswerError(f"请写真实的日期，如 {example}")
    low, high = _bound(field.low, on), _bound(field.high, on)
    if low and text[: len(low)] < low[: len(text)]:
        raise AnswerError(f"不能早于 {low[: len(text)]}")
    if high and text[: len(high)] > high[: len(text)]:
        raise AnswerError(f"不能晚于 {high[: len(text)]}")
    return text[:16]


def within(field: Field, value: int | Decimal, *, unit: str = "") -> None:
    """Refuse a number, or how many of something there are, outside the field's limits."""
    if isinstance(field.low, int | Decimal) and value < field.low:
        raise AnswerError(f"至少 {field.low} {unit}" if unit else f"不能小于 {field.low}")
    if isinstance(field.high, int | Decimal) and value > field.high:
        raise AnswerError(f"最多 {field.high} {unit}" if unit else f"不能大于 {field.high}")


def _bound(limit: object, on: date | None) -> str:
    if limit == TODAY:
        return on.isoformat() if on else ""
    return str(limit) if limit else ""


def _is_real(text: str) -> bool:
    try:
        day = date.fromisoformat(f"{text}-01" if len(text) == 7 else text[:10])
    except ValueError:
        return False
    return 1900 <= day.year <= 2100
