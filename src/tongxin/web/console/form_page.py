"""The page of a form: what it asks, what is already known, and what becomes of a filled one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, JsonResponse

from tongxin.access import selectors as access
from tongxin.assessments.forms import Asked
from tongxin.core.forms import Form, Problem, definition_json
from tongxin.core.pathway import CHINA
from tongxin.flows.record import asked_of
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.doors import Request, body_of

RENEWED = "表单已更新，请另开一页打开新的表单，对照填写后再提交；本页的内容没有保存。"
UNREADABLE = "系统没有看懂这次提交，没有保存。"
# Whoever writes down a visit was there; others are added by hand.
THERE = frozenset({"visit.visitors"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A filled form as the browser sent it."""

    entry_id: UUID
    form_hash: str
    answers: Mapping[str, Any]


def asked_about(request: Request, child: Child, form_id: str) -> Asked:
    """The form, if there is one and the viewer may fill it in about this child."""
    try:
        asked = asked_of(child, form_id=form_id, at=request.at)
    except rules.NotAdopted:
        raise Http404 from None
    if not access.may(viewer=request.viewer, child_id=child.id, part="", action=asked.action, at=request.at):
        raise Http404
    return asked


def read_sent(request: Request) -> Sent | None:
    """What was sent, if it is a form at all."""
    try:
        body = json.loads(body_of(request))
        answers = body["answers"]
        found = Sent(UUID(str(body["entry_id"])), str(body["form_hash"]), answers)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(answers, dict) else None


def refused(problems: list[Problem]) -> JsonResponse:
    """The problems at their places."""
    return JsonResponse({"problems": [{"path": p.path, "zh": p.zh, "kept": p.kept} for p in problems]}, status=422)


def said(zh: str, *, status: int) -> JsonResponse:
    """One sentence about the whole form."""
    return JsonResponse({"zh": zh}, status=status)


def next_page(url: str) -> JsonResponse:
    """Where the browser goes after a form was kept."""
    return JsonResponse({"next": url})


def definition_for(
    request: Request, asked: Asked, *, age: int | None, values: Mapping[str, Any], places: list[dict[str, str]]
) -> dict[str, Any]:
    """The form for `<tx-form>`; places can be chosen instead of typed as codes."""
    on = request.at.astimezone(CHINA).date()
    definition = definition_json(asked.form, form_hash=asked.form_hash, on=on, age=age, values=values)
    known = {place["code"] for place in places}
    for section in definition["sections"]:
        for field in section["fields"]:
            if field["type"] == "division" and not field.get("options") and field.get("prefill", "") in {"", *known}:
                field["options"] = places
    return definition


def signed(form: Form, name: str) -> dict[str, str]:
    """The name of whoever fills in a form, where the form asks who signs or who was there."""
    return {
        field.id: name for field in form.fields if name and (field.type == "signature_name" or field.binds in THERE)
    }


def from_address(request: Request, form: Form) -> dict[str, Any]:
    """Codes that a link may put into a form: only clear ones that the form offers."""
    found: dict[str, Any] = {}
    for field in form.fields:
        code = request.GET.get(field.id, "")
        if code and not field.sealed and code in {option.code for option in field.options}:
            found[field.id] = [code] if field.type == "codes" else code
    return found
