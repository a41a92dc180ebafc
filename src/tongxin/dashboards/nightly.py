"""By night the figures of large places are counted, one year a round, so that nobody waits for them by day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection

from tongxin.accounts.models import Post
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.dashboards.live import count_year
from tongxin.dashboards.models import Count
from tongxin.dashboards.rules import dashboards_in, mark_of

# One number of the database's own locks.
LOCK = 0x6E69676874
# The last day on which this worker found nothing left to count: it asks again on the next.
_settled: list[date] = []


def count_by_night(*, at: datetime, meanwhile: Callable[[], object] = bool) -> int:
    """How many years were counted, one at most; the running year each night, years that are over from time to time.

    Where few children are on file the first who looks has it counted, and nothing is done here.
    """
    local = at.astimezone(CHINA)
    if local.date() in _settled:
        return 0
    rules = dashboards_in(at=at)
    if local.hour < rules.night_from or Case.objects.order_by().count() < rules.at_once_under:
        return 0
    with _alone() as is_alone:
        if not is_alone:
            return 0
        for region, mark in _regions(at):
            for year in range(local.year, local.year - rules.years, -1):
                found = Count.objects.filter(year=year, definitions=mark).order_by("-at").first()
                if found is None or not _is_good(found, on=local.date(), past_every_days=rules.past_every_days):
                    count_year(year, region=region, at=at, meanwhile=meanwhile)
                    return 1
    _settled[:] = [local.date()]
    return 0


def _is_good(count: Count, *, on: date, past_every_days: int) -> bool:
    """Whether a count need not be made anew: not when it was made while its year still ran, which is over now."""
    made = count.at.astimezone(CHINA).date()
    if made.year == count.year:
        return made == on
    return made + timedelta(days=past_every_days) > on


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other worker counts: a year takes minutes, and twice is no better than once."""
    if connection.vendor != "postgresql":
        # SQLite's one worker is alone.
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _regions(at: datetime) -> Iterator[tuple[str, str]]:
    """One region for each set of definitions that somebody works under."""
    codes = set(Post.objects.filter(role__in=_roles(at)).values_list("division__code", flat=True))
    seen: set[str] = set()
    for region in sorted({code[:6].ljust(6, "0") for code in codes}):
        mark = mark_of(region=region, at=at)
        if mark not in seen:
            seen.add(mark)
            yield region, mark


def _roles(at: datetime) -> list[str]:
    return [role for board in dashboards_in(at=at).boards for role in board.roles]
