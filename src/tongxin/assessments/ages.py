"""Which of the forms of one kind is made for a child's age."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongxin.core.forms import Ages, Years, fits
from tongxin.rulebook import rules


def years_on(birth_month: date | None, on: date) -> Years | None:
    """Completed years on a day; in the month of the birthday both numbers are possible (the day is sealed)."""
    if birth_month is None:
        return None
    years = on.year - birth_month.year
    return Years(max(years - (on.month <= birth_month.month), 0), max(years - (on.month < birth_month.month), 0))


def ages_in(content: Mapping[str, Any]) -> Ages | None:
    """The ages written in an adopted form."""
    ages = content.get("ages")
    return Ages(ages["from"], ages["to"], str(ages.get("on", "")), str(ages["source"])) if ages else None


def form_for(*, form_id: str, region: str, at: datetime, years: Years | None) -> str:
    """The form itself when it is for these years, else the one of its kind that is; empty when none is."""
    asked = rules.resolve("forms", form_id, region=region, at=at).content
    if fits(ages_in(asked), years):
        return form_id
    return next((each for each in others_of(form_id=form_id, region=region, at=at, years=years)), "")


def others_of(*, form_id: str, region: str, at: datetime, years: Years | None) -> list[str]:
    """The other forms of the same kind that are made for certain ages, and for these years."""
    kind = rules.resolve("forms", form_id, region=region, at=at).content["kind"]
    found = []
    for other in rules.ids("forms"):
        content = rules.resolve("forms", other, region=region, at=at).content
        ages = ages_in(content)
        if other != form_id and content["kind"] == kind and ages and fits(ages, years):
            found.append(other)
    return found
