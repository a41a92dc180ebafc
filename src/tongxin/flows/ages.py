"""A form made for certain ages is refused for a child outside them, on the day that the form itself names."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongxin.assessments.ages import others_of, years_on
from tongxin.core.forms import Form, Problem, fits
from tongxin.flows.refusals import Refused
from tongxin.people.models import Child
from tongxin.rulebook import rules


def refuse(*, child: Child, form: Form, answers: Mapping[str, Any], on: date, at: datetime) -> None:
    """Nothing, when the child's age on that day fits, or isn't known."""
    if form.ages is None:
        return
    day = date.fromisoformat(answers[form.ages.on]) if answers.get(form.ages.on) else on
    years = years_on(child.birth_month, day)
    if years is None or fits(form.ages, years):
        return
    region = rules.region_of(child.county_id)
    others = others_of(form_id=form.id, region=region, at=at, years=years)
    names = [str(rules.resolve("forms", each, region=region, at=at).content["zh"]) for each in others]
    advice = f"请改填“{names[0]}”。" if names else "请核对出生日期和填表日期；已满十八周岁的，请办理结案。"
    said = f"这张表用于 {form.ages.zh}的儿童；{day.year}年{day.month}月{day.day}日，这名儿童 {years.zh}。{advice}"
    raise Refused([Problem(form.ages.on, said, True)])
