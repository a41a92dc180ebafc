"""The way from a page to where the manual tells of it."""

from typing import Any

from django import template

from tongxin.web.console import help

register = template.Library()


@register.simple_tag(takes_context=True)
def how_to(context: dict[str, Any]) -> str:
    """The address of 怎么做 for the page being shown; empty for whoever hasn't signed in."""
    request = context.get("request")
    return help.address_for(request) if request is not None and context.get("sign_out_url") else ""
