"""Months of a year that add up to quarters and to the year: counted at once, hidden so that no month can be had."""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby

from tongxin.core.indicators import SETS, Indicator
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.core.indicators.splitting import Tree, hide_split
from tongxin.indicators.counting import Counted, Numbers
from tongxin.indicators.figures import NOTHING, SHOWN, Figure, divided, share_of

YEAR = "y"
Days = Mapping[str, tuple[date, date]]
# How deep a trend, and the funnel, are counted and told.
DEEPEST = LEVELS.index("town") + 1
APART = "@"


def spans(year: int, *, until: date) -> Days:
    """First and last day of the year, its quarters and months as far as they have begun, by name."""
    found = {YEAR: (date(year, 1, 1), min(date(year, 12, 31), until))}
    for month in range(12):
        first = date(year, month + 1, 1)
        last = first.replace(day=calendar.monthrange(year, month + 1)[1])
        if first <= until:
            quarter = f"q{month // 3}"
            found[quarter] = (found.get(quarter, (first, last))[0], min(last, until))
            found[f"m{month}"] = (first, min(last, until))
    return found


def tree(days: Days) -> Tree:
    """The year into quarters, each quarter into months."""
    quarters = [name for name in days if name.startswith("q")]
    months = [name for name in days if name.startswith("m")]
    return {YEAR: quarters, **{
        each: [name for name in months if int(name[1:]) // 3 == int(each[1:])] for each in quarters
    }}


def copied(
    indicators: Mapping[str, Indicator], days: Days
) -> Iterator[tuple[FactSet, tuple[Indicator, ...], Days]]:
    """By fact set each indicator once for each span, under `indicator@span`, with the days of each."""
    for name, facts in SETS.items():
        over = [each for each in indicators.values() if each.over == name]
        copies = tuple(replace(each, id=f"{each.id}{APART}{span}") for each in over for span in days)
        if copies:
            yield facts, copies, {each.id: days[each.id.partition(APART)[2]] for each in copies}


def lowest_of(facts: FactSet) -> str:
    """The lowest level that trends are counted at."""
    return min(facts.lowest, LEVELS[DEEPEST - 1], key=LEVELS.index)


def together(
    found: Iterable[tuple[Indicator, dict[Path, Numbers]]], indicators: Mapping[str, Indicator]
) -> Iterator[tuple[Indicator, Counted]]:
    """The spans of one indicator beside each other; they come one behind the other."""
    for id, copies in groupby(found, key=lambda pair: pair[0].id.partition(APART)[0]):
        yield indicators[id], {copy.id: numbers for copy, numbers in copies}


def told(
    indicator: Indicator, counted: Counted, days: Days, *, under: int, also: frozenset[Path]
) -> dict[Path, dict[str, Figure | None]]:
    """By place the figure of each span, None where it is hidden; `also` are places whose year is hidden."""
    by_span = {span: counted[f"{indicator.id}{APART}{span}"] for span in days}
    paths = {path for each in by_span.values() for path in each}
    hidden: Mapping[str, frozenset[Path]] = dict.fromkeys(days, frozenset[Path]())
    if indicator.facts.is_protected:
        behind = {path: {span: _number(by_span[span], path).behind or 0 for span in days} for path in paths}
        hidden = hide_split(behind, tree(days), root=YEAR, under=under, also=also)
    return {
        path: {
            span: None if path in hidden[span] else _figure(indicator, _number(by_span[span], path)) for span in days
        }
        for path in paths if len(path) <= min(DEEPEST, LEVELS.index(indicator.level) + 1)
    }


def _number(of: Mapping[Path, Numbers], path: Path) -> Numbers:
    return of.get(path, Numbers())


def _figure(indicator: Indicator, numbers: Numbers) -> Figure:
    if indicator.is_share:
        return share_of(numbers) if numbers.base else Figure(NOTHING)
    return Figure(SHOWN, divided(numbers.value or 0, indicator.divide))
