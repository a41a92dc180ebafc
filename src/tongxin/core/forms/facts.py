"""What the rules of a form may talk about: its own answers, the day and the child's age."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from tongxin.core.forms.model import TEXTS, Field
from tongxin.core.language import CODE, DATE, INT, SET, Fact, decimal, records

GIVEN = {
    "on": Fact(type=DATE, zh="填写日期", sealed=False),
    "child_age": Fact(type=INT, zh="儿童周岁", sealed=False),
}

_SIMPLE = {"int": INT, "date": DATE, "code": CODE, "yes_no": CODE, "codes": SET}


def facts_of(fields: Iterable[Field]) -> dict[str, Fact]:
    """The facts that these fields give; free text gives none."""
    found: dict[str, Fact] = {}
    for field in fields:
        if field.sheet:
            found |= _sheet_facts(field)
        elif field.type == "list":
            inner = facts_of(each for each in field.fields if each.type != "codes" and not each.sheet)
            found[field.id] = Fact(type=records(inner), zh=field.zh)
        elif field.type == "decimal":
            found[field.id] = Fact(type=decimal(field.scale), zh=field.zh)
        elif field.type in _SIMPLE:
            options = {option.code: option.zh for option in field.options}
            found[field.id] = Fact(type=_SIMPLE[field.type], zh=field.zh, options=options)
    return found


def learned_from(field: Field, value: Any) -> dict[str, Any]:
    """What an answer in its written form tells the rules; "don't know" tells nothing."""
    if value is None or field.type in TEXTS or value in [option.code for option in field.escape]:
        return {}
    if field.sheet:
        scores = {item.id: {each.code: each.score for each in item.options} for item in field.sheet.items}
        return {f"{field.id}.{item}": scores[item][code] for item, code in value.items()}
    match field.type:
        case "int" | "code" | "yes_no":
            return {field.id: value}
        case "decimal":
            return {field.id: Decimal(value)}
        case "date":
            return {field.id: date.fromisoformat(value)}
        case "codes":
            return {field.id: frozenset(value)} if value else {}
        case _:
            return {}


def _sheet_facts(field: Field) -> dict[str, Fact]:
    items = field.sheet.items if field.sheet else ()
    scored = [item for item in items if all(option.score is not None for option in item.options)]
    return {f"{field.id}.{item.id}": Fact(type=INT, zh=item.zh) for item in scored}
