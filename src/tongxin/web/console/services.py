"""The service directory: searching it, and keeping its lines."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.assessments.forms import Asked
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import listing_services
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.people.models import Child
from tongxin.referrals.directory import Directory
from tongxin.referrals.models import Service
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

HOME, REFERRAL = "/services/", "referral"
SHOWN, SUGGESTED, LONGEST_SEARCH, OLDEST = 100, 6, 60, 99
FIELDS = (*listing_services.WORDS, "organisation", "kind", "state", "age_from", "age_to")


@door("work")
def service_list(request: Request) -> HttpResponse:
    """The services of the viewer's county that fit what is looked for."""
    found = listing_services.rules_for(request.viewer, at=request.at)
    text, kind, state = (request.GET.get(name, "").strip()[:LONGEST_SEARCH] for name in ("text", "kind", "state"))
    age = request.GET.get("age", "").strip()
    years = number_in(age, most=OLDEST)
    rows = listing_services.listed(
        county_id=listing_services.county_of(request.viewer), text=text, age=years,
        kind=kind if kind in found.kinds else "", state=state if state in found.states else "",
    )
    return show(request, "console/services/list.html", {
        "rows": [_line(request, each, found) for each in rows[:SHOWN]], "rules": found, "text": text, "kind": kind,
        "state": state, "age": "" if years is None else years, "number": rows.count(),
        "may_keep": may_do_any(request, listing_services.KEEP),
    })


def _line(request: Request, row: Service, found: Directory) -> dict[str, Any]:
    return {
        "id": row.id, "url": f"{HOME}{row.id}/", "body": row.organisation.name, "zh": row.zh, "where": row.where,
        "opens": row.opens, "phone": row.phone, "how": row.how, "kind": found.kinds.get(row.kind, ""),
        "state": found.states.get(row.state, ""), "takes": row.state in found.suggested,
        "is_first": bool(found.suggested) and row.state == found.suggested[0],
        "ages": f"{row.age_from}—{row.age_to} 岁", "checked": row.checked_at.astimezone(CHINA).date(),
        "is_stale": request.at - row.checked_at > found.stale_after,
    }


@door("office.keep_services", methods=("GET", "POST"))
def new_service(request: Request) -> HttpResponse:
    """A service that isn't listed yet."""
    return _answer(request, None)


@door("office.keep_services", methods=("GET", "POST"))
def service_page(request: Request, service_id: UUID) -> HttpResponse:
    """One line, to be put right."""
    county = listing_services.county_of(request.viewer)
    row = Service.objects.filter(id=service_id, county_id=county).first()
    if row is None:
        raise Http404
    return _answer(request, row)


def _answer(request: Request, row: Service | None) -> HttpResponse:
    if request.method != "POST":
        given = {name: str(getattr(row, name)) for name in FIELDS if name != "organisation"} if row else {}
        given |= {"organisation": str(row.organisation_id)} if row else {}
        return _form(request, row, given)
    given = {name: request.POST.get(name, "").replace("\x00", "") for name in FIELDS}
    try:
        listing_services.keep(
            service_id=row.id if row else None, given=given, actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, row, given, refused.problems, status=422)
    messages.success(request, _("已保存，核对日期记为今天。"))
    return HttpResponseRedirect(HOME)


def _form(
    request: Request, row: Service | None, given: dict[str, str], problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    county = listing_services.county_of(request.viewer)
    if county is None:
        raise Http404
    found = listing_services.rules_for(request.viewer, at=request.at)
    choices = {"organisation": listing_services.bodies(county), "kind": found.kinds, "state": found.states}
    return show(request, "console/services/edit.html", {
        "row": row, "given": given, "problems": told_problems(problems), "rules": found,
        "choices": {
            name: [{"id": id, "zh": zh, "on": given.get(name) == id} for id, zh in each.items()]
            for name, each in choices.items()
        },
        "words": [
            {"id": name, "zh": zh, "most": most, "value": given.get(name, ""), "long": most > 160,
             "may_be_empty": name in listing_services.MAY_BE_EMPTY}
            for name, (most, zh) in listing_services.WORDS.items()
        ],
    }, status=status)


def suggestions(request: Request, child: Child, asked: Asked) -> list[dict[str, Any]]:
    """Whom a referral of this child may go to, each with an address that puts it into the form."""
    if asked.form.id != REFERRAL:
        return []
    on = request.at.astimezone(CHINA).date()
    found = listing_services.rules_for(request.viewer, at=request.at)
    rows = listing_services.suggested(child, on=on, at=request.at)[:SUGGESTED]
    return [
        _line(request, each, found)
        | {"choose": f"?kind={each.kind}&to_organisation={each.organisation_id}"} for each in rows
    ]


urlpatterns: list[URLPattern] = [
    path("services/", service_list), path("services/new/", new_service),
    path("services/<uuid:service_id>/", service_page),
]
