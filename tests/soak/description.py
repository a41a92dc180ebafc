"""The whole product as an OpenAPI document, made from what it serves: for whoever asks it strange questions."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from tests.matrix.asking import CONVERTER
from tests.matrix.routes import served
from tests.matrix.things import Things
from tongxin.web.urls import urlpatterns

Schema = dict[str, Any]
ASKED = re.compile(r"\.(?:get|getlist|pop)\(\s*\"(\w+)\"")
ODD = {"type": ["string", "integer", "number", "boolean", "null", "array", "object"]}
ROUTE_KINDS: dict[str, Schema] = {
    "uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer", "minimum": 0, "maximum": 2**63},
    "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,60}$"},
    "path": {"type": "string", "pattern": "^[a-z./_-]{1,40}$"},
}


def described(things: Things) -> Schema:
    """Every route with its methods, the ids that exist among those that don't, and the fields its module asks for."""
    paths: dict[str, Schema] = {}
    for route, pattern in served(urlpatterns):
        view = pattern.callback
        found = [(kind or "str", name) for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", route)]
        address = "/" + CONVERTER.sub(lambda one: f"{{{one[1]}}}", route)
        parameters = [_in_path(kind, name, things.ids) for kind, name in found]
        paths[address] = {
            method.lower(): _operation(view, method, parameters, things)
            for method in view.methods  # type: ignore[attr-defined]
        }
    return {"openapi": "3.1.0", "info": {"title": "同心", "version": "1"}, "paths": paths}


def _in_path(kind: str, name: str, ids: dict[str, Any]) -> Schema:
    known, any_other = ids.get(name), ROUTE_KINDS.get(kind, {"type": "string"})
    schema = {"anyOf": [{"enum": [known if kind == "int" else str(known)]}, any_other]} if known else any_other
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _operation(view: Callable[..., Any], method: str, parameters: list[Schema], things: Things) -> Schema:
    names = sorted(set(ASKED.findall(inspect.getsource(inspect.getmodule(inspect.unwrap(view)) or view))))
    known = [str(value) for value in things.ids.values()]
    field: Schema = {"anyOf": [{"type": "string"}, {"enum": known}, ODD]}
    operation: Schema = {"parameters": list(parameters), "responses": {"default": {"description": "任何答复"}}}
    if method == "GET":
        asked = {"anyOf": [{"type": "string"}, {"enum": known}]}
        operation["parameters"] += [{"name": name, "in": "query", "schema": asked} for name in names]
        return operation
    body: Schema = {"type": "object", "properties": dict.fromkeys(names, field)}
    form: Schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    operation["requestBody"] = {"content": {
        "application/json": {"schema": {"anyOf": [body, ODD]}}, "application/x-www-form-urlencoded": {"schema": form},
    }}
    return operation
