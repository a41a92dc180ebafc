"""Which posts use a page, for whoever came to one that theirs doesn't."""

from typing import Any

from django import template
from django.urls import Resolver404, resolve

from tongxin.rulebook import rules

register = template.Library()
OFFICE = "office."


@register.simple_tag(takes_context=True)
def posts_that_use(context: template.Context) -> str:
    """The names of the posts whose page this is; nothing of a page about one record, which answers all alike."""
    request = context.get("request")
    viewer: Any = getattr(request, "viewer", None)
    if request is None or viewer is None or viewer.person_id is None:
        return ""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    action = str(getattr(match.func, "action", ""))
    if match.kwargs or not action.startswith(OFFICE):
        return ""
    found = rules.access_rules(at=request.at)
    names = action.removeprefix(OFFICE).split("|")
    roles = {role for name in names for role in found.office.get(name, ())}
    if roles & set(viewer.roles):
        return ""
    return "、".join(zh for role, zh in found.roles.items() if role in roles)
