"""The months of a trend, the newest last: whole ones, and the one that runs, up to today."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.definition import is_now

Month = tuple[date, date]
MOST = 60


def months(many: int, *, until: date) -> list[Month]:
    """First and last day of each of so many months; the last ends on `until`."""
    found, last = list[Month](), until
    for _ in range(min(max(many, 1), MOST)):
        found.append((last.replace(day=1), last))
        last = last.replace(day=1) - timedelta(days=1)
    return found[::-1]


def is_whole(month: Month) -> bool:
    """Whether the month is over."""
    return month[1].day == calendar.monthrange(month[1].year, month[1].month)[1]


def copied(groups: Iterable[Group], ids: Iterable[str], spans: Sequence[Month]) -> tuple[list[Group], dict[str, Month]]:
    """Each indicator once for each month, under an id of its own, with its days: all counted in one reading.

    What is only known as it stands now is there for the last month only.
    """
    wanted, days, made = set(ids), dict[str, Month](), list[Group]()
    for group in groups:
        known = {each.id: each for each in group.indicators}
        needed = {name for each in group.indicators if each.id in wanted for name in (each.id, *(each.per or ()))}
        found = list[Indicator]()
        for each in group.indicators:
            if each.id not in needed:
                continue
            for at, span in enumerate(spans):
                if at == len(spans) - 1 or not is_now(each, known):
                    found.append(_copy(each, at))
                    days[named(each.id, at)] = span
        if found:
            made.append(replace(group, indicators=tuple(found)))
    return made, days


def named(id: str, at: int) -> str:
    """An indicator's id in the month of a number."""
    return f"{id}@{at}"


def _copy(indicator: Indicator, at: int) -> Indicator:
    per = indicator.per and (named(indicator.per[0], at), named(indicator.per[1], at))
    return replace(indicator, id=named(indicator.id, at), per=per)
