"""Systems of other bodies that come by machine: written down by one administrator, agreed to by another."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import date, datetime
from ipaddress import ip_network
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.exchange.models import Client, Hook, Token
from tongxin.exchange.rules import Exchange, exchange_in
from tongxin.flows import agreements
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.numbers import day_in
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

KEEP, AGREE = "keep_clients", "agree_clients"
PREFIX, BYTES, MOST_NETWORKS, LONGEST_NAME = "tx_", 32, 20, 60
CHANGED = "没有改动：这个接口别人刚办过，请看过新的内容再办。"
OWN = "没有同意：登记的人不能自己同意，请另一位管理员来办。"
NO_AGREEMENT = "没有同意：登记簿里没有和这个单位的、正在生效的协议。请先登记协议并经人核对。"
NO_POST = "没有保存：请选对方的哪个岗位。"
NO_NAME = "没有保存：请写系统叫什么，最多 60 个字。"
NO_SCOPE = "没有保存：请至少选一个范围。"
NO_NETWORK = "没有保存：来源网段每行一个，写成 203.0.113.7 或 203.0.113.0/24 的样子，最多 20 个。"
TOO_WIDE = "没有保存：来源网段 {network} 太宽，前面至少要固定 {bits} 位。请写对方系统真正用的地址。"
NOT_THE_POSTS = "没有保存：“{post}”这个岗位不办这些事，给了也用不上：{scopes}。请去掉，或换对方办这件事的岗位。"
# What a post has to be let do so that a scope is of use to its machine.
ACTIONS = {"clues_report": "take_clues", "deliveries_read": "receive_sharing", "figures_read": "see_figures"}
NO_DAY = "没有保存：用到哪天要在今天以后、{days} 天以内。"


def county_of(viewer: Viewer) -> int:
    """The county whose clients somebody keeps; nobody's who sits above counties."""
    places = [viewer.seat.division_id] if viewer.seat else []
    found = Division.objects.filter(id__in=places).values_list("county_id", flat=True).first()
    if found is None:
        raise NotAllowed
    return found


def rules_for(viewer: Viewer, *, at: datetime) -> Exchange:
    """The rules where somebody sits."""
    return exchange_in(region=rules.region_of(county_of(viewer)), at=at)


def rules_of(client: Client, *, at: datetime) -> Exchange:
    """The rules of a client's county."""
    return exchange_in(region=rules.region_of(client.county_id), at=at)


def clients_for(viewer: Viewer, *, at: datetime) -> QuerySet[Client]:
    """The clients of the viewer's county, for those who keep them and those who agree to them."""
    if not any(access.may_do(viewer=viewer, action=action, at=at) for action in (KEEP, AGREE)):
        raise NotAllowed
    return Client.objects.filter(county_id=county_of(viewer)).select_related("organisation", "post")


def client_for(
    *, client_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False, action: str = KEEP
) -> Client:
    """One client, for those who may do `action`; looked at by both."""
    if for_update and not access.may_do(viewer=viewer, action=action, at=at):
        raise NotAllowed
    client = clients_for(viewer, at=at).filter(id=client_id).first()
    if client is None:
        raise NotAllowed
    if for_update:
        Client.objects.select_for_update(of=("self",)).get(id=client.id)
        client.refresh_from_db()
    return client


def posts_for(viewer: Viewer, *, at: datetime) -> QuerySet[Post]:
    """The posts that a client may stand for: those of bodies of the county and its city, never administrators'."""
    county = Division.objects.get(id=county_of(viewer))
    apart = rules.access_rules(at=at).apart
    near = Q(division__county_id=county.id) | Q(division__city_id=county.city_id, division__level="city")
    return Post.objects.filter(near).exclude(role__in=sorted(apart)).select_related("organisation").order_by(
        "organisation__name", "title"
    )


@transaction.atomic
def ask(*, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None) -> Client:
    """A client that waits for another administrator's word; made once under `new_id`."""
    if actor.person_id is None or not access.may_do(viewer=actor, action=KEEP, at=at):
        raise NotAllowed
    county_id = county_of(actor)
    # Whoever writes down another one in this county waits here.
    Division.objects.select_for_update().get(id=county_id)
    if before := made_before(Client, new_id, county_id=county_id, asked_by=actor.person_id):
        return before
    found, said = rules_for(actor, at=at), {name: [each.strip() for each in values] for name, values in given.items()}
    post = next((each for each in posts_for(actor, at=at) if str(each.id) in said.get("post", ())), None)
    networks = networks_in("\n".join(said.get("networks", ())))
    expires_on = day_in("".join(said.get("expires_on", ())))
    name = "".join(said.get("name", ()))
    scopes = [each for each in found.scopes if each in said.get("scopes", ())]
    problems = list(_wrong(name, scopes, networks, post, found, at))
    last = at.astimezone(CHINA).date() + found.lasts_at_most
    if expires_on is None or not at.astimezone(CHINA).date() < expires_on <= last:
        problems.append(Problem("expires_on", NO_DAY.format(days=found.lasts_at_most.days), True))
    if problems or post is None or expires_on is None:
        raise Refused(problems)
    client = Client(
        id=new_id or ids.new_id(), county_id=county_id, organisation=post.organisation, post=post, name=name,
        scopes=scopes, networks=networks, expires_on=expires_on, asked_at=at, asked_by=actor.person_id,
    )
    vault.create_keys([client.key_owner], at=at)
    client.save(force_insert=True)
    _tell("client.asked", client, actor, at)
    return client


def _wrong(
    name: str, scopes: list[str], networks: list[str] | None, post: Post | None, found: Exchange, at: datetime
) -> Iterable[Problem]:
    if post is None:
        yield Problem("post", NO_POST, True)
    if not name or len(name) > LONGEST_NAME:
        yield Problem("name", NO_NAME, True)
    if not scopes:
        yield Problem("scopes", NO_SCOPE, True)
    if post is not None and (idle := _idle(scopes, post, found, at)):
        yield Problem("scopes", NOT_THE_POSTS.format(post=post.title, scopes="、".join(idle)), True)
    if networks is None:
        yield Problem("networks", NO_NETWORK, True)
    elif wide := [each for each in map(ip_network, networks) if each.prefixlen < found.networks[each.version]]:
        zh = TOO_WIDE.format(network=wide[0], bits=found.networks[wide[0].version])
        yield Problem("networks", zh, True)


def _idle(scopes: list[str], post: Post, found: Exchange, at: datetime) -> list[str]:
    """The scopes that a post could never use, in words: its role may not do what they let a machine do."""
    known = rules.access_rules(at=at)
    return [
        found.scopes[each] for each in scopes
        if each in ACTIONS and not known.may_do(role=post.role, action=ACTIONS[each])
    ]


def networks_in(text: str) -> list[str] | None:
    """The networks of some lines, or nothing where one of them is none."""
    lines = [each.strip() for each in text.replace(",", "\n").splitlines() if each.strip()]
    try:
        found = [str(ip_network(each, strict=False)) for each in lines]
    except ValueError:
        return None
    return found if 0 < len(found) <= MOST_NETWORKS else None


@transaction.atomic
def answer(*, client_id: UUID, agrees: bool, actor: Viewer, at: datetime) -> str:
    """Another administrator's word; the first token when it is yes. It is shown this once."""
    client = client_for(client_id=client_id, viewer=actor, at=at, for_update=True, action=AGREE)
    if client.state != Client.ASKED:
        raise Refused.because(CHANGED)
    if actor.person_id in (None, client.asked_by):
        raise Refused.because(OWN)
    line = agreements.in_force_with(client.organisation.name, county_id=client.county_id, at=at) if agrees else None
    if agrees and line is None:
        raise Refused.because(NO_AGREEMENT)
    client.state = Client.AGREED if agrees else Client.REFUSED
    client.answered_at, client.answered_by = at, actor.person_id
    client.agreement_id = line.id if line else None
    client.save()
    _tell("client.answered", client, actor, at, said="yes" if agrees else "no")
    return _token(client, actor, at) if agrees else ""


@transaction.atomic
def renew(*, client_id: UUID, actor: Viewer, at: datetime) -> str:
    """A fresh token; those before it work a little longer, so that the other side can change over."""
    client = client_for(client_id=client_id, viewer=actor, at=at, for_update=True)
    if client.state != Client.AGREED:
        raise Refused.because(CHANGED)
    until = at + rules_of(client, at=at).overlap
    client.tokens.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=until)).update(ends_at=until)
    _tell("client.renewed", client, actor, at)
    return _token(client, actor, at)


@transaction.atomic
def end(*, client_id: UUID, actor: Viewer, at: datetime) -> Client:
    """No token works and nothing is sent any more, from this moment."""
    client = client_for(client_id=client_id, viewer=actor, at=at, for_update=True)
    if client.state not in (Client.ASKED, Client.AGREED):
        raise Refused.because(CHANGED)
    client.state, client.ended_at, client.ended_by = Client.ENDED, at, actor.person_id
    client.save()
    client.tokens.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)).update(ends_at=at)
    Hook.objects.filter(client=client, ended_at__isnull=True).update(ended_at=at)
    _tell("client.ended", client, actor, at)
    return client


def _token(client: Client, actor: Viewer, at: datetime) -> str:
    if actor.person_id is None:
        raise NotAllowed
    token = PREFIX + secrets.token_urlsafe(BYTES)
    Token.objects.create(client=client, digest=digest_of(token), made_at=at, made_by=actor.person_id)
    return token


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hmac.digest(vault.tokens.key("client tokens"), token.encode(), hashlib.sha256).hex()


def is_in_force(client: Client, *, on: date, at: datetime) -> bool:
    """Whether a client may come now: agreed to, not over, and its agreement stands."""
    if client.state != Client.AGREED or on > client.expires_on or client.agreement_id is None:
        return False
    return agreements.stands(client.agreement_id, at=at)


def ends_soon(client: Client, *, on: date, found: Exchange) -> bool:
    """Whether somebody should think of renewing it."""
    return client.state == Client.AGREED and client.expires_on - on <= found.remind_before


def _tell(kind: str, client: Client, actor: Viewer, at: datetime, **more: str) -> None:
    ledger.record(
        kind=kind, subject=client.key_owner, actor=actor, at=at, is_fact=True, clear={"client": str(client.id), **more}
    )
