"""The three questions that pages and services ask about answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from tongxin.core.forms.model import Form, Problem
from tongxin.core.forms.review import review


def check(form: Form, answers: object, *, on: date, age: int | None = None) -> list[Problem]:
    """What can't stand as written, in the order of the page; empty when all is well."""
    return review(form, answers, on=on, age=age).problems


def clean(form: Form, answers: object, *, on: date | None = None, age: int | None = None) -> dict[str, Any]:
    """The answers that fit, each in its one written form; hidden ones are kept."""
    return review(form, answers, on=on, age=age).answers


def visible(form: Form, answers: object, *, on: date | None = None, age: int | None = None) -> set[str]:
    """The paths of the fields that are shown for these answers."""
    return review(form, answers, on=on, age=age).shown
