"""An entry in its form's own wording: each question with its answer in Chinese."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tongxin.accounts.models import Division
from tongxin.core.forms import Field, Form
from tongxin.web import words

NOT_ANSWERED = "（未填）"


def sections_of(form: Form, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections in which something was answered."""
    places = _places(form, answers)
    found = []
    for section in form.sections:
        rows = [row for field in section.fields if (row := _row(field, answers.get(field.id), places))]
        if rows:
            found.append({"zh": section.zh, "rows": rows})
    return found


def loose(answers: Mapping[str, Any], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The answers of an entry that no form stands behind."""
    rows = [{"zh": labels.get(name, name), "value": _loose(value)} for name, value in answers.items() if name in labels]
    return [{"zh": "登记内容", "rows": rows}] if rows else []


def _loose(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_loose(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(str(each) for each in value.values() if each)
    return str(value)


def _row(field: Field, value: Any, places: Mapping[str, str]) -> dict[str, Any] | None:
    if value in (None, "", [], {}):
        return None
    row: dict[str, Any] = {"zh": field.zh}
    if field.sheet is not None and isinstance(value, Mapping):
        return row | {"sheet": [
            {"zh": item.zh, "value": _option(item.options, value.get(item.id)) or NOT_ANSWERED}
            for item in field.sheet.items
        ]}
    if field.type == "list" and isinstance(value, list):
        return row | {"cards": [
            [each for inner in field.fields if (each := _row(inner, answers.get(inner.id), places))]
            for answers in value
        ]}
    return row | {"value": text_of(field, value, places)}


def text_of(field: Field, value: Any, places: Mapping[str, str]) -> str:
    """One plain answer in words."""
    options = (*field.options, *field.escape)
    if isinstance(value, list):
        return "、".join(_option(options, each) or str(each) for each in value)
    if found := _option(options, value):
        return found
    match field.type:
        case "date":
            return words.day_zh(date.fromisoformat(value))
        case "datetime":
            moment = datetime.fromisoformat(value)
            return f"{words.day_zh(moment.date())} {moment:%H:%M}"
        case "month":
            return words.month_zh(date.fromisoformat(f"{value[:7]}-01"))
        case "division":
            return places.get(value, value)
    return str(value)


def _option(options: Sequence[Any], code: object) -> str:
    return next((option.zh for option in options if option.code == code), "")


def _places(form: Form, answers: Mapping[str, Any]) -> dict[str, str]:
    codes = [answers[field.id] for field in form.fields if field.type == "division" and field.id in answers]
    rows = Division.objects.filter(code__in=codes).select_related("parent") if codes else ()
    return {place.code: f"{place.parent.name if place.parent else ''}{place.name}" for place in rows}
