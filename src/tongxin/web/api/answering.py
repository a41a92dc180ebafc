"""The one way of a call: whose token, what it asks, the answer in JSON; whatever goes wrong is told in one shape."""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from tongxin.access import scope
from tongxin.flows import exchange_calls
from tongxin.flows.exchange_calls import Caller, Turned
from tongxin.flows.refusals import Held, Refused
from tongxin.lib.ids import id_in
from tongxin.web.api.operations import Call, Operation
from tongxin.web.doors import Request, door

MOST_BYTES, LONGEST_QUERY = 256 * 1024, 200
SCHEME = "Bearer "
REFUSED = "没有保存，请看 problems。"
View = Callable[..., HttpResponse]


def view_of(operations: Mapping[str, Operation]) -> View:
    """The view of one address: its operations by method."""
    allowed = tuple(operations)

    @csrf_exempt
    @door("client", methods=("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
    def answer(request: Request, **path: Any) -> HttpResponse:
        operation = operations.get("GET" if request.method == "HEAD" else str(request.method))
        if operation is None:
            made = _error(Turned(405, "method", "这个地址没有这种办法。"))
            made.headers["Allow"] = ", ".join(allowed)
            return made
        return _answered(request, operation, path)

    answer.methods = allowed  # type: ignore[attr-defined]
    return cast(View, answer)


def _answered(request: Request, operation: Operation, path: Mapping[str, Any]) -> HttpResponse:
    try:
        caller = exchange_calls.let_in(
            token=_token(request), address=_address(request), scope=operation.scope, operation=operation.id,
            at=request.at,
        )
    except Turned as turned:
        return _error(turned)
    # From here on the connection asks for whom the client stands for.
    scope.narrow(caller.viewer, at=request.at)
    made = _run(request, operation, path, caller)
    exchange_calls.note(caller.client, operation=operation.id, status=made.status_code, at=request.at)
    return made


def _run(request: Request, operation: Operation, path: Mapping[str, Any], caller: Caller) -> HttpResponse:
    try:
        body = _body(request) if operation.body else {}
        key = _key(request) if operation.body else None
        call = Call(caller, request.at, path, _query(request, operation), body, key)
        found = operation.run(call)
    except Turned as turned:
        return _error(turned)
    except Refused as refused:
        problems = [{"path": each.path, "zh": each.zh} for each in refused.problems]
        return JsonResponse({"code": "refused", "zh": REFUSED, "problems": problems}, status=422)
    except Held as held:
        return _error(Turned(409, "held", held.zh))
    status = 200 if found.get("is_new") is False else operation.status
    return JsonResponse(
        dict(found), status=status, content_type=operation.media_type, json_dumps_params={"ensure_ascii": False}
    )


def _token(request: Request) -> str:
    said = request.headers.get("Authorization", "")
    return said[len(SCHEME) :].strip() if said.startswith(SCHEME) else ""


def _address(request: Request) -> str:
    # Behind the site's own door the address of the caller is the last that the door wrote.
    passed_on = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return str(passed_on.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))


def _query(request: Request, operation: Operation) -> dict[str, str]:
    """What the address asks beside; a name that nobody knows is told, so that a slip isn't passed over in silence."""
    for name in request.GET:
        if name not in operation.query or len(request.GET.getlist(name)) > 1:
            raise Turned(400, "query", "地址里有不认识的或重复的参数。")
    found = {name: str(request.GET[name]) for name in request.GET}
    if any(len(text) > LONGEST_QUERY or "\x00" in text for text in found.values()):
        raise Turned(400, "query", "地址里的参数太长。")
    return found


def _body(request: Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Turned(415, "content_type", "请发 application/json。")
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise Turned(413, "too_large", "内容太大。")
    try:
        found = json.loads(request.body, parse_constant=_refuse)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Turned(400, "body", "内容不是 JSON。") from None
    if not isinstance(found, dict):
        raise Turned(400, "body", "内容要是一个 JSON 对象。")
    return {str(name): value for name, value in _clean(found).items()}


def _refuse(_: str) -> None:
    raise ValueError


def _clean(value: Any) -> Any:
    """Without what no text of ours may carry: the sign that ends a string, and halves of signs."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(each) for name, each in value.items()}
    return value


def _key(request: Request) -> UUID:
    found = id_in(request.headers.get("Idempotency-Key", ""))
    if found is None:
        raise Turned(400, "key", "请在 Idempotency-Key 里写一个 UUID。")
    return found


def _error(turned: Turned) -> HttpResponse:
    made = JsonResponse({"code": turned.code, "zh": turned.zh}, status=turned.status)
    if turned.status == 401:
        made.headers["WWW-Authenticate"] = "Bearer"
    if turned.status == 429:
        made.headers["Retry-After"] = "60"
    return made
