"""Money in templates."""

from django import template

from tongxin.lib import money

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """219,150.00 元; empty where there is none."""
    return "" if fen is None else f"{money.yuan(fen)} 元"
