"""The form as the browser's `<tx-form>` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tongxin.core.forms.model import Field, Form, Option, Section, Sheet
from tongxin.core.language import Rule, to_json


def definition_json(
    form: Form, *, form_hash: str, on: date, age: int | None = None, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the page needs to ask this form of one child on one day.

    `values` are answers known from earlier entries, by field id; they stand in the fields and can
    be changed. Questions the child is too young for are left out.
    """
    return {
        "id": form.id,
        "zh": form.zh,
        "version": form.version,
        "hash": form_hash,
        "intro": form.intro,
        "on": on.isoformat(),
        "age": age,
        "sections": [_section(section, age, values or {}) for section in form.sections],
    }


def _section(section: Section, age: int | None, values: Mapping[str, Any]) -> dict[str, Any]:
    asked = [field for field in section.fields if _is_old_enough(field, age)]
    fields = [field_json(field, age) for field in asked]
    for field in fields:
        if field["id"] in values:
            field["prefill"] = values[field["id"]]
    return {
        "id": section.id,
        "zh": section.zh,
        "help": section.help,
        "matrix": section.matrix,
        "fields": fields,
    }


def field_json(field: Field, age: int | None = None, *, every_age: bool = False) -> dict[str, Any]:
    """One question with its options and rules, without those inside it that the child is too young for."""
    asked = [each for each in field.fields if every_age or _is_old_enough(each, age)]
    inner = [field_json(each, age, every_age=every_age) for each in asked]
    everything = {
        "id": field.id,
        "zh": field.zh,
        "type": field.type,
        "required": field.required,
        "required_if": _rule(field.required_if),
        "show_if": _rule(field.show_if),
        "help": field.help,
        "options": _options(field.options),
        "escape": _options(field.escape),
        "min": _limit(field.low),
        "max": _limit(field.high),
        "max_length": field.max_length,
        "pattern": field.pattern,
        "pattern_zh": field.pattern_zh,
        "scale": field.scale,
        "fields": inner,
        "instrument": _sheet(field.sheet) if field.sheet else None,
    }
    return {key: value for key, value in everything.items() if value or (value == 0 and value is not False)}


def _sheet(sheet: Sheet) -> dict[str, Any]:
    items = [
        {"id": item.id, "number": item.number, "zh": item.zh, "options": _options(item.options)}
        for item in sheet.items
    ]
    return {
        "id": sheet.id, "zh": sheet.zh, "stem": sheet.stem, "notice": sheet.notice, "remarks": list(sheet.remarks),
        "items": items,
    }  # fmt: skip


def _options(options: tuple[Option, ...]) -> list[dict[str, Any]]:
    plain = [
        {"code": option.code, "zh": option.zh, "score": option.score, "retired": option.retired or None}
        for option in options
    ]
    return [{key: value for key, value in each.items() if value is not None} for each in plain]


def _rule(rule: Rule | None) -> dict[str, Any] | None:
    return to_json(rule) if rule else None


def _limit(limit: int | Decimal | str | None) -> int | str | None:
    return str(limit) if isinstance(limit, Decimal) else limit


def _is_old_enough(field: Field, age: int | None) -> bool:
    return field.min_age is None or (age is not None and age >= field.min_age)
