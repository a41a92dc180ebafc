"""When a site is open: its weekly hours, less holidays and closures."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import chain

from tongxin.bookings.times import Span, minutes_zh, moment_of
from tongxin.core.pathway import CHINA, Calendar
from tongxin.places.models import Site, SiteClosure

WEEKDAYS = "一二三四五六日"


def spans_on(site: Site, day: date, *, closures: Iterable[SiteClosure], calendar: Calendar) -> list[Span]:
    """The hours of one day: none while it is closed or not in use, none on holidays unless it opens on them.

    On a Saturday or Sunday that is worked the hours of that weekday hold, for nobody said others.
    """
    if not site.is_used or (day in calendar.holidays and not site.opens_on_holidays):
        return []
    if any(each.ended_at is None and each.first_day <= day <= each.last_day for each in closures):
        return []
    return [(moment_of(day, start), moment_of(day, end)) for start, end in site.hours.get(str(day.weekday()), ())]


def is_open(site: Site, moment: datetime, *, closures: Iterable[SiteClosure], calendar: Calendar) -> bool:
    """Whether somebody is served at a moment."""
    day = moment.astimezone(CHINA).date()
    return any(start <= moment < end for start, end in spans_on(site, day, closures=closures, calendar=calendar))


def opens_next(
    site: Site, since: datetime, *, closures: Iterable[SiteClosure], calendar: Calendar, ahead: timedelta
) -> datetime | None:
    """The next moment at which it opens, within `ahead`; none when it doesn't."""
    known, first = list(closures), since.astimezone(CHINA).date()
    days = (first + timedelta(days=each) for each in range(ahead.days + 1))
    spans = chain.from_iterable(spans_on(site, day, closures=known, calendar=calendar) for day in days)
    return min((start for start, _end in spans if start >= since), default=None)


def hours_zh(hours: Mapping[str, list[list[int]]]) -> str:
    """周一至周五 08:30–12:00、13:30–17:30；周六 09:00–12:00."""
    groups: list[tuple[list[int], str]] = []
    for day in range(7):
        said = "、".join(f"{minutes_zh(start)}–{minutes_zh(end)}" for start, end in hours.get(str(day), ()))
        if said and groups and groups[-1][1] == said and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        elif said:
            groups.append(([day], said))
    return "；".join(f"{_days_zh(days)} {said}" for days, said in groups)


def _days_zh(days: list[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return f"周{first}" if len(days) == 1 else f"周{first}{'、周' if len(days) == 2 else '至周'}{last}"
