"""What the page of a course's start says of the methods: where each stands, and which fit the child's age."""

from typing import Any

from tongxin.access import selectors as access
from tongxin.assessments.forms import Asked, age_on
from tongxin.core.pathway import CHINA
from tongxin.flows.counselling import protocols_in
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.doors import Request

STARTS, CHILD, SEES = "course_start", "child", "see_protocols"


def methods_shown(request: Request, child: Child, asked: Asked) -> dict[str, Any] | None:
    """The child's age in completed years with the names of what may be done with a child so old."""
    if asked.form.id != STARTS:
        return None
    age = age_on(child.birth_month, request.at.astimezone(CHINA).date())
    content = protocols_in(region=rules.region_of(child.county_id), at=request.at)
    return {
        "age": age,
        "url": "/protocols/" if access.may_do(viewer=request.viewer, action=SEES, at=request.at) else "",
        "fitting": [
            each["zh"] for each in content["protocols"]
            if age is not None and CHILD in each["recipients"] and each["ages"]["from"] <= age <= each["ages"]["to"]
        ],
    }
