"""The OpenAPI 3.1 document: made of the operations themselves and of the forms in force."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tongxin.exchange.rules import exchange_in
from tongxin.web.api.operations import ID, TEXT, Operation, Schema, thing

BASE, VERSION = "/api/v1/", "1.0.0"
PLACED = re.compile(r"<(\w+):(\w+)>")
KINDS: Mapping[str, Schema] = {"uuid": ID, "slug": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}}
PROBLEM = thing({"path": TEXT, "zh": TEXT})
ERROR = thing({"code": TEXT, "zh": TEXT}, optional={"problems": {"type": "array", "items": PROBLEM}})
# What may go wrong, with what is then so.
WRONG = {
    "400": "请求写得不对", "401": "令牌不对或已停用", "403": "没有这个范围，或来源地址没有登记",
    "404": "没有，或不在能看的范围里", "405": "没有这种办法", "409": "请求号用过，内容不同", "413": "太大",
    "415": "不是 JSON", "422": "内容不能保存，说明在哪一栏",
    "429": "太密，请稍后再来",
}
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": True, "schema": ID,
    "description": "请求号：同一件事重发用同一个，只办一次",
}


def document(operations: Iterable[Operation], *, at: datetime) -> Mapping[str, Any]:
    """The whole document, for the forms and lists in force at a moment."""
    found = exchange_in(at=at)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(path_of(each), {})[each.method.lower()] = _told(each, at)
    return {
        "openapi": "3.1.0", "info": {"title": "同心接口", "version": VERSION, "description": found.means},
        "servers": [{"url": "/"}], "security": [{"token": []}], "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "登记时给的令牌"}},
            "schemas": {"Error": ERROR},
        },
    }


def path_of(operation: Operation) -> str:
    """The address as the document writes it."""
    return BASE + PLACED.sub(r"{\2}", operation.path)


def _told(operation: Operation, at: datetime) -> dict[str, Any]:
    given = [
        {"name": name, "in": "path", "required": True, "schema": KINDS[kind]}
        for kind, name in PLACED.findall(operation.path)
    ]
    asked = [{"name": name, "in": "query", "schema": dict(schema)} for name, schema in operation.query.items()]
    answers = {
        str(operation.status): _answer(operation.zh, operation.gives, operation.media_type),
        **{status: _answer(zh, {"$ref": "#/components/schemas/Error"}) for status, zh in WRONG.items()},
    }
    if operation.method == "POST":
        answers["200"] = _answer("同一个请求号，早先已经办过", operation.gives)
    told: dict[str, Any] = {
        "operationId": operation.id, "summary": operation.zh, "description": f"需要的范围：{operation.scope or '不限'}",
        "parameters": [*given, *asked, *([KEY] if operation.body else [])], "responses": answers,
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body(at)}}}
    return told


def _answer(zh: str, schema: Schema, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": zh, "content": {media_type: {"schema": schema}}}
