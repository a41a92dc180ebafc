"""Chinese dates in templates."""

from datetime import date, datetime

from django import template

from tongxin.web import words

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """2025年9月30日."""
    return words.day_zh(value)


@register.filter
def moment(value: datetime | None) -> str:
    """2025年9月30日 14:05."""
    return words.moment_zh(value)
