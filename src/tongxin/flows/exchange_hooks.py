"""Where systems of other bodies are told of news: kept by the administrators; paused, tried, sent again by hand."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.exchange import signatures
from tongxin.exchange.models import Client, Delivery, Hook
from tongxin.flows.exchange_clients import CHANGED, client_for, rules_of
from tongxin.flows.exchange_telling import TRIED
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids

PURPOSE, ROUTE = "clients", "clients.hooks"
LONGEST_URL, MOST_HOOKS, SHOWN = 300, 5, 50
NO_URL = "没有保存：地址要写完整的网址（https:// 开头），不带账号、参数和 # 号，最多 300 个字。"
NO_KIND = "没有保存：请至少选一种事件，而且范围里要有。"
NO_ALGORITHM = "没有保存：请选签名的办法。"
TOO_MANY = "没有保存：一个接口最多 5 个通知地址。"
DEEDS = {"pause": "hook.paused", "resume": "hook.resumed", "end": "hook.ended"}


@transaction.atomic
def add(
    *, client_id: UUID, url: str, kinds: Sequence[str], algorithm: str, actor: Viewer, at: datetime,
    new_id: UUID | None = None,
) -> tuple[Hook, str]:
    """The hook, and the secret that both sides know, shown this once (none where a public key does).

    Sent twice under one `new_id` it is made once; whoever made it then gets the same secret, for their page shows
    the second answer only.
    """
    client = client_for(client_id=client_id, viewer=actor, at=at, for_update=True)
    if client.state != Client.AGREED or actor.person_id is None:
        raise Refused.because(CHANGED)
    if before := made_before(Hook, new_id, client_id=client.id, made_by=actor.person_id):
        return before, _secret(before, actor, at)
    if client.hooks.filter(ended_at__isnull=True).count() >= MOST_HOOKS:
        raise Refused.because(TOO_MANY)
    known = rules_of(client, at=at).hooks.kinds
    wanted = [each.id for each in known.values() if each.id in kinds and each.scope in client.scopes]
    problems = [
        *([] if is_url(url) else [Problem("url", NO_URL, True)]),
        *([] if wanted else [Problem("kinds", NO_KIND, True)]),
        *([] if algorithm in signatures.ALGORITHMS else [Problem("algorithm", NO_ALGORITHM, True)]),
    ]
    if problems:
        raise Refused(problems)
    secret = signatures.new_secret()
    is_public = algorithm == signatures.ED25519
    hook = Hook(
        id=new_id or ids.new_id(), client=client, url=url.strip(), kinds=wanted, algorithm=algorithm, made_at=at,
        made_by=actor.person_id,
        public_key=signatures.public_key_of(secret) if is_public else "",
    )
    vault.put(hook, {"secret": secret})
    hook.save(force_insert=True)
    _tell("hook.added", hook, actor, at)
    return hook, "" if is_public else secret


def _secret(hook: Hook, actor: Viewer, at: datetime) -> str:
    if hook.public_key or hook.ended_at is not None:
        return ""
    (secret,) = vault.open([hook.secret], viewer=actor, purpose=PURPOSE, part="exchange", route=ROUTE, at=at)
    return secret or ""


def is_url(text: str) -> bool:
    """Whether something may be called: a whole address of a host, nothing hidden in it."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    is_clean = text.strip().isascii() and text.strip().isprintable() and " " not in text.strip()
    return (
        parts.scheme in ("https", "http") and bool(parts.hostname) and plain and is_clean and port != 0
        and len(text.strip()) <= LONGEST_URL
    )


@transaction.atomic
def change(*, hook_id: UUID, deed: str, actor: Viewer, at: datetime) -> Hook:
    """Nothing goes there for now; it goes there again; it never does any more."""
    hook = _hook(hook_id, actor, at)
    fits = {"pause": hook.paused_at is None, "resume": hook.paused_at is not None, "end": True}
    if hook.ended_at is not None or not fits.get(deed):
        raise Refused.because(CHANGED)
    if deed == "end":
        hook.ended_at = at
    else:
        hook.paused_at = at if deed == "pause" else None
    hook.save()
    _tell(DEEDS[deed], hook, actor, at)
    return hook


@transaction.atomic
def again(*, delivery_id: UUID, actor: Viewer, at: datetime) -> Delivery:
    """What was given up is tried afresh, under the same number."""
    row = Delivery.objects.select_for_update(of=("self",)).select_related("hook").filter(id=delivery_id).first()
    if row is None:
        raise NotAllowed
    hook = _hook(row.hook_id, actor, at)
    if row.state != Delivery.DEAD or hook.ended_at is not None:
        raise Refused.because(CHANGED)
    row.state, row.attempts, row.not_before, row.ended_at, row.reason = Delivery.WAITING, 0, at, None, ""
    row.save()
    _tell("hook.repeated", hook, actor, at)
    return row


@transaction.atomic
def try_out(*, hook_id: UUID, actor: Viewer, at: datetime) -> Delivery:
    """A piece of news about nothing, to see whether it arrives."""
    hook = _hook(hook_id, actor, at)
    if hook.ended_at is not None:
        raise Refused.because(CHANGED)
    return Delivery.objects.create(
        hook=hook, kind=TRIED, source_id=ids.new_id(), about_id=hook.id, happened_at=at, not_before=at
    )


def deliveries_of(client: Client) -> QuerySet[Delivery]:
    """What was sent and what was given up, the newest first."""
    return Delivery.objects.filter(hook__client=client).select_related("hook").order_by("-happened_at", "-id")


def _hook(hook_id: UUID, actor: Viewer, at: datetime) -> Hook:
    hook = Hook.objects.select_for_update(of=("self",)).filter(id=hook_id).first()
    if hook is None:
        raise NotAllowed
    hook.client = client_for(client_id=hook.client_id, viewer=actor, at=at, for_update=True)
    return hook


def _tell(kind: str, hook: Hook, actor: Viewer, at: datetime) -> None:
    clear = {"client": str(hook.client_id), "hook": str(hook.id)}
    ledger.record(kind=kind, subject=hook.key_owner, actor=actor, at=at, is_fact=True, clear=clear)
