"""The hospital's own system with a token and a hook, agreed to by two administrators; and a teacher's pupils.

Nothing here draws from the year's own chance, so that no other story is shifted.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.demo.year import Year
from tongxin.flows import (
    exchange_calls,
    exchange_clients,
    exchange_hooks,
    exchange_referrals,
    registers,
    teaching,
)
from tongxin.flows.exchange_calls import Turned
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.registers.answers import Given
from tongxin.registers.models import AGREEMENT
from tongxin.registers.standing import AGREED

WRITES, JUDGES, KEEPS, AGREES = (
    "security_administrator", "audit_administrator", "system_administrator", "security_administrator"
)
RECEIVES = "psychiatrist"
OPERATION, PAGE = "list_referrals", 20
SCOPES = ["referrals_read", "referrals_answer", "fhir_read"]
KINDS = ["referral_sent", "referral_ended"]
# Addresses of the block that stands for examples; nobody is there.
NETWORK, HOOK = "192.0.2.0/24", "https://his.example.org/tongxin/news"
# Where the system calls from, and once from where it may not; how often.
FROM, ELSEWHERE, CALLS_EVERY = "192.0.2.10", "198.51.100.7", timedelta(days=7)
PUPILS, SPREAD = 6, 4
# Days after the beginning: the agreement, the client, the hook, the pupils.
AGREED_ON, LET_IN_ON, TOLD_ON, GIVEN_ON = 26, 30, 31, 24


class ExchangeDays:
    """What administrators do for another body's system, and the township's supervisor for a teacher."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """In the first weeks, so that the year's referrals are told of."""
        for days, act in (
            (AGREED_ON, self._agree), (LET_IN_ON, self._let_in), (TOLD_ON, self._tell), (GIVEN_ON, self._give),
        ):
            self.year.plan(start + timedelta(days=days, hours=2), act)

    def _post(self) -> Post | None:
        return self.year.cast.post_of(RECEIVES, self.county.id)

    def _agree(self, at: datetime) -> None:
        """An agreement with the hospital, agreed to by another person."""
        post = self._post()
        if post is None:
            return
        said: Given = {
            "party": [post.organisation.name], "contact": ["信息科"],
            "purpose": ["转介单、回执在两边系统里互通，不再抄一遍"], "activities": ["files"], "parts": ["roster"],
            "begins": [at.astimezone(CHINA).date().isoformat()],
            "ends": [(self.year.end + timedelta(days=120)).date().isoformat()],
            "measures": ["least", "sealed", "named"], "passing_on": ["forbidden"],
            "supervision": ["每季度核对一次调用记录"],
        }

        def write(viewer: Viewer) -> None:
            line = registers.keep(register=AGREEMENT, topic="software", given=said, actor=viewer, at=at)
            self._as(JUDGES, at, lambda judge: registers.review(
                line_id=line.id, outcome=AGREED, words="", actor=judge, at=at, of="1"
            ))

        self._as(WRITES, at, write)

    def _let_in(self, at: datetime) -> None:
        """One administrator registers the system, another agrees; the token is handed over on paper."""
        post = self._post()
        if post is None:
            return
        lasts = min(self.year.end + timedelta(days=90), at + timedelta(days=360))
        given: Given = {
            "name": [f"{post.organisation.name}信息系统"], "post": [str(post.id)], "scopes": SCOPES,
            "networks": [NETWORK], "expires_on": [lasts.astimezone(CHINA).date().isoformat()],
        }

        def ask(viewer: Viewer) -> None:
            client = exchange_clients.ask(given=given, actor=viewer, at=at)
            self._as(AGREES, at, lambda other: self._agreed(client.id, other, at))

        self._as(KEEPS, at, ask)

    def _agreed(self, client_id: UUID, actor: Viewer, at: datetime) -> None:
        """The system asks every week from now on; at last once from where it isn't registered."""
        token = exchange_clients.answer(client_id=client_id, agrees=True, actor=actor, at=at)
        moment = at + CALLS_EVERY
        while moment < self.year.end:
            self.year.plan(moment, call, token=token, address=FROM)
            moment += CALLS_EVERY
        self.year.plan(max(at, self.year.end - timedelta(days=2)), call, token=token, address=ELSEWHERE)

    def _tell(self, at: datetime) -> None:
        """Where it wants to hear that something is new."""
        def add(viewer: Viewer) -> None:
            for client in exchange_clients.clients_for(viewer, at=at).filter(state="agreed")[:1]:
                hook, _ = exchange_hooks.add(
                    client_id=client.id, url=HOOK, kinds=KINDS, algorithm="hmac", actor=viewer, at=at
                )
                # Nobody is there in the demonstration: it shows a hook that is paused.
                exchange_hooks.change(hook_id=hook.id, deed="pause", actor=viewer, at=at)

        self._as(KEEPS, at, add)

    def _give(self, at: datetime) -> None:
        """Some children become this teacher's pupils, one after the other."""
        here = Child.objects.filter(county_id=self.county.id, id__in=list(self.year.lives)).order_by("id")
        teacher = self.year.cast.post_of("psych_teacher", self.county.id)
        for child in list(here[: PUPILS * SPREAD : SPREAD]):
            self._as("case_manager", at, partial(_given, child=child, teacher=teacher, at=at))

    def _as(self, role: str, at: datetime, act: Callable[[Viewer], object]) -> None:
        actor = self.year.cast.at_place(role, self.county.id, at=at)
        if actor is None:
            return
        try:
            act(actor.viewer)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("exchange", refused, at=at)


def call(at: datetime, token: str, address: str) -> None:
    """The system asks which referrals came to its body; the call is written down, also one that is turned away."""
    try:
        caller = exchange_calls.let_in(
            token=token, address=address, scope=SCOPES[0], operation=OPERATION, at=at
        )
    except Turned:
        return
    rows = exchange_referrals.listed(viewer=caller.viewer, way=exchange_referrals.IN, at=at)
    list(rows[:PAGE])
    exchange_calls.note(caller.client, operation=OPERATION, status=200, at=at)


def _given(viewer: Viewer, *, child: Child, teacher: Post | None, at: datetime) -> None:
    teaching.give(child_id=child.id, post_id=teacher.id if teacher else None, actor=viewer, at=at)
