"""Requests that were refused and wrong tries to sign in, for whoever watches over the accounts."""

from django.http import HttpResponse
from django.urls import URLPattern, path

from tongxin.accounts import refusals
from tongxin.flows.second_factor import rules_at
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.see_refusals")
def refusal_list(request: Request) -> HttpResponse:
    """The newest hours: who, at which door, why and how often."""
    rows = refusals.newest(viewer=request.viewer)
    people = [row.person_id for row in rows if row.person_id != refusals.NOBODY]
    names = open_names(request, people=people, purpose="refusals", route="refusals") if people else None
    return show(request, "console/refusals.html", {
        "days": rules_at(request.at).refusals_kept.days,
        "rows": [
            {"row": row, "reason": refusals.REASONS.get(row.reason, row.reason),
             "who": names.person(row.person_id) if names and row.person_id != refusals.NOBODY else ""}
            for row in rows
        ],
    })


urlpatterns: list[URLPattern] = [path("refusals/", refusal_list)]
