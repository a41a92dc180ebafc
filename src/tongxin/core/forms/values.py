"""One answer brought to its one written form, or refused in words."""

from __future__ import annotations

from datetime import date

from tongxin.core.forms import amounts, texts
from tongxin.core.forms.model import CHOICES, MOMENTS, AnswerError, Field

Answer = str | int | list[str]


def normalise(field: Field, raw: object, *, on: date | None) -> Answer | None:
    """The answer in its one written form, None when nothing was written; else AnswerError."""
    if raw is None or raw == "" or raw == []:
        return None
    if (escape := _escape(field, raw)) is not None:
        return escape
    if field.type in MOMENTS:
        return amounts.moment(field, raw, on)
    if field.type == "codes":
        return _codes(field, raw)
    if field.options or field.type in CHOICES:
        return _chosen(field, raw)
    return _NORMALISERS.get(field.type, texts.words)(field, raw)


def _escape(field: Field, raw: object) -> str | None:
    if not field.escape:
        return None
    codes = [option.code for option in field.escape]
    if isinstance(raw, str) and raw in codes:
        return raw
    if isinstance(raw, list) and any(code in raw for code in codes):
        if len(raw) > 1:
            raise AnswerError("「不清楚」一类的选项不能与其他选项同时选")
        return str(raw[0])
    return None


def _chosen(field: Field, raw: object) -> str:
    if not isinstance(raw, str) or raw not in [option.code for option in field.options]:
        raise AnswerError("不是可选的项，请重新选择", kept=False)
    return raw


def _codes(field: Field, raw: object) -> list[str]:
    if not isinstance(raw, list):
        raise AnswerError("内容格式不对，应为一组选项", kept=False)
    chosen = {_chosen(field, each) for each in raw}
    amounts.within(field, len(chosen), unit="项")
    return [option.code for option in field.options if option.code in chosen]


_NORMALISERS = {
    "int": amounts.whole,
    "decimal": amounts.exact,
    "id_no": texts.id_no,
    "phone": texts.phone,
    "division": texts.division,
}
