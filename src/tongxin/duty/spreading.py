"""A weekly pattern spread over days: hours that never overlap, around what stands already, and the hours left bare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

# What a day may be in a pattern: Monday to Sunday, a public holiday, a weekend day worked instead.
HOLIDAY, MADE_UP = "8", "9"
DAYS = {
    "1": "周一", "2": "周二", "3": "周三", "4": "周四", "5": "周五", "6": "周六", "7": "周日", HOLIDAY: "放假",
    MADE_UP: "调休上班",
}
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """One line of a pattern: on which days, from when to when; an end not after the beginning is on the next day."""

    line: int
    days: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Piece:
    """Some hours that a line of a pattern fills."""

    line: int
    from_at: datetime
    to_at: datetime


def kind_of(day: date, *, holidays: Iterable[date], made_up: Iterable[date], lines: Sequence[Hours]) -> str:
    """Which pattern a day follows: the holidays' own where the pattern has one, else that of its weekday."""
    for code, days in ((HOLIDAY, holidays), (MADE_UP, made_up)):
        if day in days and any(code in each.days for each in lines):
            return code
    return str(day.isoweekday())


def spread(lines: Sequence[Hours], kinds: Sequence[tuple[date, str]], *, zone: tzinfo) -> list[Piece]:
    """The pieces of these days in the order of time; one that begins ends the one before it."""
    found = []
    for day, kind in kinds:
        for each in lines:
            if kind in each.days:
                start, end = (datetime.combine(day, moment, tzinfo=zone) for moment in (each.starts, each.ends))
                found.append(Piece(each.line, start, end if end > start else end + timedelta(days=1)))
    found.sort(key=lambda each: (each.from_at, each.line))
    cut: list[Piece] = []
    for piece in found:
        if cut and cut[-1].to_at > piece.from_at:
            last = cut.pop()
            if last.from_at < piece.from_at:
                cut.append(Piece(last.line, last.from_at, piece.from_at))
        cut.append(piece)
    return cut


def around(pieces: Iterable[Piece], taken: Sequence[Span]) -> list[Piece]:
    """What is left of the pieces outside the hours that are taken."""
    return [
        Piece(each.line, *span) for each in pieces for span in bare(taken, since=each.from_at, until=each.to_at)
    ]


def bare(covered: Iterable[Span], *, since: datetime, until: datetime) -> list[Span]:
    """The hours between two moments that nothing covers."""
    found, reached = [], since
    for start, end in sorted(span for span in covered if span[0] < until and span[1] > since):
        if start > reached:
            found.append((reached, start))
        reached = max(reached, end)
    return [*found, (reached, until)] if reached < until else found
