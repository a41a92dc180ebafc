"""Forms and lists of questions as JSON Schema: the same definitions that the pages draw."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tongxin.assessments.forms import form_in
from tongxin.core.forms import Field
from tongxin.registers.rules import Field as Question
from tongxin.web.api.operations import DAY, MOMENT, NUMBER, TEXT, Schema, thing

SIMPLE: Mapping[str, Schema] = {
    "date": DAY, "int": NUMBER, "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
    "datetime": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"},
    "decimal": {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"},
    "yes_no": {"type": "string", "enum": ["yes", "no"]},
}
CODES = {"code", "codes"}
# What the door says itself, never the other side.
OURS = frozenset({"way"})
QUESTIONS: Mapping[str, Schema] = {"date": DAY, "moment": MOMENT, "number": NUMBER}


def of_form(form_id: str, *, at: datetime) -> Schema:
    """What one may answer in a form in force, under the fields' names; required only where it always is."""
    found = form_in(form_id=form_id, region="", at=at, lists={}).form
    fields = [each for each in found.fields if each.type not in {"note", "instrument"} and each.id not in OURS]
    return _fields(fields)


def _fields(fields: Iterable[Field]) -> Schema:
    rows = list(fields)
    needed = {each.id: _field(each) for each in rows if each.required and not each.show_if and each.id != "answered_at"}
    return thing(needed, optional={each.id: _field(each) for each in rows if each.id not in needed})


def _field(field: Field) -> Schema:
    made: dict[str, Any] = {"title": field.zh, **({"description": field.help} if field.help else {})}
    if field.type == "list":
        return {**made, "type": "array", "items": _fields(field.fields)}
    if field.type in CODES:
        # Lists that depend on the place (bodies, posts) are empty here.
        known = [option.code for option in (*field.options, *field.escape)]
        code: Schema = {"type": "string", "enum": known} if known else TEXT
        return {**made, **(code if field.type == "code" else {"type": "array", "items": code})}
    longest = {"maxLength": field.max_length} if field.max_length else {}
    return {**made, **SIMPLE.get(field.type, TEXT), **(longest if field.type not in SIMPLE else {})}


def of_questions(questions: Iterable[Question]) -> Schema:
    """What one may answer to a definition's list of questions."""
    rows = list(questions)
    needed = {each.id: _question(each) for each in rows if each.is_required}
    return thing(needed, optional={each.id: _question(each) for each in rows if each.id not in needed})


def _question(question: Question) -> Schema:
    made = {"title": question.zh, **({"description": question.hint} if question.hint else {})}
    code: Schema = {"type": "string", "enum": list(question.options)}
    if question.type == "choice":
        return {**made, **code}
    if question.type == "choices":
        return {**made, "type": "array", "items": code}
    return {**made, **QUESTIONS.get(question.type, TEXT)}
