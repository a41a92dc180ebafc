"""The editor of one form, one list of options, or the county's name: words and order, with a preview beside."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import path

from tongxin.core.forms import Field, Form, definition_json
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway import CHINA
from tongxin.flows import amending as flow
from tongxin.flows.refusals import NotAllowed
from tongxin.lib.change_checks import Wrong
from tongxin.rulebook import amending, rules
from tongxin.rulebook.amending import Amendment, Refusal
from tongxin.rulebook.locks import locks_in
from tongxin.web.console.amendments import OVERDRAWN, amendment_in
from tongxin.web.console.definition_rules import TYPES, rules_of
from tongxin.web.doors import Request, body_of, door
from tongxin.web.pages import show

OLD_ENOUGH = 17
STEP = re.compile(r"(\w+)(?:\[(\d+)\]|\.\[(\w+)\])")


@door("office.write_rules", methods=("GET", "POST"))
def edit_form(request: Request, amendment_id: UUID, form_id: str) -> HttpResponse:
    """One form: GET shows it for editing, POST keeps it and says what is wrong."""
    found = amendment_in(request, amendment_id)
    if form_id not in rules.ids_in_force("forms", region=found.region, at=request.at):
        raise Http404
    if request.method == "POST":
        return _saved(request, found, ("forms", form_id), lambda wanted, revision: flow.write_form(
            amendment=found, form_id=form_id, wanted=wanted, revision=revision, actor=request.viewer, at=request.at
        ))
    content = amending.content(found, "forms", form_id, at=request.at)
    form = _form(found, form_id, request)
    locks = locks_in(region=found.region, at=request.at)
    return show(request, "console/reword_form.html", {
        "amendment": found, "form": content, "is_live": found.state in Amendment.LIVE,
        "sections": [
            {"section": section, "fields": [_row(field, form, locks.sets) for field in section["fields"]]}
            for section in content["sections"]
        ],
        "definition": _preview(form, content, request), "problems": _problems(found, ("forms", form_id), request),
        "data": {"revision": found.revision, "kind": "form"},
    })


@door("office.write_rules")
def option_lists(request: Request, amendment_id: UUID) -> HttpResponse:
    """All lists of options, with those that stand fast and why."""
    found = amendment_in(request, amendment_id)
    locks = locks_in(region=found.region, at=request.at)
    sets = amending.content(found, "fields", "option_sets", at=request.at)["sets"]
    now = rules.resolve("fields", "option_sets", region=found.region, at=request.at).content["sets"]
    rows = [
        {"name": name, "zh": "、".join(row["zh"] for row in options[:5]) + ("……" if len(options) > 5 else ""),
         "forms": "、".join(flow.users_of(name, region=found.region, at=request.at)), "lock": locks.sets.get(name, ""),
         "is_changed": options != now.get(name)}
        for name, options in sets.items() if options
    ]
    return show(request, "console/option_lists.html", {
        "amendment": found, "open": [row for row in rows if not row["lock"]],
        "locked": [row for row in rows if row["lock"]],
    })


@door("office.write_rules", methods=("GET", "POST"))
def edit_options(request: Request, amendment_id: UUID, name: str) -> HttpResponse:
    """One list of options: rename, order, retire, add."""
    found = amendment_in(request, amendment_id)
    locks = locks_in(region=found.region, at=request.at)
    sets = amending.content(found, "fields", "option_sets", at=request.at)["sets"]
    if name not in sets or name in locks.sets:
        raise Http404
    if request.method == "POST":
        return _saved(request, found, ("fields", "option_sets"), lambda wanted, revision: flow.write_options(
            amendment=found, name=name, wanted=wanted.get("options"), revision=revision, actor=request.viewer,
            at=request.at,
        ))
    forms = flow.users_of(name, region=found.region, at=request.at)
    return show(request, "console/reword_options.html", {
        "amendment": found, "forms": "、".join(forms), "is_live": found.state in Amendment.LIVE,
        "options": [{**each, "is_fast": each["code"] in locks.codes} for each in sets[name]],
        "definition": _one_question(sets[name], request), "data": {"revision": found.revision, "kind": "options"},
    })


@door("office.write_rules", methods=("GET", "POST"))
def edit_brand(request: Request, amendment_id: UUID) -> HttpResponse:
    """The name under which the county runs the system."""
    found = amendment_in(request, amendment_id)
    if request.method == "POST":
        return _saved(request, found, ("brand", "brand"), lambda wanted, revision: flow.write_brand(
            amendment=found, wanted=wanted, revision=revision, actor=request.viewer, at=request.at
        ))
    return show(request, "console/reword_brand.html", {
        "amendment": found, "name": amending.content(found, "brand", "brand", at=request.at),
        "is_live": found.state in Amendment.LIVE, "data": {"revision": found.revision, "kind": "brand"},
    })


def _saved(
    request: Request, found: Amendment, key: tuple[str, str],
    write: Callable[[Mapping[str, Any], int], Amendment],
) -> JsonResponse:
    """Kept whole or not at all; what is wrong with it is told at its place and hinders only the proposal."""
    try:
        body = json.loads(body_of(request))
        wanted, revision = body["wanted"], int(body["revision"])
        if not isinstance(wanted, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return JsonResponse({"zh": "系统没有看懂这次提交，没有保存。"}, status=422)
    try:
        kept = write(wanted, revision)
        return JsonResponse({"revision": kept.revision, "problems": _problems(kept, key, request)})
    except Refusal as refusal:
        return JsonResponse({"zh": refusal.zh}, status=409)
    except DefinitionError:
        return JsonResponse({"zh": f"没有保存：{OVERDRAWN}"}, status=409)
    except NotAllowed:
        raise Http404 from None


def _problems(found: Amendment, key: tuple[str, str], request: Request) -> list[dict[str, str]]:
    try:
        wrong = amending.check(found, at=request.at)
        content = amending.content(found, *key, at=request.at)
    except DefinitionError:
        return [{"place": "", "zh": OVERDRAWN}]
    return [{"place": _place(each, content), "zh": each.zh} for each in wrong if (each.kind, each.id) == key]


def _place(wrong: Wrong, content: Mapping[str, Any]) -> str:
    """The id of the question or section that a fault speaks of."""
    node: Any = content
    name = ""
    for key, number, id in STEP.findall(wrong.path):
        rows = node.get(key) if isinstance(node, Mapping) else None
        if not isinstance(rows, list):
            break
        found = [row for at, row in enumerate(rows) if (number and at == int(number)) or (id and row.get("id") == id)]
        if not found or not isinstance(found[0], Mapping) or "id" not in found[0]:
            break
        node, name = found[0], str(found[0]["id"])
    return name


def _form(found: Amendment, form_id: str, request: Request) -> Form | None:
    try:
        return flow.form_with(found, form_id, at=request.at)
    except DefinitionError:
        return None


def _preview(form: Form | None, content: Mapping[str, Any], request: Request) -> dict[str, Any] | None:
    if form is None:
        return None
    on = request.at.astimezone(CHINA).date()
    return definition_json(form, form_hash="", on=on, age=OLD_ENOUGH)


def _one_question(options: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    """A page with the one list, as forms show it."""
    on = request.at.astimezone(CHINA).date().isoformat()
    field = {"id": "choice", "zh": "可选几项", "type": "codes", "options": options}
    return {"id": "options", "zh": "", "hash": "", "on": on, "age": None,
            "sections": [{"id": "all", "zh": "填表时这样显示", "fields": [field]}]}


def _row(field: Mapping[str, Any], form: Form | None, locked: Mapping[str, str]) -> dict[str, Any]:
    """One question with what can be changed, and its rules in words."""
    read = {each.id: each for each in _all(form)}.get(field["id"])
    shared = field.get("options") if isinstance(field.get("options"), str) else ""
    return {
        "field": field, "type": TYPES[field["type"]], "rules": rules_of(read) if read else [],
        "is_floor": "floor" in field, "is_note": field["type"] == "note",
        "options": shared if shared and shared not in locked else "",
        "inner": [_row(each, form, locked) for each in field.get("fields", ())],
    }


def _all(form: Form | None) -> list[Field]:
    fields = form.fields if form else ()
    return [*fields, *(inner for each in fields for inner in each.fields)]


urlpatterns = [
    path("amendments/<uuid:amendment_id>/forms/<slug:form_id>/", edit_form),
    path("amendments/<uuid:amendment_id>/options/", option_lists),
    path("amendments/<uuid:amendment_id>/options/<slug:name>/", edit_options),
    path("amendments/<uuid:amendment_id>/brand/", edit_brand),
]
