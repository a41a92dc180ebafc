"""A call by machine: whose token it is, whether it may, how often; and what a request that writes led to before."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer, machine_of
from tongxin.core.pathway import CHINA
from tongxin.exchange.models import Call, Client, Receipt, Token
from tongxin.exchange.rules import Exchange
from tongxin.flows import exchange_clients

LONGEST_TOKEN = 200


class Turned(Exception):
    """A call that is not let in: the status and a sentence for whoever runs the other system."""

    def __init__(self, status: int, code: str, zh: str) -> None:
        super().__init__(code)
        self.status, self.code, self.zh = status, code, zh


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the client, what it sees as, and the rules of its county."""

    client: Client
    viewer: Viewer
    rules: Exchange


NOBODY = Turned(401, "no_token", "令牌不对、已失效，或者这个接口已停用。")


def let_in(*, token: str, address: str, scope: str, operation: str, at: datetime) -> Caller:
    """The caller behind a token; Turned where it may not. Each call of a known client is written down."""
    row = None
    if 0 < len(token) <= LONGEST_TOKEN:
        alive = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
        found = Token.objects.filter(alive, digest=exchange_clients.digest_of(token))
        row = found.select_related("client__organisation").first()
    if row is None:
        raise NOBODY
    client = row.client
    try:
        return _admitted(client, address, scope, at)
    except Turned as turned:
        note(client, operation=operation, status=turned.status, at=at)
        raise


def _admitted(client: Client, address: str, scope: str, at: datetime) -> Caller:
    if not exchange_clients.is_in_force(client, on=at.astimezone(CHINA).date(), at=at):
        raise NOBODY
    if not is_within(address, client.networks):
        raise Turned(403, "network", "这个来源地址没有登记。")
    found = exchange_clients.rules_of(client, at=at)
    if Call.objects.filter(client=client, at__gt=at - found.within).count() >= found.calls:
        raise Turned(429, "too_often", "请求太密，请过一分钟再来。")
    if scope and scope not in client.scopes:
        raise Turned(403, "scope", "这个接口没有这个范围。")
    post = Post.objects.select_related("division").get(id=client.post_id)
    viewer = machine_of(post, at=at)
    if not viewer.people:
        raise Turned(403, "vacant", "这个接口所属的岗位现在没有人。请先请当地补上人，再来。")
    return Caller(client, viewer, found)


def is_within(address: str, networks: list[str]) -> bool:
    """Whether an address lies in one of some networks."""
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return any(here in ip_network(each) for each in networks)


def note(client: Client, *, operation: str, status: int, at: datetime) -> None:
    """That a client called, and what became of it."""
    Call(client=client, at=at, operation=operation, status=status).save()


def once(
    caller: Caller, *, key: UUID, operation: str, body: Mapping[str, Any], at: datetime, write: Callable[[UUID], UUID]
) -> tuple[UUID, bool]:
    """What a request led to, and whether it did so just now; the same request again does nothing further.

    `write` is given an id that belongs to the request, and says what it wrote. Turned (409) when the key came before
    with another content.
    """
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    with transaction.atomic():
        # Two that carry the same key at once wait for each other here.
        Client.objects.select_for_update().get(id=caller.client.id)
        known = Receipt.objects.filter(client=caller.client, key=key).first()
        if known is not None:
            if (known.operation, known.digest) != (operation, digest):
                raise Turned(409, "repeated", "这个请求号已用过，内容不同。没有保存，请换一个请求号。")
            return known.made_id, False
        receipt = Receipt(client=caller.client, key=key, operation=operation, digest=digest, at=at)
        receipt.made_id = write(receipt.id)
        receipt.save(force_insert=True)
    return receipt.made_id, True
