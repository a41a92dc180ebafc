"""Calls by machine are forgotten after their time; what was opened by them stands in the looks besides."""

from datetime import datetime

from tongxin.exchange.models import Call, Client
from tongxin.exchange.rules import exchange_in
from tongxin.rulebook import rules

CHUNK = 5000


def forget_calls(*, at: datetime) -> int:
    """How many calls are gone because the county's rule kept them long enough."""
    counties = Client.objects.order_by().values_list("county_id", flat=True).distinct()
    return sum(_forget(county_id, at) for county_id in list(counties))


def _forget(county_id: int, at: datetime) -> int:
    kept = exchange_in(region=rules.region_of(county_id), at=at).calls_kept
    old = Call.objects.filter(client__county_id=county_id, at__lt=at - kept).order_by("id")
    done = 0
    while some := list(old.values_list("id", flat=True)[:CHUNK]):
        done += Call.objects.filter(id__in=some).delete()[0]
    return done
