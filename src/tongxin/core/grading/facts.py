"""What the answers of one form tell the rules."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tongxin.core.forms import Field, Form
from tongxin.core.grading.vocabulary import Bound, Names
from tongxin.core.instruments import Score

Facts = dict[str, Any]


def facts_of(
    form: Form,
    answers: Mapping[str, Any],
    *,
    names: Names,
    scores: Mapping[str, Score],
    on: date,
    age: int | None = None,
    shown: set[str] | None = None,
) -> Facts:
    """Facts by their bound names, from answers in their one written form (`forms.review`).

    Answers of questions that are not `shown` are left out; a list that the form asks for is there even
    when nobody answered, since a rule has to see the gaps.
    """
    facts: Facts = {"on": on, "child_age": age, "alerts": _alerts(scores)}
    for field in form.fields:
        # Words tell the rules nothing.
        if field.is_plain or (shown is not None and field.id not in shown):
            continue
        value = _value(field, answers.get(field.id), names)
        if value is not None and field.binds is not None:
            facts[field.binds] = value
        if field.sheet is not None:
            facts |= _item_points(field, answers.get(field.id))
    facts |= _gathered(form, facts, names=names, shown=shown)
    for id, score in scores.items():
        facts |= {f"{id}.{scale}": total for scale, total in score.totals.items() if total is not None}
        facts[f"{id}.status"] = score.status
    return facts


def digest_input(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as plain JSON in one fixed order, for the digest that a proposal is stored with."""
    return {name: _plain(facts[name]) for name in sorted(facts) if facts[name] is not None}


def _value(field: Field, answer: Any, names: Names) -> Any:
    if answer in (None, "", [], {}):
        return None
    bound = names.fields.get(field.binds or "")
    match field.type:
        case "code" if bound is not None and bound.list == "cells" and bound.is_scored:
            return next(option.score for option in bound.options if option.code == answer)
        case "code" | "yes_no" | "int":
            return answer
        case "codes":
            return frozenset(answer) if isinstance(answer, list) else None
        case "date" if isinstance(answer, str) and len(answer) == 10:
            return date.fromisoformat(answer)
        case "list":
            rows = [{each.id: _value(each, row.get(each.id), names) for each in field.fields} for row in answer]
            inner = {each.id: (each.binds or each.id).rpartition(".")[2] for each in field.fields}
            return [{inner[id]: value for id, value in row.items()} for row in rows]
    return None


def _item_points(field: Field, answer: Any) -> Facts:
    if field.sheet is None or not isinstance(answer, Mapping):
        return {}
    points = {item.id: {option.code: option.score for option in item.options} for item in field.sheet.items}
    return {f"{field.sheet.id}.{id}": points[id][code] for id, code in answer.items()}


def _alerts(scores: Mapping[str, Score]) -> list[dict[str, str]]:
    return [
        {"code": alert.code, "kind": alert.kind, "instrument": id}
        for id, score in scores.items()
        for alert in score.alerts
    ]


def _gathered(form: Form, facts: Facts, *, names: Names, shown: set[str] | None) -> Facts:
    members: dict[str, list[Bound]] = {}
    for field in form.fields:
        bound = names.fields.get(field.binds) if field.binds else None
        if bound is not None and bound.list and (shown is None or field.id in shown):
            members.setdefault(bound.list, []).append(bound)
    return {
        id: (_cells if id == "cells" else _rows)(members[id], facts)
        for id in (gathered.id for gathered in names.lists) if id in members
    }


def _rows(members: list[Bound], facts: Facts) -> list[dict[str, Any]]:
    return [
        {"item": each.id.rpartition(".")[2], "block": each.block or None, "answer": facts.get(each.id)}
        for each in members
    ]


def _cells(members: list[Bound], facts: Facts) -> list[dict[str, Any]]:
    cells = dict.fromkeys(each.id.split(".")[1] for each in members)
    return [
        {"cell": cell, "level": facts.get(f"cell.{cell}.level"), "on": facts.get(f"cell.{cell}.on")} for cell in cells
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    return value
