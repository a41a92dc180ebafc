"""Clues that phones brought about children without a file: decided in time, or not; each figure is a list's length."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value, When

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.flows.arriving import CLUE
from tongxin.flows.arriving_settling import DECIDE
from tongxin.flows.barred import children_for
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival

# What each list holds, at a moment.
ONLY: Mapping[str, str] = {
    "phone_decided": "手机线索：按时核对", "phone_late": "手机线索：没有按时核对",
    "phone_due": "手机线索：到了该核对的时候",
}


def listed(
    *, viewer: Viewer, at: datetime, only: str = "", month: Mapping[str, Any] | None = None
) -> QuerySet[Arrival, Any]:
    """The clues of phones in the viewer's area, narrowed; the figures count exactly these.

    Each has `by`: the moment by which somebody says whose it is, by the rules of phones; climbing doesn't move it.
    """
    if viewer.person_id is None or not access.may_do(viewer=viewer, action=DECIDE, at=at):
        return Arrival.objects.none()
    here = Q()
    for seat in viewer.seats:
        here |= Q(**{f"{seat.division_level}_id": seat.division_id})
    places = Division.objects.filter(here).values("id") if here else Division.objects.none().values("id")
    limits = limits_at(at)
    span = Case(
        When(is_danger=True, then=Value(limits.decide_danger_within)), default=Value(limits.decide_within),
        output_field=DurationField(),
    )
    rows = Arrival.objects.filter(receipt__reason=CLUE, division_id__in=places)
    rows = rows.exclude(child_id__in=children_for(viewer, at=at)).annotate(span=span)
    rows = rows.annotate(by=ExpressionWrapper(F("received_at") + F("span"), output_field=DateTimeField()))
    return rows.filter(**(month or {})).filter(_narrow(only, at)) if only else rows.filter(**(month or {}))


def _narrow(only: str, at: datetime) -> Q:
    found: Mapping[str, Q] = {
        "phone_decided": Q(settled_at__lte=F("by")),
        "phone_late": Q(settled_at__gt=F("by")) | Q(settled_at__isnull=True, by__lte=at),
        "phone_due": Q(by__lte=at) | Q(settled_at__isnull=False),
    }
    return found[only]


def by_of(row: Arrival) -> datetime:
    """The moment by which it had to be decided, of a row that `listed` gave."""
    moment: datetime = row.by  # type: ignore[attr-defined]
    return moment
