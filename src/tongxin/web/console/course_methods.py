"""What the page of a course's start says of the methods: which can be begun for this child, and why not the others."""

from collections.abc import Collection
from typing import Any

from tongxin.access import selectors as access
from tongxin.assessments.forms import Asked, age_on
from tongxin.core.pathway import CHINA
from tongxin.flows.counselling import CHILD, offers, protocols_in
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.doors import Request

STARTS, SEES = "course_start", "see_protocols"
PROTOCOL, SERVICE = "protocol", "service"


def methods_shown(
    request: Request, child: Child, asked: Asked, definition: dict[str, Any]
) -> dict[str, Any] | None:
    """What may be begun, by name, and the others with why not; `definition` then offers only what may be begun."""
    if asked.form.id != STARTS:
        return None
    content = protocols_in(region=rules.region_of(child.county_id), at=request.at)
    state = state_of(child, facts=facts_of(child.id)[0], at=request.at)
    found = offers(content, child=child, state=state, roles=request.viewer.roles, at=request.at)
    fitting = [each for each, against in found if not against]
    narrow(definition, protocols={each["id"] for each in fitting},
           services={service for each in fitting for service in each["services"]})
    return {
        "age": age_on(child.birth_month, request.at.astimezone(CHINA).date()),
        "url": "/protocols/" if access.may_do(viewer=request.viewer, action=SEES, at=request.at) else "",
        "fitting": [each["zh"] for each in fitting if CHILD in each["recipients"]],
        "of_carers": [each["zh"] for each in fitting if CHILD not in each["recipients"]],
        "others": [{"zh": each["zh"], "why": against} for each, against in found if against],
    }


def narrow(definition: dict[str, Any], *, protocols: Collection[str], services: Collection[str]) -> None:
    """The page offers these methods and services only; what a draft already holds stays to be seen."""
    wanted = {PROTOCOL: protocols, SERVICE: services}
    for section in definition["sections"]:
        for field in section["fields"]:
            if field["id"] in wanted and wanted[field["id"]]:
                kept = {*wanted[field["id"]], field.get("prefill")}
                field["options"] = [each for each in field["options"] if each["code"] in kept]
