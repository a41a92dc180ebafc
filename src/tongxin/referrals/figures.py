"""How soon receivers take referrals and meet the child: median, 90 % and how many, of each kind and receiver."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from tongxin.referrals.models import Referral


@dataclass(frozen=True, slots=True)
class Span:
    """Of `count` referrals that came so far: half took no longer than `median`, nine of ten no longer than `most`."""

    count: int
    median: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Timing:
    """One kind at one receiver: how many were sent, and both spans; None where there are fewer than may be told."""

    kind: str
    organisation_id: int
    sent: int
    accepted: Span | None
    contacted: Span | None


def timings(rows: QuerySet[Referral], *, since: datetime, at_least: int) -> list[Timing]:
    """The timings of referrals sent since a moment, from sending on; kinds and receivers with too few are left out.

    A span runs on by the clock, nights and holidays too. What hasn't come so far yet is in no span.
    """
    found: dict[tuple[str, int], list[tuple[datetime, datetime | None, datetime | None]]] = defaultdict(list)
    told = rows.filter(sent_at__gte=since).order_by().values_list(
        "kind", "to_organisation_id", "sent_at", "accepted_at", "contacted_at"
    )
    for kind, organisation, sent, accepted, contacted in told:
        found[kind, organisation].append((sent, accepted, contacted))
    return [
        Timing(
            kind, organisation, len(each),
            _span([accepted - sent for sent, accepted, _ in each if accepted], at_least),
            _span([contacted - sent for sent, _, contacted in each if contacted], at_least),
        )
        for (kind, organisation), each in sorted(found.items()) if len(each) >= at_least
    ]


def _span(spans: Sequence[timedelta], at_least: int) -> Span | None:
    """Nearest rank: each figure is the span of a referral there was."""
    if len(spans) < at_least:
        return None
    rising = sorted(spans)
    return Span(len(rising), _at(rising, 50), _at(rising, 90))


def _at(rising: Sequence[timedelta], percent: int) -> timedelta:
    return rising[-(-len(rising) * percent // 100) - 1]
