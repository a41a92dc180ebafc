"""How the ways out stand: what waits, what went, what was given up and why. No address and nobody's name."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from tongxin.notices import setup
from tongxin.notices.models import Delivery
from tongxin.notices.rules import rules_at
from tongxin.notices.wording import reason_zh

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Way:
    """One way out over the last days."""

    id: str
    zh: str
    problem: str
    sent: int
    waiting: int
    failing: int
    given_up: int


def ways(*, at: datetime) -> list[Way]:
    """Each way out: whether it is set up, and what became of what was to go there."""
    found = rules_at(at)
    rows = Delivery.objects.filter(created_at__gt=at - found.looked_back).values_list("to__channel", "state")
    many = Counter(rows)
    return [
        Way(
            each.id, each.zh, setup.problem(each.id), many[each.id, Delivery.SENT],
            many[each.id, Delivery.QUEUED] + many[each.id, Delivery.SENDING], many[each.id, Delivery.FAILED],
            many[each.id, Delivery.GIVEN_UP],
        )
        for each in found.channels.values()
    ]


def troubles(*, at: datetime) -> list[Delivery]:
    """The newest messages that didn't go out."""
    rows = Delivery.objects.filter(
        created_at__gt=at - rules_at(at).looked_back, state__in=[Delivery.FAILED, Delivery.GIVEN_UP]
    )
    return list(rows.select_related("to").order_by("-created_at")[:SHOWN])


def given_up(*, at: datetime) -> Counter[str]:
    """How many were given up lately, by the reason in words."""
    rows = Delivery.objects.filter(state=Delivery.GIVEN_UP, ended_at__gt=at - rules_at(at).given_up)
    return Counter(reason_zh(reason) for reason in rows.values_list("reason", flat=True))


def late(*, at: datetime) -> int:
    """How many should have gone out long ago and wait."""
    waiting = Delivery.objects.filter(state__in=[Delivery.QUEUED, Delivery.SENDING])
    return waiting.filter(not_before__lt=at - rules_at(at).late).count()


def last_of(addresses: list[UUID]) -> dict[UUID, Delivery]:
    """What became of the last message to each address."""
    ended = Delivery.objects.filter(to_id__in=addresses, ended_at__isnull=False).exclude(state=Delivery.SPARED)
    newest = ended.values("to_id").annotate(last=Max("ended_at")).values_list("to_id", "last")
    found: dict[UUID, Delivery] = {}
    for to, last in newest:
        found[to] = ended.filter(to_id=to, ended_at=last)[0]
    return found
