"""Filled forms for stories: complete, and the smallest change away from what a test needs."""

from datetime import date, datetime
from typing import Any

from tongxin.assessments.forms import age_on
from tongxin.core.forms import Field, review
from tongxin.core.pathway import CHINA
from tongxin.flows.record import asked_of
from tongxin.people.models import Child

PREFERRED = ("no", "never", "none", "same", "home_visit", "child", "interview", "good", "confirm")


def fill(child: Child, form: str, at: datetime, **answers: Any) -> dict[str, Any]:
    """Answers to everything a form insists on, in the calmest way, with `answers` on top."""
    asked = asked_of(child, form_id=form, at=at)
    on = at.astimezone(CHINA).date()
    age = age_on(child.birth_month, on)
    filled: dict[str, Any] = {}
    for field in asked.form.fields:
        old_enough = field.min_age is None or (age is not None and age >= field.min_age)
        if field.required and old_enough:
            filled[field.id] = _value(field, at, on)
    filled |= answers
    for _ in range(4):
        lacking = {problem.path for problem in review(asked.form, filled, on=on, age=age).problems}
        more = {field.id: _value(field, at, on) for field in asked.form.fields if field.id in lacking - answers.keys()}
        if not more:
            break
        filled |= more
    return filled


def _value(field: Field, at: datetime, on: date) -> Any:
    codes = [option.code for option in field.options]
    choice = next((code for code in PREFERRED if code in codes), codes[0] if codes else "")
    match field.type:
        case "code":
            return choice
        case "codes":
            return [choice]
        case "yes_no":
            return "yes"
        case "date":
            return on.isoformat()
        case "datetime":
            return at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
        case "int":
            return 1
        case "list":
            return [{each.id: _value(each, at, on) for each in field.fields if each.required}]
        case "division":
            return "370116001001"
        case _:
            return "记录"
