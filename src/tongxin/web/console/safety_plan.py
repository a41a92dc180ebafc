"""A child's safety plan on one page to read and to print, as far as the viewer may see it."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.flows import safety_plans
from tongxin.flows.safety_plans import KIND, PART
from tongxin.ledger.models import Entry
from tongxin.web.console.looking import say_first
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show


@door("child.read")
def safety_plan_page(request: Request, child_id: UUID) -> HttpResponse:
    """The newest plan; for who reads psychology whole, for the others what the child agreed to."""
    child = child_for(request, child_id, part="crisis")
    parts = access.parts_of(viewer=request.viewer, child_id=child.id, at=request.at)
    if PART in parts and (first := say_first(request, child, PART, back="safety-plan/")):
        return first
    found = safety_plans.newest(Entry.objects.filter(subject_id=child.id, kind=KIND).order_by("subject_seq"))
    may_write = access.may(
        viewer=request.viewer, child_id=child.id, part="", action="record.safety_plan", at=request.at
    )
    names = open_names(
        request, children=[child], people=[found[0].person_id] if found else [], purpose="safety_plan",
        route="safety_plan",
    )
    context = {
        "child": child, "name": names.children[child.id], "plan": None, "sees_all": PART in parts,
        "write_url": f"/children/{child.id}/forms/{KIND}/" if may_write else "",
    }
    if found:
        entry, version = found
        answers = ledger.open_entries(
            [entry], viewer=request.viewer, purpose="safety_plan", at=request.at, part="answers", route="safety_plan"
        )[0]
        plan = safety_plans.shown(
            child, entry=entry, version=version, answers=answers or {}, parts=parts, at=request.at
        )
        titles = post_titles([entry.post_id])
        context |= {
            "plan": plan, "made_on": date.fromisoformat(plan.made_on) if plan.made_on else None,
            "who_zh": f"{titles.get(entry.post_id, '') if entry.post_id else ''}　{names.person(entry.person_id)}",
            "kept_zh": "、".join(plan.kept_back),
        }
    return show(request, "console/safety_plan.html", context)
