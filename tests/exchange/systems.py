"""A hospital's own system: agreed with, registered, with a token, and a place where it hears of news."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client as Browser

from tests.web.conftest import MORNING
from tests.world import START, World
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.exchange.models import Client
from tongxin.flows import exchange_clients, registers
from tongxin.flows.exchange_clients import ACTIONS
from tongxin.lib import ids
from tongxin.registers.models import AGREEMENT, IMPACT, Line
from tongxin.rulebook import rules

ASKED = ("lawful", "minimal", "told", "under_14", "judged", "access", "secured", "outside", "ended")
ADMINISTRATORS = {"系统员": "system_administrator", "安全员": "security_administrator", "审计员": "audit_administrator"}
ALL = (
    "referrals_read", "referrals_answer", "referrals_create", "clues_report", "deliveries_read", "figures_read",
    "fhir_read",
)


def administer(cast: World) -> None:
    """The county's three administrators."""
    place = cast.place("370116")
    body = Organisation.objects.create(kind="office", name="信息中心", division=place)
    for login, (name, role) in enumerate(ADMINISTRATORS.items()):
        post = Post.objects.create(id=ids.new_id(), role=role, title=name, organisation=body, division=place)
        cast.posts[name] = post
        (cast.people[name],) = counties.fill(holders=[(post, f"exchange{login}", name)], at=START)


def agree_with(cast: World, party: str, *, ends: str = "2026-06-30", at: datetime = START) -> Line:
    """An agreement in force with another body, with the assessment that it needs."""
    said = {
        "topic": ["entrusted"], "reasons": ["entrusted"], "scope": ["只给转介单"], "effects": ["可能被同学知道"],
        "risk": ["low"], "conclusion": ["go"], **{name: ["kept"] for name in ASKED},
    }
    writer, judge = cast.viewer("安全员", at), cast.viewer("审计员", at)
    line = registers.keep(register=IMPACT, topic="entrusted", given=said, actor=writer, at=at)
    registers.review(line_id=line.id, outcome="agreed", words="", actor=judge, at=at, of="1")
    body = {
        "party": [party], "contact": ["信息科"], "purpose": ["转介互通"], "activities": ["files"], "parts": ["roster"],
        "begins": ["2025-01-01"], "ends": [ends], "measures": ["least"], "passing_on": ["forbidden"],
        "supervision": ["每季度检查"],
    }
    made = registers.keep(register=AGREEMENT, topic="software", given=body, actor=writer, at=at)
    return registers.review(line_id=made.id, outcome="agreed", words="", actor=judge, at=at, of="1")


@dataclass
class System:
    """Another body's system at the door."""

    client: Client
    token: str
    browser: Browser = field(default_factory=Browser)

    def get(self, path: str, **query: str) -> Any:
        return self.browser.get(f"/api/v1/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any, *, key: Any = None) -> Any:
        headers = {**self._headers(), "Idempotency-Key": str(key or ids.new_id())}
        return self.browser.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def registered(
    cast: World, post: Post, *, scopes: tuple[str, ...] = ALL, expires: str = "2026-01-31", at: datetime = MORNING
) -> System:
    """A system that two administrators let in; what its post may not do (any more) is among its scopes all the same,
    as where a role was let do less since."""
    usable = [each for each in scopes if each not in ACTIONS or post.role in may_do(ACTIONS[each], at)]
    given = {
        "name": ["院内系统"], "post": [str(post.id)], "scopes": usable or ["referrals_read"], "networks": ["127.0.0.1"],
        "expires_on": [expires],
    }
    client = exchange_clients.ask(given=given, actor=cast.viewer("系统员", at), at=at)
    token = exchange_clients.answer(client_id=client.id, agrees=True, actor=cast.viewer("安全员", at), at=at)
    Client.objects.filter(id=client.id).update(scopes=list(scopes))
    return System(Client.objects.get(id=client.id), token)


def may_do(action: str, at: datetime) -> set[str]:
    """The roles that may do something."""
    known = rules.access_rules(at=at)
    return {role for role in Post.objects.values_list("role", flat=True) if known.may_do(role=role, action=action)}
