"""Systems of other bodies: the list, a new one, one of them with its token, its hooks and what was sent."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.exchange import signatures
from tongxin.exchange.models import Client, Delivery
from tongxin.flows import exchange_clients, exchange_hooks
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.web.api.urls import OPERATIONS
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import given_in, told_problems
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.new_ids import fresh, given_id
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/clients/", "clients", "clients", "clients"
SHOWN, CALLS_SHOWN = 50, 20
DAY = timedelta(days=1)
Given = dict[str, list[str]]


@door("office.keep_clients|agree_clients")
def client_list(request: Request) -> HttpResponse:
    """Every client of the county, those that wait for a word first."""
    rows = list(_clients(request).order_by("-asked_at"))
    rank = {state: at for at, state in enumerate(Client.STATES)}
    lines = [_line(request, each) for each in sorted(rows, key=lambda row: rank[row.state])]
    return show(request, "clients/list.html", {
        "rows": lines, "means": _rules(request).means, "keeps": may_do_any(request, exchange_clients.KEEP),
    })


def _clients(request: Request) -> Any:
    try:
        return exchange_clients.clients_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _rules(request: Request) -> Any:
    return exchange_clients.rules_for(request.viewer, at=request.at)


def _line(request: Request, client: Client) -> dict[str, Any]:
    on = request.at.astimezone(CHINA).date()
    is_used = exchange_clients.is_in_force(client, on=on, at=request.at)
    stopped = client.state == Client.AGREED and not is_used
    return {
        "client": client, "url": f"{HOME}{client.id}/", "state": client.get_state_display(), "is_used": is_used,
        "why_not": _why_not(client, on) if stopped else "", "ends_soon": exchange_clients.ends_soon(
            client, on=on, found=exchange_clients.rules_of(client, at=request.at)
        ),
        "calls": client.calls.filter(at__gt=request.at - DAY).count(),
        "dead": Delivery.objects.filter(hook__client=client, state=Delivery.DEAD).count(),
    }


def _why_not(client: Client, on: Any) -> str:
    return _("过了登记的日期，已停") if on > client.expires_on else _("协议已到期或终止，已停")


@door("office.keep_clients", methods=("GET", "POST"))
def new_client(request: Request) -> HttpResponse:
    """A client that waits for another administrator's word."""
    if request.method == "GET":
        return _form(request, {})
    given = given_in(request)
    try:
        client = exchange_clients.ask(given=given, actor=request.viewer, at=request.at, new_id=given_id(request))
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form(request, given, refused.problems, status=422)
    messages.success(request, _("已登记，等另一位管理员同意。"))
    return HttpResponseRedirect(f"{HOME}{client.id}/")


def _form(request: Request, given: Given, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    try:
        found, posts = _rules(request), exchange_clients.posts_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    on = request.at.astimezone(CHINA).date()
    return show(request, "clients/new.html", {
        "problems": told_problems(problems), "rules": found, "last": on + found.lasts_at_most,
        "given": {name: "\n".join(values) for name, values in given.items()},
        "posts": [
            {"id": str(each.id), "zh": f"{each.organisation.name} · {each.title}",
             "on": str(each.id) in given.get("post", ())} for each in posts
        ],
        "scopes": [
            {"id": id, "zh": zh, "on": id in given.get("scopes", ())} for id, zh in found.scopes.items()
        ], **fresh(request),
    }, status=status)


@door("office.keep_clients|agree_clients")
def client_page(request: Request, client_id: UUID) -> HttpResponse:
    """One client: what it may, who agreed, its hooks, its last calls, what was not delivered."""
    return _page(request, _client(request, client_id))


def _client(request: Request, client_id: UUID) -> Client:
    try:
        return exchange_clients.client_for(client_id=client_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _page(request: Request, client: Client, *, status: int = 200, **more: Any) -> HttpResponse:
    found, line = exchange_clients.rules_of(client, at=request.at), _line(request, client)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[client.asked_by, client.answered_by, client.ended_by]
    )
    kinds = {each.id: each.zh for each in found.hooks.kinds.values()}
    keeps = may_do_any(request, exchange_clients.KEEP)
    called = {each.id: each.zh for each in OPERATIONS}
    return show(request, "clients/client.html", {
        "client": client, "line": line, "asked_by": names.person(client.asked_by),
        "answered_by": names.person(client.answered_by) if client.answered_by else "",
        "scopes": [found.scopes.get(each, each) for each in client.scopes],
        "may_answer": client.state == Client.ASKED and may_do_any(request, exchange_clients.AGREE)
        and request.viewer.person_id != client.asked_by,
        "may_end": client.state in (Client.ASKED, Client.AGREED) and keeps,
        "is_agreed": client.state == Client.AGREED and keeps,
        "calls": [
            {"at": each.at, "zh": called.get(each.operation, ""), "status": each.status}
            for each in client.calls.order_by("-at")[:CALLS_SHOWN]
        ],
        "hooks": [
            {"hook": each, "kinds": "、".join(kinds.get(kind, kind) for kind in each.kinds),
             "algorithm": signatures.ALGORITHMS[each.algorithm]}
            for each in client.hooks.filter(ended_at__isnull=True).order_by("made_at")
        ],
        "deliveries": [
            {"row": each, "kind": kinds.get(each.kind, each.kind), "is_dead": each.state == Delivery.DEAD}
            for each in exchange_hooks.deliveries_of(client)[:SHOWN]
        ],
        "kinds": [
            {"id": each.id, "zh": each.zh} for each in found.hooks.kinds.values() if each.scope in client.scopes
        ],
        "algorithms": list(signatures.ALGORITHMS.items()), **fresh(request), **more,
    }, status=status)


def _acted(request: Request, client_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    """The page again, with what was refused; else back to it, so that sending it anew does nothing twice."""
    client = _client(request, client_id)
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, client, status=422, problems=told_problems(refused.problems))
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{client_id}/")


@door("office.agree_clients", methods=("POST",))
def answer(request: Request, client_id: UUID) -> HttpResponse:
    """Another administrator's word; with a yes the token, this once."""
    agrees = request.POST.get("answer") == "yes"
    return _with_token(request, client_id, lambda: exchange_clients.answer(
        client_id=client_id, agrees=agrees, actor=request.viewer, at=request.at
    ), _("已记下：不同意。"))


@door("office.keep_clients", methods=("POST",))
def renew(request: Request, client_id: UUID) -> HttpResponse:
    """A fresh token, this once."""
    return _with_token(request, client_id, lambda: exchange_clients.renew(
        client_id=client_id, actor=request.viewer, at=request.at
    ), "")


def _with_token(request: Request, client_id: UUID, act: Callable[[], str], done: str) -> HttpResponse:
    client = _client(request, client_id)
    try:
        token = act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, client, status=422, problems=told_problems(refused.problems))
    if not token:
        messages.success(request, done)
        return HttpResponseRedirect(f"{HOME}{client_id}/")
    return show(request, "clients/token.html", {
        "client": client, "token": token, "secret": "",
        "address": request.build_absolute_uri("/api/v1/"),
    })


@door("office.keep_clients", methods=("POST",))
def end(request: Request, client_id: UUID) -> HttpResponse:
    """No more of it."""
    return _acted(request, client_id, lambda: exchange_clients.end(
        client_id=client_id, actor=request.viewer, at=request.at
    ), _("已停用，令牌当时失效。"))


@door("office.keep_clients", methods=("POST",))
def add_hook(request: Request, client_id: UUID) -> HttpResponse:
    """Where it is told of news; the secret, this once."""
    client = _client(request, client_id)
    try:
        hook, secret = exchange_hooks.add(
            client_id=client_id, url=request.POST.get("url", "").strip(), kinds=request.POST.getlist("kinds"),
            algorithm=request.POST.get("algorithm", ""), actor=request.viewer, at=request.at, new_id=given_id(request),
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, client, status=422, problems=told_problems(refused.problems))
    return show(request, "clients/token.html", {"client": client, "hook": hook, "secret": secret, "token": ""})


@door("office.keep_clients", methods=("POST",))
def change_hook(request: Request, hook_id: UUID, deed: str) -> HttpResponse:
    """Pause, resume, end, try."""
    client_id = _client_of(request, hooks__id=hook_id)
    if deed == "try":
        return _acted(request, client_id, lambda: exchange_hooks.try_out(
            hook_id=hook_id, actor=request.viewer, at=request.at
        ), _("已排队，过一会儿刷新本页看结果。"))
    return _acted(request, client_id, lambda: exchange_hooks.change(
        hook_id=hook_id, deed=deed, actor=request.viewer, at=request.at
    ), _("已改。"))


@door("office.keep_clients", methods=("POST",))
def send_again(request: Request, delivery_id: UUID) -> HttpResponse:
    """What was given up is tried afresh."""
    client_id = _client_of(request, hooks__deliveries__id=delivery_id)
    return _acted(request, client_id, lambda: exchange_hooks.again(
        delivery_id=delivery_id, actor=request.viewer, at=request.at
    ), _("已排队重发。"))


def _client_of(request: Request, **named: UUID) -> UUID:
    found = _clients(request).filter(**named).values_list("id", flat=True).first()
    if found is None:
        raise Http404
    return UUID(str(found))


ONE = "clients/<uuid:client_id>/"
urlpatterns: list[URLPattern] = [
    path("clients/", client_list), path("clients/new/", new_client), path(ONE, client_page),
    path(f"{ONE}answer/", answer), path(f"{ONE}renew/", renew), path(f"{ONE}end/", end),
    path(f"{ONE}hooks/", add_hook), path("clients/hooks/<uuid:hook_id>/<slug:deed>/", change_hook),
    path("clients/deliveries/<uuid:delivery_id>/again/", send_again),
]
