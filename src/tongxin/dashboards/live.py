"""A year counted over this installation's own tables."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongxin.access import scope
from tongxin.accounts.models import LEVELS, Division
from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.board import Funnel
from tongxin.dashboards import funnel as parts
from tongxin.dashboards import trends
from tongxin.dashboards.counting import count
from tongxin.dashboards.funnel import Parts
from tongxin.dashboards.keeping import keep
from tongxin.dashboards.models import Count
from tongxin.dashboards.rules import mark_of
from tongxin.dashboards.trends import Days
from tongxin.indicators import counting
from tongxin.indicators.computing import compute
from tongxin.indicators.counting import Counted
from tongxin.indicators.dialect import Words
from tongxin.indicators.figures import Figures
from tongxin.indicators.loop import loop
from tongxin.indicators.selects import SELECTS
from tongxin.indicators.statements import Asked

PLACEHOLDER = "%s"


def count_year(year: int, *, region: str, at: datetime, meanwhile: Callable[[], object] = bool) -> Count:
    """A new count of a year, in place of those before it; how it is now when the year still runs.

    `meanwhile` is called before each statement: whoever counts for minutes gives a sign of life.
    """
    words = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
    codes = dict(Division.objects.values_list("id", "code"))
    with scope.widened(), connection.cursor() as cursor:
        def ask(sql: str, params: Sequence[object]) -> list[tuple[Any, ...]]:
            meanwhile()
            cursor.execute(sql, list(map(str, params)))
            return list(cursor.fetchall())

        pieces = count(Live(ask, words, codes), year=year, region=region, at=at)
        return keep(pieces, year=year, definitions=mark_of(region=region, at=at), at=at)


@dataclass(frozen=True, slots=True)
class Live:
    """The office's tables as a source of numbers."""

    ask: counting.Ask
    words: Words
    codes: Mapping[Any, str] = field(repr=False)

    def figures(
        self, groups: list[Group], *, ids: Collection[str], first: date, last: date
    ) -> Iterable[tuple[str, Figures]]:
        """Each indicator with what may be shown of it."""
        return compute(
            groups, ids=ids, first=first, last=last, ask=self.ask, source=self._select, engine=self.words.vendor,
            placeholder=PLACEHOLDER, depths=range(len(LEVELS) + 1), codes=self.codes,
        ).items()

    def trends(self, drawn: Mapping[str, Indicator], days: Days) -> Iterator[tuple[Indicator, Counted]]:
        """Each indicator with its numbers in each span; each fact set is read once."""
        first, last = days[trends.YEAR]
        for facts, copies, own in trends.copied(drawn, days):
            asked = Asked(
                facts, copies, self._select(facts.id), first, last, self.words.vendor, PLACEHOLDER, own
            )
            found = counting.count(asked, self.ask, depths=(), lowest=trends.lowest_of(facts), codes=self.codes)
            yield from trends.together(((copy, found[copy.id]) for copy in copies), drawn)

    def steps(self, funnel: Funnel, *, first: date, last: date) -> Parts:
        """How many stand in each part of the loop."""
        sql, params = parts.grouped(
            funnel, source=loop(self.words), first=first, last=last, engine=self.words.vendor, placeholder=PLACEHOLDER,
        )
        return parts.added(self.ask(sql, params), codes=self.codes)

    def _select(self, name: str) -> str:
        return SELECTS[name](self.words)
