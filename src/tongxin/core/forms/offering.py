"""Which of a form's instruments may be put to this child, by this person, today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from tongxin.core.forms.model import Field, Form, Sheet


def offered(form: Form, *, age: int | None, roles: Collection[str], on: date) -> Form:
    """The form without the instruments that are not for this age, not for these roles, or without their words.

    `age` is the child's in completed years; where it isn't known no instrument is offered.
    """
    withheld = {
        field.id
        for field in form.fields
        if field.sheet and not (_is_old_enough(field, age) and _is_offered(field.sheet, age=age, roles=roles, on=on))
    }
    return _cut(form, withheld=withheld) if withheld else form


def on_paper(form: Form) -> Form:
    """The form as it is printed empty: without the instruments whose words a licence keeps."""
    wordless = {
        field.id for field in form.fields if field.sheet and field.sheet.offer and not field.sheet.offer.has_words
    }
    return _cut(form, withheld=wordless) if wordless else form


def _cut(form: Form, *, withheld: set[str]) -> Form:
    sections = tuple(
        replace(section, fields=tuple(_without(each, withheld) for each in section.fields if each.id not in withheld))
        for section in form.sections
    )
    return replace(form, sections=sections)


def _is_old_enough(field: Field, age: int | None) -> bool:
    return field.min_age is None or (age is not None and age >= field.min_age)


def _is_offered(sheet: Sheet, *, age: int | None, roles: Collection[str], on: date) -> bool:
    offer = sheet.offer
    if offer is None:
        return True
    is_licensed = not offer.until or on.isoformat() <= offer.until
    return offer.has_words and is_licensed and offer.fits(age) and not set(offer.roles).isdisjoint(roles)


def _without(field: Field, withheld: set[str]) -> Field:
    """A list of instruments to choose from, without those withheld: its codes are the ids of their questions."""
    if field.type != "codes":
        return field
    return replace(field, options=tuple(option for option in field.options if option.code not in withheld))
