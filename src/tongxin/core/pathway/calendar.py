"""When something is due: working days by the real calendar, hours and days round the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")
_CLOCK_UNITS = {"minutes", "hours", "days"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays and make-up working days; a year without a notice counts weekdays, provisionally."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    years: frozenset[int]
    day_ends: time = time(18)

    def is_working(self, day: date) -> bool:
        """Whether offices are open on a day."""
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def is_provisional(self, day: date) -> bool:
        """Whether the year's notice of holidays is not known yet."""
        return day.year not in self.years


def add_months(moment: datetime, months: int) -> datetime:
    """The same day `months` later, or that month's last day where it has no such day."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def due_at(span: Mapping[str, int], *, since: datetime, calendar: Calendar) -> datetime:
    """The last moment at which something begun at `since` is on time.

    Working days are counted, since nobody is at the desk on a holiday; minutes, hours and days run
    round the clock, since a child in danger cannot wait for Monday.
    """
    local = since.astimezone(CHINA)
    ((unit, amount),) = span.items()
    if unit in _CLOCK_UNITS:
        return local + timedelta(**{unit: amount})
    if unit == "months":
        return add_months(local, amount)
    day, left = local.date(), amount
    while left > 0:
        day += timedelta(days=1)
        if calendar.is_working(day):
            left -= 1
    return datetime.combine(day, calendar.day_ends, tzinfo=CHINA)


def soonest(*moments: datetime | None, after: datetime) -> datetime | None:
    """The first of some moments that lies after another."""
    return min((m for m in moments if m is not None and m > after), default=None)
