"""Quarters of an hour, hours of a day and stretches of time, without the database."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from tongxin.bookings.models import GRID
from tongxin.core.pathway import CHINA

Span = tuple[datetime, datetime]
MINUTE = timedelta(minutes=1)


def quarters(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """The beginnings of the quarters of an hour between two moments of the grid."""
    return [starts_at + GRID * each for each in range((ends_at - starts_at) // GRID)]


def is_on_grid(moment: datetime) -> bool:
    """Whether a moment begins a quarter of an hour."""
    return moment.minute % (GRID // MINUTE) == 0 and moment.second == 0 and moment.microsecond == 0


def moment_of(day: date, minutes: int) -> datetime:
    """A moment by its minutes of a day in China."""
    return datetime.combine(day, time(), tzinfo=CHINA) + minutes * MINUTE


def minutes_in(text: str) -> int:
    """The minutes of the day of a text such as 08:30; ValueError when it is none."""
    found = time.fromisoformat(text)
    return found.hour * 60 + found.minute


def minutes_zh(minutes: int) -> str:
    """08:30."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from one to another, both included."""
    for each in range((last - first).days + 1):
        yield first + timedelta(days=each)


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of a stretch of time when others are taken out of it."""
    left = [span]
    for start, end in taken:
        left = [part for each in left for part in _cut(each, start, end)]
    return left


def _cut(span: Span, start: datetime, end: datetime) -> Iterator[Span]:
    if end <= span[0] or start >= span[1]:
        yield span
        return
    if span[0] < start:
        yield span[0], start
    if end < span[1]:
        yield end, span[1]


def overlap(one: Span, two: Span) -> bool:
    """Whether two stretches of time have a moment in common."""
    return one[0] < two[1] and two[0] < one[1]
